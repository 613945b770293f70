"""Checkpoints of TensorFlow 2: the index that names tensors, and the shards that hold them.

Source: ``tensor_bundle.proto`` of TensorFlow 2.21. The index is a sorted table; the empty key holds the header (1
num_shards, 2 endianness), every other key a tensor (1 dtype, 2 shape, 3 shard_id, 4 offset, 5 size, 6 crc32c, 7
slices).
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, TensorDecl
from weighbridge.core.references import Reference, Target
from weighbridge.core.source import BytesSource
from weighbridge.core.when import When
from weighbridge.formats import bulk
from weighbridge.formats.protobuf import BYTES, FIXED32, VARINT, fields
from weighbridge.formats.tensorflow import tensors
from weighbridge.formats.tensorflow.messages import DTYPES, shape
from weighbridge.formats.tensorflow.table import FOOTER, MAGIC, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

INDEX = "tensorflow.checkpoint"
DATA = "tensorflow.checkpoint.data"

TOLD = 16
"""Departures of one kind that are told one by one."""

_WORD = 1 << 63


def sniff(_head: bytes, source: ByteSource) -> str:
    """Tell a table by the magic number at its end."""
    return INDEX if source.size >= FOOTER and source.read_at(source.size - 8, 8) == MAGIC else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read the index of a checkpoint; raises Malformed and OverLimit."""
    yield Identity(at=node.at(), format=INDEX)
    index = _Index(node)
    table = Table(source)
    broken: Malformed | OverLimit | None = None
    try:
        for key, content, offset in table.entries():
            bench.meter.spend_member()
            if not key:
                index.header(content, offset)
            elif not index.is_old:
                yield from index.tensor(key.decode("utf-8", "backslashreplace"), content, offset)
    except (Malformed, OverLimit) as error:
        broken = error
    for offset in table.false_checksums:
        index.wrong("checksum", "the CRC-32C of a block is false", offset)
    yield from index.remainder()
    if broken is not None:
        raise broken
    cursor = 0
    for begin, end in sorted(table.spans):
        if begin > cursor:
            yield from bulk.unclaimed(source, node, bench, cursor, begin, where="gap", after="a block")
        elif begin < cursor:
            yield Inconsistency(at=node.at(begin), what="overlap", detail="two blocks share bytes")
        cursor = max(cursor, end)
    if cursor < source.size - FOOTER:
        yield from bulk.unclaimed(source, node, bench, cursor, source.size - FOOTER, where="gap", after="a block")


SHARDS = 1_000
"""Shards that an index names one by one; the largest checkpoints have some hundred."""


class _Index:
    def __init__(self, node: Node) -> None:
        self.node = node
        self.shards = 0
        self.spans: dict[int, list[tuple[int, int, str]]] = {}
        self.departures: list[Yield] = []
        self._told: dict[str, int] = {}
        self.is_old = False

    def header(self, content: bytes, offset: int) -> None:
        """Take in the header."""
        for field in fields(BytesSource(content)):
            if field.number == 1:
                if field.kind == BYTES:
                    gap = self.node.gap(GapKind.UNSUPPORTED, "a checkpoint of TensorFlow before 0.12 is not read")
                    self.departures.append(gap)
                    self.is_old = True
                    return
                self.shards = field.signed()
            elif field.number == 2 and field.value:
                self.wrong("endianness", "the tensors are written in big-endian order", offset)
        if not 0 < self.shards <= 1 << 20:
            self.wrong("shards", f"the header claims {self.shards} shards", offset)

    def tensor(self, name: str, content: bytes, block: int) -> Iterator[Yield]:
        """Yield a tensor, noting what its numbers do not agree on."""
        dtype = shard = offset = size = 0
        dims: list[int] = []
        sliced = False
        for field in fields(BytesSource(content)):
            if field.number == 2 and field.kind == BYTES:
                dims, _ = shape(field)
            elif field.number == 7:
                sliced = True
            elif field.kind == VARINT:
                number = field.signed()
                if field.number == 1:
                    dtype = number
                elif field.number == 3:
                    shard = number
                elif field.number == 4:
                    offset = number
                elif field.number == 5:
                    size = number
            elif field.kind != FIXED32:
                self.wrong("entry", f"{name[:80]!r} holds a field of another kind", block)
        kind, width = DTYPES.get(dtype, ("", 0))
        if not kind:
            self.wrong("tensor type", f"{name[:80]!r} has the type {dtype}, which there is not", block)
        count = tensors.product(dims)
        if count is None:
            self.wrong("shape overflow", f"{name[:80]!r}: the product of {str(dims)[:80]}", block, memory=True)
        elif width and not sliced and count * width != size:
            words = f"{name[:80]!r}: {kind} {str(dims)[:80]} needs {count * width} bytes, the index gives {size}"
            self.wrong("tensor size", words, block, memory=count * width > size)
        if offset < 0 or size < 0 or offset + size >= _WORD:
            self.wrong("offsets", f"{name[:80]!r} lies at {offset} with {size} bytes", block, memory=True)
        elif not 0 <= shard < max(self.shards, 1):
            self.wrong("shards", f"{name[:80]!r} lies in shard {shard} of {self.shards}", block)
        elif size:
            self.spans.setdefault(shard, []).append((offset, offset + size, name))
        yield TensorDecl(at=self.node.at(block), name=name, dtype=kind, shape=tuple(max(0, dim) for dim in dims))

    def remainder(self) -> Iterator[Yield]:
        """Yield what was noted, and which tensors share bytes."""
        for shard, spans in self.spans.items():
            spans.sort()
            last, before = 0, ""
            for begin, end, name in spans:
                if begin < last:
                    self.wrong("overlap", f"{name[:80]!r} shares bytes of shard {shard} with {before[:80]!r}", 0)
                if end > last:
                    last, before = end, name
        stem = self.node.name.removesuffix(".index")
        for number in range(min(max(self.shards, 0), SHARDS)):
            name = f"{stem}.data-{number:05}-of-{self.shards:05}"
            yield Reference(
                at=self.node.at(), relation="external_data", kind=Target.PATH, target=name, key=f"shard {number}",
                when=When.LOAD,
            )  # fmt: skip
        yield from self.departures
        for what, count in self._told.items():
            if count > TOLD:
                yield Inconsistency(at=self.node.at(), what=what, detail=f"{count - TOLD} more")

    def wrong(self, what: str, detail: str, offset: int, *, memory: bool = False) -> None:
        """Note a departure."""
        count = self._told[what] = self._told.get(what, 0) + 1
        if count <= TOLD:
            self.departures.append(Inconsistency(at=self.node.at(offset), what=what, detail=detail, memory=memory))


def shard(_source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Name a shard of a checkpoint: numbers and nothing else; where each tensor lies is said by the index beside it."""
    yield Identity(at=node.at(), format=DATA)
    yield node.gap(GapKind.UNSUPPORTED, "raw numbers of a checkpoint; the index that says what they are was not read")
