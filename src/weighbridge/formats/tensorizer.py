"""tensorizer: a header, a table of all tensors, then for each tensor a header of its own and its bytes.

Source: ``tensorizer/serialization.py`` of tensorizer 2.12 (data versions 1 to 5). Nothing in such a file is code; the
pickle that goes with it (``torch.save`` under ``tensorizer_saving``) is an ordinary checkpoint and judged as one.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, Inconsistency, ResourceClaim, TensorDecl
from weighbridge.core.reader import Reader
from weighbridge.formats import bulk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.bulk import Stretch
    from weighbridge.formats.node import Bench, Node, Yield

MAGIC = b"|TZR|"
VERSIONS = range(1, 6)

ITEM_SIZES = (
    dict.fromkeys(("bool", "uint8", "int8", "float8_e4m3fn", "float8_e5m2"), 1)
    | dict.fromkeys(("float16", "int16", "uint16", "bfloat16"), 2)
    | dict.fromkeys(("float32", "int32", "uint32"), 4)
    | dict.fromkeys(("float64", "int64", "uint64", "complex64"), 8)
    | {"complex128": 16}
)
"""Bytes of an element by the names that numpy and torch give to types."""

_NUMPY = {
    "?": 1,
    "b": 1,
    "B": 1,
    "e": 2,
    "h": 2,
    "H": 2,
    "f": 4,
    "i": 4,
    "I": 4,
    "d": 8,
    "q": 8,
    "Q": 8,
    "l": 8,
    "F": 8,
}
_VERSIONED, _LONG = 4, 5
_ENCRYPTED = 1
_PREFIX = 8  # the table is stored behind its length
_LOCATION = Struct("<3Q")
_SHOWN = 8


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read the table of a tensorizer file; raises Malformed and OverLimit when it cannot be read."""
    reader = Reader(source)
    if reader.exactly(len(MAGIC)) != MAGIC:
        raise Malformed("this is no tensorizer file", offset=0)
    yield Identity(at=node.at(), format="tensorizer")
    version = reader.u32()
    if version not in VERSIONS:
        yield node.gap(GapKind.UNSUPPORTED, f"version {version} of tensorizer is not known", len(MAGIC), 4)
        return
    flags = int.from_bytes(reader.exactly(32), "little")
    if version >= _VERSIONED and flags & _ENCRYPTED:
        yield node.gap(GapKind.UNSUPPORTED, "the tensors are encrypted", reader.offset)
    yield from _table(reader, node, bench, versioned=version >= _VERSIONED)


def _table(reader: Reader, node: Node, bench: Bench, *, versioned: bool) -> Iterator[Yield]:
    source = reader.source
    total = reader.u64()
    reader.exactly(8)
    count, at = reader.u64(), reader.offset
    length = reader.u64()
    if length > min(reader.left, bench.limits.header_bytes):
        limit = min(reader.left, bench.limits.header_bytes)
        yield ResourceClaim(at=node.at(at, 8), what="table", claimed=length, limit=limit, unit="bytes")
        raise Malformed(f"the table claims {length} bytes, {reader.left} are there", offset=at)
    if total > source.size:
        detail = f"the header counts {total} bytes, the file has {source.size}"
        yield Inconsistency(at=node.at(at - 24, 8), what="truncated", detail=detail)
    end, spans, told = reader.offset + length, list[tuple[int, int, str]](), 0
    for _ in range(count):
        bench.meter.spend_member()
        start = reader.offset
        if start >= end:
            raise Malformed(f"the table ends before the last of {count} tensors", offset=start)
        name, dtype, shape, (_, begin, held) = _entry(reader, versioned)
        if reader.offset > end:
            raise Malformed("an entry reaches beyond the table", offset=start)
        place = node.at(begin, held) if begin + held <= source.size else node.at(start, reader.offset - start)
        yield TensorDecl(at=place, name=name, dtype=dtype, shape=shape)
        inside = end <= begin and begin + held <= source.size
        problem = _wrong(dtype, shape, held) if inside else f"lies outside of the data: {held} bytes at {begin}"
        if problem and told < _SHOWN:
            told += 1
            yield Inconsistency(at=place, what="tensor", detail=f"{name[:80]!r} {problem}", memory=not inside)
        spans.append((begin, min(begin + held, source.size), name))
    if reader.offset < end:
        left = end - reader.offset
        yield from bulk.unclaimed(source, node, bench, reader.offset, end, where="gap", after="the table of tensors")
        reader.exactly(left)
    yield from _rest(spans, end, source, node, bench)


def _entry(reader: Reader, versioned: bool) -> tuple[str, str, tuple[int, ...], tuple[int, int, int]]:
    long = reader.u32() >= _LONG if versioned else False
    name = reader.exactly(reader.u16()).decode("utf-8", "backslashreplace")
    reader.u8()  # parameter or buffer
    dtype = reader.exactly(reader.u8()).decode("utf-8", "backslashreplace")
    shape = tuple(reader.u64() if long else reader.u32() for _ in range(reader.u8()))
    begin, data, held = _LOCATION.unpack(reader.exactly(_LOCATION.size))
    return name, dtype, shape, (begin, data, held)


def _wrong(dtype: str, shape: tuple[int, ...], held: int) -> str:
    """Say whether the bytes that are stored are not those that type and shape need; unknown types are not judged."""
    item = ITEM_SIZES.get(dtype.rpartition("\0")[2].removeprefix("torch.")) or _item(dtype)
    needed = item
    for dim in shape:
        needed *= dim
    return f"of {dtype!r} {list(shape)} needs {needed} bytes, {held} are stored" if item and needed != held else ""


def _item(dtype: str) -> int:
    plain = dtype.partition("\0")[0].lstrip("<>|=")
    return _NUMPY.get(plain, 0) or (int(plain[1:]) if plain[:1] in "fiuc" and plain[1:] in {"1", "2", "4", "8"} else 0)


def _rest(spans: list[Stretch], end: int, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """See the bytes between tensors, which are their headers and padding, by their beginning, and what is behind."""
    spans.sort()
    cursor, before = end, "the table"
    heads: list[Stretch] = []
    for begin, stop, name in spans:
        if begin > cursor:
            heads.append((cursor, begin, f"before {name}"))
        elif begin < cursor:
            detail = f"{name[:80]!r} shares bytes with {before[:80]!r}"
            yield Inconsistency(at=node.at(begin, stop - begin), what="overlap", detail=detail)
        heads.append((begin, stop, name))
        if stop > cursor:
            cursor, before = stop, name
    yield from bulk.probe_heads(source, node, [one for one in heads if one[0] < one[1]], "tensor")
    if cursor < source.size:
        yield from bulk.unclaimed(source, node, bench, cursor, source.size, where="tail", after="the last tensor")
