"""Lists of arrays as MXNet saves them (``.params``): arrays one after the other, then their names.

Source: ``NDArray::Save`` and ``NDArray::Load`` in ``src/ndarray/ndarray.cc`` of MXNet 1.9: a magic number, a reserved
word, the count, for each array its own magic number, storage type, shape, device, type and data, with the indices of
sparse ones.
"""

from __future__ import annotations

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

FORMAT = "mxnet.params"
MAGIC = 0x112

_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_RANK = 32  # dimensions; MXNet itself has room for more, its operators do not
_NAME = 1 << 16
_WORD = 1 << 63
_LEAST = 8  # bytes of the shortest array and of an empty name
_TYPES = {
    0: ("float32", 4), 1: ("float64", 8), 2: ("float16", 2), 3: ("uint8", 1), 4: ("int32", 4), 5: ("int8", 1),
    6: ("int64", 8), 7: ("bool", 1), 8: ("int16", 2), 9: ("uint16", 2), 10: ("uint32", 4), 11: ("uint64", 8),
    12: ("bfloat16", 2),
}  # fmt: skip
_INDICES = {0: 0, 1: 1, 2: 2}  # by storage type: dense, row sparse, compressed rows


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a list of arrays; raises Malformed and OverLimit."""
    reader = Reader(source)
    if reader.u64() != MAGIC:
        raise Malformed("this is no list of arrays")
    yield Identity(at=node.at(), format=FORMAT)
    if reader.u64():
        yield Inconsistency(at=node.at(8, 8), what="reserved", detail="the reserved word is not zero")
    arrays = _Arrays(reader, node)
    count = reader.u64()
    if count > reader.left // _LEAST:
        limit = reader.left // _LEAST
        yield ResourceClaim(at=node.at(16, 8), what="arrays", claimed=count, limit=limit, unit="arrays")
        raise Malformed(f"{count} arrays are claimed, {reader.left} bytes are left", offset=16)
    found: list[tuple[int, int, str, tuple[int, ...]]] = []
    for _ in range(count):
        bench.meter.spend_member()
        broken = None
        try:
            found.append(arrays.read())
        except Malformed as error:
            broken = error
        yield from arrays.drained()
        if broken is not None:
            raise broken
    names = list(arrays.names())
    if len(names) not in (0, len(found)):
        detail = f"{len(found)} arrays have {len(names)} names"
        yield Inconsistency(at=node.at(), what="names", detail=detail)
    for number, (offset, length, dtype, dims) in enumerate(found):
        name = names[number] if number < len(names) else str(number)
        yield TensorDecl(at=node.at(offset, length), name=name, dtype=dtype, shape=dims)
    yield from bulk.probe_heads(source, node, arrays.spans, "tensor")
    if reader.left:
        yield from bulk.unclaimed(source, node, bench, reader.offset, source.size, where="tail", after="the names")


class _Arrays:
    def __init__(self, reader: Reader, node: Node) -> None:
        self.reader, self.node = reader, node
        self.spans: list[Stretch] = []
        self._facts: list[Yield] = []

    def read(self) -> tuple[int, int, str, tuple[int, ...]]:
        """Step over one array: offset and length of its data, type and shape."""
        reader, begin = self.reader, self.reader.offset
        magic = reader.u32()
        storage, stored = 0, None
        if magic in (_V2, _V3):
            storage = reader.u32()
            if storage not in _INDICES:
                raise Malformed(f"an array of storage type {storage}", offset=begin)
            if storage:
                stored = self._shape(magic)
            dims = self._shape(magic)
        elif magic == _V1:
            dims = self._shape(magic)
        else:  # the oldest form: the magic number is the number of dimensions, each of 32 bits
            if magic > _RANK:
                raise Malformed(f"no array begins with {magic:#x}", offset=begin)
            dims = tuple(reader.u32() for _ in range(magic))
        if magic != _V3 and any(dim < 0 for dim in dims):
            self._wrong("negative shape", f"{str(dims)[:80]}", begin, memory=True)
            self._leave(begin)
        if any(dim < 0 for dim in dims) or (magic != _V3 and not dims):
            return begin, 0, "", ()  # an array that was never filled: nothing more is written of it
        reader.exactly(8)  # the device
        dtype, width = self._type()
        indices = []
        for _ in range(_INDICES[storage]):
            _, each = self._type()
            indices.append((each, self._shape(magic)))
        offset = reader.offset
        length = self._data(width, dims if stored is None else stored, begin)
        for each, shape in indices:
            self._data(each, shape, begin)
        return offset, length, dtype, dims

    def _shape(self, magic: int) -> tuple[int, ...]:
        begin = self.reader.offset
        rank = self.reader.u32()
        if magic == _V3 and rank == 0xFFFFFFFF:
            return (-1,)
        if rank > _RANK:
            raise Malformed(f"an array of {rank} dimensions", offset=begin)
        return tuple(self.reader.i64() for _ in range(rank))

    def _type(self) -> tuple[str, int]:
        begin = self.reader.offset
        flag = self.reader.u32()
        if flag not in _TYPES:
            raise Malformed(f"no type has the number {flag}", offset=begin)
        return _TYPES[flag]

    def _data(self, width: int, dims: tuple[int, ...], begin: int) -> int:
        count = 1
        for dim in dims:
            count *= dim
        if count < 0 or count * width >= _WORD or any(dim < 0 for dim in dims):
            self._wrong("shape overflow", f"the product of {str(dims)[:80]}", begin, memory=True)
            self._leave(begin)
        length, reader = count * width, self.reader
        if length > reader.left:
            words = f"{str(dims)[:80]} needs {length} bytes, {reader.left} are left"
            self._facts.append(
                ResourceClaim(at=self.node.at(begin), what="array", claimed=length, limit=reader.left, unit="bytes")
            )
            raise Malformed(words, offset=begin)
        if length:
            self.spans.append((reader.offset, reader.offset + length, f"array@{reader.offset}"))
        reader.offset += length
        return length

    def _leave(self, begin: int) -> None:
        raise Malformed("where the next array begins cannot be known", offset=begin)

    def names(self) -> Iterator[str]:
        """Read the names at the end."""
        reader = self.reader
        if not reader.left:
            return
        count = reader.u64()
        if count > reader.left // _LEAST:
            raise Malformed(f"{count} names are claimed, {reader.left} bytes are left", offset=reader.offset - 8)
        for _ in range(count):
            length = reader.u64()
            if length > _NAME:
                raise Malformed(f"a name of {length} bytes", offset=reader.offset - 8)
            yield reader.exactly(length).decode("utf-8", "backslashreplace")

    def drained(self) -> list[Yield]:
        """Hand over what was noted."""
        facts, self._facts = self._facts, []
        return facts

    def _wrong(self, what: str, detail: str, offset: int, *, memory: bool = False) -> None:
        self._facts.append(Inconsistency(at=self.node.at(offset), what=what, detail=detail, memory=memory))
