"""NumPy's ``.npy``: magic, version, a header that is a Python literal, then the array's bytes or a pickle.

Source: the format description of ``numpy.lib.format`` (versions 1.0, 2.0, 3.0). A file may hold several arrays one
after the other, as ``numpy.save`` writes them to an open file. The header is read by ``python_literal``, never
evaluated. Where a header cannot be understood, the bytes behind it are handed on all the same: NumPy might see a dtype
with objects there, and would unpickle them (CVE-2019-6446).
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, ResourceClaim, TensorDecl
from weighbridge.core.reader import Reader
from weighbridge.core.source import SubSource
from weighbridge.core.values import value
from weighbridge.formats import bulk, hidden_bits
from weighbridge.formats.node import Child, Stored
from weighbridge.formats.python_literal import Pairs, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.python_literal import Literal

FORMAT = "numpy.npy"
MAGIC = b"\x93NUMPY"

_CODECS = {(1, 0): "latin-1", (2, 0): "latin-1", (3, 0): "utf-8"}
_KEYS = ("descr", "fortran_order", "shape")
_LARGEST_HEADER = 1 << 20  # numpy.load itself stops at 10,000 characters unless pickles are allowed
_ALIGNMENT = 16  # of the data, since the first version; 64 since NumPy 1.14
_SIGNED = 1 << 63  # NumPy counts elements and bytes in signed 64 bits
_MUCH = 16  # times more than stored is a bomb rather than a file cut short
_RANK = 64  # dimensions; NumPy ends there
_SHORT = 200


def sniff(head: bytes, size: int) -> bool:
    """Tell whether ``head``, the start of ``size`` bytes, is an ``.npy`` file."""
    return head.startswith(MAGIC) and size >= 10


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read an ``.npy`` file with all its arrays; raises Malformed and OverLimit for a header that cannot be read."""
    if source.read_at(0, len(MAGIC)) != MAGIC:
        raise Malformed("the magic of .npy is missing")
    yield Identity(at=node.at(), format=FORMAT)
    name = node.name.removesuffix(".npy")
    end = yield from _array(source, node, bench, 0, name)
    count = 1
    while end < source.size and source.read_at(end, len(MAGIC)) == MAGIC:
        bench.meter.spend_member()
        end = yield from _array(source, node, bench, end, f"{name}[{count}]")
        count += 1
    if end < source.size:
        yield from bulk.unclaimed(source, node, bench, end, source.size, where="tail", after="the last array")


def _array(source: ByteSource, node: Node, bench: Bench, begin: int, name: str) -> Generator[Yield, None, int]:
    """Read the array at ``begin``; return where it ends."""
    reader = Reader(source, begin + len(MAGIC))
    version = (reader.u8(), reader.u8())
    if version not in _CODECS:
        yield _rest(source, reader.offset)
        raise Malformed(f"version {version[0]}.{version[1]} of .npy is not known", offset=begin)
    length = reader.u16() if version == (1, 0) else reader.u32()
    start, data = reader.offset, reader.offset + length
    at = node.at(start, min(length, reader.left))
    if length > min(reader.left, _LARGEST_HEADER):
        limit = min(reader.left, _LARGEST_HEADER)
        yield ResourceClaim(at=node.at(begin, start - begin), what="header", claimed=length, limit=limit, unit="bytes")
        yield _rest(source, min(data, source.size))
        if length > reader.left:
            raise Malformed(f"the header claims {length} bytes, {reader.left} are there", offset=begin)
        raise OverLimit(f"the header has {length} bytes, more than {_LARGEST_HEADER}", offset=begin)
    written = reader.exactly(length)
    if written[-1:] != b"\n" or (data - begin) % _ALIGNMENT:
        yield Inconsistency(at=at, what="header padding", detail="the header does not end as the format wants it")
    try:
        header = _Header(written.decode(_CODECS[version]))
    except (Malformed, UnicodeDecodeError) as error:
        yield _rest(source, data)
        raise Malformed(f"the header cannot be read: {error}", offset=start) from None
    for what, detail in header.oddities:
        yield Inconsistency(at=at, what=what, detail=detail)
    held = source.size - data
    if header.objects:
        yield TensorDecl(at=node.at(data, held), name=name, dtype=header.descr, shape=header.shape)
        content = Stored(SubSource(source, data, held))
        yield Child("objects", content, offset=data, role="numpy.pickle", formats=("pickle",))
        return source.size
    if header.itemsize is None:
        yield node.gap(GapKind.UNSUPPORTED, f"dtype {header.descr} is not known", at.offset, at.length)
        yield _rest(source, data)
        return source.size
    needed = header.needed()
    if needed is None:
        words = f"no array has the shape {header.shape_words()}"
        yield Inconsistency(at=at, what="shape overflow", detail=words, memory=True)
        needed = held
    elif needed > max(held * _MUCH, held + bench.limits.ratio_floor):
        yield ResourceClaim(at=at, what="array data", claimed=needed, limit=held, unit="bytes")
    elif needed > held:
        words = f"{header.descr} {header.shape_words()} needs {needed} bytes, {held} are there"
        yield Inconsistency(at=at, what="truncated", detail=words)
    end = data + min(needed, held)
    yield TensorDecl(at=node.at(data, end - data), name=name, dtype=header.descr, shape=header.shape)
    yield from bulk.probe_heads(source, node, [(data, end, name)], "array")
    if header.descr[1:] in _FLOATS:
        yield from hidden_bits.look(source, node, [(data, end, name)], (int(header.descr[2:]),))
    return end


