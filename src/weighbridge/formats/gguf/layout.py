"""Tensors of a GGUF file: their shapes, types and extents, and every byte of the data section accounted for.

All arithmetic is exact; where 64 bits would not hold a number, that is said.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import TensorDecl
from weighbridge.formats import bulk
from weighbridge.formats.gguf import types
from weighbridge.formats.gguf.fields import LONGEST_KEY
from weighbridge.formats.gguf.told import short, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.gguf.fields import Cursor
    from weighbridge.formats.gguf.told import Told
    from weighbridge.formats.node import Bench, Node, Yield

DIMENSIONS = 4
"""Dimensions of a tensor (``GGML_MAX_DIMS``); older readers write more of them past the end of an array."""

_RANK = 64  # dimensions that are read at all
_WORD = 1 << 63
_HOLES = 256  # stretches between tensors that are examined
_PADS = 10_000  # paddings whose zeros are checked; each costs a read


class Layout:
    """Reads the tensors' descriptions, then lays them out over the data section."""

    def __init__(self, cursor: Cursor, node: Node, bench: Bench, told: Told) -> None:
        self.cursor, self.node, self.bench, self.told = cursor, node, bench, told
        self.source: ByteSource = cursor.source
        self.tensors: list[tuple[int, int | None, str]] = []
        self.names: set[str] = set()
        self._declared: list[tuple[str, str, tuple[int, ...]]] = []
        self._unknown: dict[int, int] = {}

    def read(self, count: int) -> Iterator[Yield]:
        """Read ``count`` descriptions; raises Malformed where one cannot be read."""
        cursor, told = self.cursor, self.told
        width = cursor.width
        for _ in range(count):
            self.bench.meter.spend_member()
            begin = cursor.offset
            raw = cursor.string("the name of a tensor", LONGEST_KEY)
            if raw is None:
                raise Malformed(f"the name of a tensor is longer than {LONGEST_KEY} bytes", offset=begin)
            name = self._name(raw)
            rank = cursor.u32("the dimensions of a tensor")
            if rank > DIMENSIONS:
                told.wrong(
                    "dimensions", f"{short(name)} has {rank} dimensions, readers have room for four", memory=True
                )
                yield from told.drained()
            if rank > _RANK:
                raise Malformed(f"a tensor has {rank} dimensions", offset=cursor.offset)
            shape = tuple(cursor.u32("a shape") if width == 4 else cursor.u64("a shape") for _ in range(rank))
            kind, offset = cursor.u32("the type of a tensor"), cursor.u64("the offset of a tensor")
            size = self._size(name, shape, kind)
            self.tensors.append((offset, size, name))
            known = types.TENSORS.get(kind)
            self._declared.append((name, known[0] if known else f"ggml type {kind}", shape))
            yield from told.drained()

    def _name(self, raw: bytes) -> str:
        name = text_of(raw)
        once = name.partition("\0")[0]
        if once != name or not name.isprintable():
            self.told.wrong("tensor name", f"{short(name)} holds characters that end or hide it")
        if once in self.names:
            self.told.wrong("duplicate tensor", f"{short(name)} is there twice")
        self.names.add(once)
        return name

    def _size(self, name: str, shape: tuple[int, ...], kind: int) -> int | None:
        """Compute the bytes of a tensor; None when its type is not known."""
        count = 1
        product = 1
        for dim in shape:
            count *= dim
            product *= dim or 1
        if product >= _WORD:
            self.told.wrong("overflow", f"the shape of {short(name)} overflows 63 bits", memory=True)
        known = types.TENSORS.get(kind)
        if known is None:
            if kind > types.FARTHEST_TYPE:
                self.told.wrong("tensor type", f"{short(name)} is of type {kind}, past any table", memory=True)
            self._unknown[kind] = self._unknown.get(kind, 0) + 1
            return None
        _, block, size = known
        if shape and shape[0] % block:
            self.told.wrong("block size", f"rows of {short(name)} have {shape[0]} elements, blocks {block}")
        total = count // block * size
        if total >= _WORD and product < _WORD:
            self.told.wrong("overflow", f"the size of {short(name)} overflows 63 bits", memory=True)
        return total

    def lay_out(self, start: int, alignment: int) -> Iterator[Yield]:
        """Yield tensors, then what lies between and behind them; ``start`` is where the data begin."""
        size, told = self.source.size, self.told
        for (offset, length, _), (name, dtype, shape) in zip(self.tensors, self._declared, strict=True):
            inside = length is not None and start + offset + length <= size
            at = self.node.at(start + offset, length) if inside else told.at
            yield TensorDecl(at=at, name=name, dtype=dtype, shape=shape)
            if offset % alignment:
                told.wrong("offset", f"{short(name)} begins at {offset}, not at a multiple of {alignment}")
        yield from self._spans(start, alignment)
        yield from told.drained()
        for kind, count in list(self._unknown.items())[:8]:
            reason = f"{count} tensors are of type {kind}, which ggml 0.9 does not have"
            yield self.node.gap(GapKind.UNSUPPORTED, reason)
        spans = [(start + at, start + at + length, name) for at, length, name in self.tensors if length]
        inside_file = sorted(span for span in spans if span[1] <= size)
        yield from bulk.probe_heads(self.source, self.node, inside_file, "tensor")

    def _spans(self, start: int, alignment: int) -> Iterator[Yield]:
        size, told = self.source.size, self.told
        cursor, before, holes, pads = self.cursor.offset, "the header", 0, 0
        unknown = False
        for offset, length, name in sorted(self.tensors, key=lambda one: (one[0], one[1] or 0)):
            begin, end = start + offset, start + offset + (length or 0)
            if end > size and (length or begin > size):
                words = f"{short(name)} ends at byte {short(end)}, the file at {size}: a lie, or a broken download"
                told.wrong("out of bounds", words, memory=True)
            # The data of a tensor whose size is not known reach up to the next one.
            if cursor < min(begin, size) and not unknown:
                edge = min(begin, size)
                if edge - cursor < alignment and pads >= _PADS:
                    pads += 1
                elif edge - cursor >= alignment or self._is_filled(cursor, edge):
                    holes += 1
                    if holes <= _HOLES:
                        yield from self._unclaimed(cursor, edge, "gap", before)
                else:
                    pads += 1
            elif begin < cursor and length and offset >= 0:
                told.wrong("overlap", f"{short(name)} shares bytes with {before}")
            unknown = length is None
            if end >= cursor:
                cursor, before = end, short(name)
        if holes > _HOLES:
            yield self.node.gap(GapKind.OVER_LIMIT, f"more than {_HOLES} holes between tensors", start)
        if pads > _PADS:
            yield self.node.gap(GapKind.OVER_LIMIT, f"the padding of more than {_PADS} tensors is not read", start)
        if cursor < size and not unknown:
            left = size - cursor
            if left >= alignment or any(self.source.read_at(cursor, left)):
                yield from self._unclaimed(cursor, size, "tail", "the last tensor" if self.tensors else "the header")

    def _is_filled(self, begin: int, end: int) -> bool:
        """Tell whether a padding holds anything; when reading is dear it is taken for zeros."""
        return not self.node.headers_only and any(self.source.read_at(begin, end - begin))

    def _unclaimed(self, begin: int, end: int, where: str, after: str) -> Iterator[Yield]:
        return bulk.unclaimed(self.source, self.node, self.bench, begin, end, where=where, after=after)
