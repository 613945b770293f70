"""What the elements of a dataset are, as numbers: width, order of bytes, and which format of IEEE 754 (IV.A.2.d).

A pair of floats named r and i is complex, as h5py writes it; an enumeration over whole numbers of FALSE and TRUE is a
truth value, any other one its numbers.
"""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.formats.hdf5.messages import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.hdf5.image import Fields

_INT, _FLOAT, _OPAQUE, _COMPOUND, _ENUM, _ARRAY, _COMPLEX = 0, 1, 5, 6, 8, 10, 11
_WORDS = {
    2: "a moment", 3: "text", 4: "bits", 5: "opaque bytes", 6: "records", 7: "references to objects",
    9: "lists or text of varying length", 10: "arrays as elements",
}  # fmt: skip
_LARGEST_ENUM = 1_000
_COMPLEX_NAMES = {"float16": "complex32", "float32": "complex64", "float64": "complex128"}
_FLOATS = {
    (2, 15, (10, 5), (0, 10), 15): "float16", (2, 15, (7, 8), (0, 7), 127): "bfloat16",
    (4, 31, (23, 8), (0, 23), 127): "float32", (8, 63, (52, 11), (0, 52), 1023): "float64",
}  # fmt: skip
"""Size, place of the sign, place and size of the exponent and of the mantissa, bias of the exponent."""


@value
class Element:
    """One element: ``dtype`` is its name in torch, empty for what is no number there, which ``what`` then says.

    ``number`` are the bytes of one number; those of a ``swapped`` one stand in the order of big-endian machines.
    ``numeric`` is true for numbers, those that have no name included.
    """

    dtype: str
    size: int
    number: int
    swapped: bool = False
    what: str = ""
    numeric: bool = True


def element(fields: Fields) -> Element:
    """Read a datatype message; raises Malformed where it ends too soon."""
    first, bits, size = fields.whole(1), fields.whole(3), fields.whole(4)
    kind, version = first & 15, first >> 4
    if kind == _INT:
        return _integer(fields, bits, size)
    if kind == _FLOAT:
        return _float(fields, bits, size)
    if kind == _ENUM:
        return _enumeration(fields, bits & 0xFFFF, size, version)
    if kind == _COMPOUND and bits & 0xFFFF == 2:
        return _pair(fields, size, version) or Element(dtype="", size=size, number=0, what=_WORDS[kind], numeric=False)
    if kind == _COMPLEX:
        return _complex(_part(fields), size)
    numeric = kind in (_ARRAY, _OPAQUE)
    return Element(dtype="", size=size, number=0, what=_WORDS.get(kind, "an unknown type"), numeric=numeric)


def _part(fields: Fields) -> Element | None:
    """Read the type that another one consists of, when it is a number; nothing nests here."""
    first, bits, size = fields.whole(1), fields.whole(3), fields.whole(4)
    if first & 15 not in (_INT, _FLOAT):
        return None
    return _integer(fields, bits, size) if first & 15 == _INT else _float(fields, bits, size)


def _integer(fields: Fields, bits: int, size: int) -> Element:
    offset, precision = fields.whole(2), fields.whole(2)
    name = f"{'int' if bits & 8 else 'uint'}{8 * size}"
    whole = not offset and precision == 8 * size and size in (1, 2, 4, 8)
    what = "" if whole else f"whole numbers of {precision} bits in {size} bytes"
    return Element(dtype=name if whole else "", size=size, number=size, swapped=bool(bits & 1), what=what)


def _float(fields: Fields, bits: int, size: int) -> Element:
    offset, precision = fields.whole(2), fields.whole(2)
    exponent, mantissa = ((fields.whole(1), fields.whole(1)) for _ in range(2))
    shape = size, bits >> 8 & 0xFF, exponent, mantissa, fields.whole(4)
    # The highest bit of the mantissa is implied, and the bytes are in one order or the other, not in that of the VAX.
    usual = not offset and precision == 8 * size and bits >> 4 & 3 == 2 and not bits & 64
    name = _FLOATS.get(shape, "") if usual else ""
    what = "" if name else f"floating-point numbers of {precision} bits in {size} bytes"
    return Element(dtype=name, size=size, number=size, swapped=bool(bits & 1), what=what)


def _enumeration(fields: Fields, count: int, size: int, version: int) -> Element:
    base = _part(fields)
    if base is None or base.size != size:
        return Element(dtype="", size=size, number=0, what="an enumeration of an unusual type")
    if count > _LARGEST_ENUM or not base.dtype:
        return base
    names = [_name(fields, padded=version < 3) for _ in range(count)]
    numbers = [int.from_bytes(fields.take(size), "big" if base.swapped else "little") for _ in names]
    is_truth = size == 1 and dict(zip(names, numbers, strict=True)) == {"FALSE": 0, "TRUE": 1}
    return Element(dtype="bool" if is_truth else base.dtype, size=size, number=size, swapped=base.swapped)


def _pair(fields: Fields, size: int, version: int) -> Element | None:
    """Read a record of two members; None when it is no complex number."""
    found = []
    for name, place in (("r", 0), ("i", size // 2)):
        named = _name(fields, padded=version < 3)
        at = fields.whole(4 if version < 3 else max(1, (size.bit_length() + 7) // 8))
        fields.take(28 if version == 1 else 0)  # dimensions of the member
        member = _part(fields)
        if (named, at) != (name, place) or member is None or member.dtype.startswith(("int", "uint")):
            return None
        found.append(member)
    return _complex(found[0], size) if found[0] == found[1] else None


def _complex(part: Element | None, size: int) -> Element:
    if part is None or part.dtype not in _COMPLEX_NAMES or size != 2 * part.size:
        return Element(dtype="", size=size, number=0, what="complex numbers of an unusual type")
    return Element(dtype=_COMPLEX_NAMES[part.dtype], size=size, number=part.size, swapped=part.swapped)


def _name(fields: Fields, *, padded: bool) -> str:
    name = fields.text()
    fields.take(-(len(name) + 1) % 8 if padded else 0)
    return text_of(name)
