"""Types of elements of numpy, in the words of pickles and of its own files, and which of torch's holds each.

Sources: ``numpy/_core/src/multiarray/descriptor.c`` (``arraydescr_setstate``), ``numpy/lib/_format_impl.py``
(``dtype_to_descr``).
"""

from __future__ import annotations

from math import prod

from weighbridge.conversion.inert import Node, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from weighbridge.conversion.inert import Fact, Value

    Field: TypeAlias = tuple[str, str, tuple[int, ...], int]
    """Of a record: name, type string, the sizes of an array in it, and where it begins."""

DTYPES = {
    "b1": ("bool", 1, "?"), "i1": ("int8", 1, "b"), "u1": ("uint8", 1, "B"), "i2": ("int16", 2, "h"),
    "u2": ("uint16", 2, "H"), "i4": ("int32", 4, "i"), "u4": ("uint32", 4, "I"), "i8": ("int64", 8, "q"),
    "u8": ("uint64", 8, "Q"), "f2": ("float16", 2, "e"), "f4": ("float32", 4, "f"), "f8": ("float64", 8, "d"),
    "c8": ("complex64", 8, ""), "c16": ("complex128", 16, ""), "bfloat16": ("bfloat16", 2, ""),
    **{name: (name, 1, "") for name in (
        "float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "float8_e4m3fnuz", "float8_e5m2fnuz",
    )},
}  # fmt: skip
"""numpy's type strings: torch's name, bytes of an element, how ``struct`` reads one. The last are names of classes
of ``ml_dtypes``, which JAX uses."""
DATES = ("M", "m")
TEXTS = ("U", "S", "T")
_SIZED = ("U", "S", "V", "M", "m", "f", "c")
_FIELDS = 1_000
_ORDERS = {">": ">", "<": "<", "=": "<", "|": "<"}
"""What a state says of the order of bytes; each but one is the machine's own, which is taken to be little-endian."""
_NAMED_FIELDS = (2, 3, 4)
"""Versions of states that name fields as they do today; older ones keep the names among the fields."""
_HAS_OBJECT = 1


class Dtype(Node):
    """A type of elements by its type string without a byte order; ``order`` is that; ``whole`` when it is all.

    ``has_objects`` when elements, or fields of records, are references to objects. ``record`` says how a record is laid
    out, where that is known; ``inner`` is the type string and the sizes of an array that is an element itself. A type
    is ``settled`` once it has its state or something is laid out by it: numpy would change both together.
    """

    __slots__ = ("code", "has_objects", "inner", "order", "record", "settled", "whole")

    def __init__(self, code: str) -> None:
        self.code = code.lstrip("<>|=")
        self.order = code[:1] if code[:1] in {"<", ">"} else "<"
        self.whole = True
        self.has_objects = self.code.startswith("O")
        self.record: dict[str, Fact] | None = None
        self.inner: tuple[str, tuple[int, ...]] | None = None
        self.settled = False

    @property
    def text(self) -> str:
        """The type string, with the order of bytes."""
        return f"{self.order}{self.code}"

    def fill(self, state: tuple[Value, ...]) -> bool:
        """Take the state of a pickle: version, order, ``(type, sizes)``, names of fields, fields by name, and more.

        Tells whether it is one that numpy writes. Loaders trust its size of an element and its flags, against its code.
        """
        version, order, inner, names, fields, size, _, *flags = state
        width = itemsize(self.code)
        self.has_objects |= any(map(_has_objects, (inner, fields)))
        is_told = type(size) is int and (not width or size in {-1, width})
        is_flagged = not flags or (type(flags[0]) is int and flags[0] & _HAS_OBJECT == int(self.has_objects))
        if self.settled or not isinstance(order, str) or order not in _ORDERS or not is_told or not is_flagged:
            return False
        self.settled = True
        self.order = _ORDERS[order]
        self.whole = inner is None and names is None and fields is None
        match inner:
            case (Dtype() as of, tuple() as given) if of.whole and (sizes := _sizes(given)) is not None:
                of.settled = True
                self.inner = (of.text, sizes) if prod(sizes) * itemsize(of.code) == width else None
        if isinstance(names, tuple) and isinstance(fields, Table) and not self.has_objects and version in _NAMED_FIELDS:
            self.record = laid_out(self.code, list(_of_state(names, fields)), len(names))
        return True


def of_header(descr: object) -> Dtype | None:
    """Read the list by which a header describes records; None when it is something else, or holds objects."""
    fields: list[Field] = []
    at = 0
    for one in descr if isinstance(descr, list) and len(descr) <= _FIELDS else ():
        match one:
            case (name, str(code), *more) if len(more) < 2:
                title = name[1] if isinstance(name, tuple) and len(name) == 2 else name
                sizes = _sizes(more[0] if more else ())
                if not isinstance(title, str) or sizes is None:
                    return None
                if title or not code.lstrip("<>|=").startswith("V"):  # bytes without a name are padding
                    fields.append((title, code, sizes, at))
                at += prod(sizes) * itemsize(Dtype(code).code)
            case _:
                return None
    made = Dtype(f"V{at}")
    made.record = laid_out(made.code, fields, len(fields))
    return made if made.record is not None else None


def laid_out(code: str, fields: list[Field], count: int) -> dict[str, Fact] | None:
    """Say how records are laid out, for ``numpy.dtype``; None when they are not ``count`` fields of plain bytes.

    Text is plain. Dates have units, which their string does not tell.
    """
    width = itemsize(code)
    if not 0 < len(fields) == count == len({name for name, *_ in fields}) or not width:
        return None
    for _, of, sizes, at in fields:
        inside = Dtype(of)
        size = itemsize(inside.code)
        if not size or inside.code.startswith((*DATES, "V")) or not 0 <= at <= width - prod(sizes) * size:
            return None
    return {
        "names": [name for name, *_ in fields],
        "formats": [f"{sizes!r}{of}" if sizes else of for _, of, sizes, _ in fields],
        "offsets": [at for *_, at in fields],
        "itemsize": width,
    }


def itemsize(code: str) -> int:
    """Give the bytes of an element of any type; 0 for one that is not known."""
    if code in DTYPES:
        return DTYPES[code][1]
    kind, count = code[:1], code[1:]
    known = kind in _SIZED and count.isascii() and count.isdigit() and len(count) < 8
    return int(count) * (4 if kind == "U" else 1) if known else 0


def _of_state(names: tuple[Value, ...], fields: Table) -> Iterator[Field]:
    described = {key: item for key, item in fields.pairs if isinstance(key, str)}
    for name in names[:_FIELDS]:
        match described.get(name) if isinstance(name, str) else None:
            case (Dtype() as of, int() as at, *_) if isinstance(name, str) and (of.whole or of.inner):
                of.settled = True
                code, sizes = of.inner or (of.text, ())
                yield name, code, sizes, at


def _sizes(given: object) -> tuple[int, ...] | None:
    sizes = given if isinstance(given, tuple) else (given,)
    found = tuple(one for one in sizes if type(one) is int and 0 <= one < 1 << 32)
    return found if len(found) == len(sizes) <= 64 else None


def _has_objects(described: Value) -> bool:
    """Tell whether a type within another, or one of its fields, has objects."""
    fields = [item for _, item in described.pairs] if isinstance(described, Table) else [described]
    types = [one for field in fields for one in (field if isinstance(field, tuple) else (field,))]
    return any(one.has_objects for one in types if isinstance(one, Dtype))