_FLOATS = frozenset({"f2", "f4", "f8"})
"""Types whose low bits carry little."""


def _rest(source: ByteSource, begin: int) -> Child:
    """Hand on what lies behind a header that says nothing certain."""
    content = Stored(SubSource(source, begin, source.size - begin))
    return Child("data", content, offset=begin, role="array", quiet=True)


class _Header:
    """What a header says; raises Malformed when a key is missing or its value is of another kind altogether."""

    def __init__(self, text: str) -> None:
        found = parse(text.lstrip(" \t"))
        if not isinstance(found, Pairs):
            raise Malformed("the header is not a dict")
        self.oddities: list[tuple[str, str]] = []
        fields: dict[str, Literal] = {}
        dtypes: list[_Dtype] = []
        for key, content in found.items:
            if not isinstance(key, str) or key not in _KEYS:
                self.oddities.append(("unknown key", f"the header has a key {_short(key)}"))
                continue
            if key in fields:
                self.oddities.append(("duplicate key", f"the header has the key {key!r} more than once"))
            fields[key] = content
            if key == "descr":
                dtypes.append(_measured(content))
        for key in _KEYS:
            if key not in fields:
                raise Malformed(f"the header has no {key!r}")
        self.descr = _short(fields["descr"]) if not isinstance(fields["descr"], str) else fields["descr"][:_SHORT]
        self.objects = any(dtype.objects for dtype in dtypes)
        self.itemsize = dtypes[-1].size
        if not isinstance(fields["fortran_order"], bool):
            self.oddities.append(("fortran_order", "fortran_order is not a truth value"))
        self.shape = self._shape(fields["shape"])

    def _shape(self, found: Literal) -> tuple[int, ...]:
        if not isinstance(found, (tuple, list)):
            raise Malformed("the shape is not a tuple")
        shape = tuple(item for item in found if type(item) is int)
        if len(shape) != len(found):
            raise Malformed("the shape has items that are not whole numbers")
        if isinstance(found, list):
            self.oddities.append(("shape", "the shape is a list, not a tuple"))
        if len(shape) > _RANK:
            raise Malformed(f"the shape has {len(shape)} dimensions")
        return shape

    def shape_words(self) -> str:
        """Write the shape for people."""
        return _short(self.shape)

    def needed(self) -> int | None:
        """Count the bytes of the array; None when the shape is negative or overflows NumPy's counters."""
        count = self.itemsize or 0
        for dim in self.shape:
            count *= dim
            if dim < 0 or count >= _SIGNED:
                return None
        return count


# -- dtypes --------------------------------------------------------------------------------------------------------

_UNITS = {"b": 1, "i": 1, "u": 1, "f": 1, "c": 1, "V": 1, "S": 1, "a": 1, "U": 4}
_CHARACTERS = dict.fromkeys("?bBcSaUV", 1) | dict.fromkeys("hHe", 2) | dict.fromkeys("iIf", 4)
_CHARACTERS |= dict.fromkeys("lLqQpPdFMm", 8) | dict.fromkeys("gD", 16) | {"G": 32, "S": 0, "a": 0, "U": 0, "V": 0}


@value
class _Dtype:
    """Bytes of one element, None when unknown, and whether NumPy may see Python objects in it."""

    size: int | None
    objects: bool


def _measured(descr: Literal) -> _Dtype:
    """Measure a descriptor: a string, ``(descriptor, shape)``, or a list of named fields."""
    match descr:
        case str():
            return _measured_text(descr)
        case (inner, shape):
            if isinstance(descr, tuple):
                return _repeated(_measured(inner), shape)
    if not isinstance(descr, list):
        return _Dtype(size=None, objects=True)
    size: int | None = 0
    objects = False
    for field in descr:
        match field:
            case (_, inner):
                one = _measured(inner)
            case (_, inner, shape):
                one = _repeated(_measured(inner), shape)
            case _:
                one = _Dtype(size=None, objects=True)
        objects = objects or one.objects
        size = None if size is None or one.size is None else size + one.size
    return _Dtype(size=size, objects=objects)


def _repeated(inner: _Dtype, shape: Literal) -> _Dtype:
    size = inner.size
    for dim in shape if isinstance(shape, tuple) else (shape,):
        size = size * dim if size is not None and type(dim) is int and 0 <= dim < _SIGNED else None
        if size is not None and size >= _SIGNED:
            size = None
    return _Dtype(size=size, objects=inner.objects)


def _measured_text(text: str) -> _Dtype:
    body = text[1:] if text[:1] in ("<", ">", "|", "=") else text
    kind, digits = body[:1], body[1:]
    if kind in ("M", "m"):  # a date or a span of time names its unit
        digits = digits.partition("[")[0]
        return _Dtype(size=8 if digits in ("", "8") else None, objects=False)
    if kind in _UNITS and digits.isdigit() and digits.isascii() and len(digits) < 19:
        return _Dtype(size=int(digits) * _UNITS[kind], objects=False)
    if kind in _CHARACTERS and not digits:
        return _Dtype(size=_CHARACTERS[kind], objects=False)
    return _Dtype(size=None, objects="O" in text or "object" in text.lower())


def _short(found: object) -> str:
    words = repr(found)
    return words if len(words) <= _SHORT else f"{words[:_SHORT]}…"
