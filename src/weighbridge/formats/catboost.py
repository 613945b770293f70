"""CatBoost models (``.cbm``): a FlatBuffer of trees, and behind it the parts that it names.

Source: catboost/libs/model/flatbuffers and model.cpp of CatBoost 1.2. The library verifies the FlatBuffer, but takes
its numbers for indices into arrays of its own: which feature a split tests, where a tree begins, which leaf a node
leads to.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry
from weighbridge.core.source import SubSource
from weighbridge.formats import bulk
from weighbridge.formats.flatbuffers import FlatBuffer, Table, verify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

MAGIC = b"CBM1"
FORMAT = "catboost"

SCHEMA = {
    "Core": "s t:Trees vt:KeyValue vs",
    "KeyValue": "s s",
    "Trees": (
        "4 v4 v4 v4 vt:Feature vt:Float vt:OneHot vt:Ctr v8 v8 v4 v4 vt:Feature vt:Estimated 8 8 v8 v4 vt:Embedding"
    ),
    "Feature": "4 4 s 1",
    "Float": "1 4 4 v4 s 1",
    "OneHot": "4 v4 vs",
    "Ctr": "t:ModelCtr v4",
    "ModelCtr": "t:CtrBase 4 4 4 4 4",
    "CtrBase": "t:Combination 1",
    "Combination": "v4 v8 v8",
    "Estimated": "4 16 4 v4",
    "Embedding": "4 4 s 4 1",
    "CtrTable": "t:CtrBase v1 v1 4 4",
}
"""A model, table by table."""

_SIZE = 4
_BEGIN = 8
_STATIC = "static_provider_v1"
_DEEPEST = 31  # an oblivious tree has 2 to the power of its depth leaves
_NO_LEAF = 0xFFFF_FFFF
_EMPTY = (1 << 64) - 1
_SHOWN = 8
_TABLES = 10_000  # statistics of categorical features
_WIDTHS = {0: 4, 1: 4, 2: 8, 3: 8, 4: 4, 5: 4}


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a CatBoost model; raises Malformed when its header is none, OverLimit for too many tables."""
    if source.read_at(0, 4) != MAGIC or source.size < _BEGIN:
        raise Malformed("this is no CatBoost model")
    yield Identity(at=node.at(), format=FORMAT)
    length = int.from_bytes(source.read_at(_SIZE, 4), "little")
    buffer = FlatBuffer(SubSource(source, _BEGIN, length))
    root = verify(buffer, SCHEMA, "Core")
    if length > source.size - _BEGIN:
        detail = f"a core of {length} bytes in a file of {source.size}"
        yield Inconsistency(at=node.at(_SIZE, 4), what="core size", detail=detail, memory=buffer.is_sound())
    yield from buffer.lies(node, _BEGIN)
    if root is None or not buffer.is_sound():
        yield node.gap(GapKind.UNPARSED, "not all parts of the model lie where its offsets say")
        return
    for entry in root.tables(2, "an entry"):
        bench.meter.spend_member()
        if entry is not None:
            yield MetadataEntry(at=node.at(_BEGIN + entry.at), key=entry.text(0, 256), text=entry.text(1))
    trees = root.table(1)
    if trees is not None:
        yield from Trees(trees, node).check()
    if length > source.size - _BEGIN:
        return
    yield from buffer.unread(source, node, bench, _BEGIN)
    vector = root.vector(3)
    parts = [] if vector is None else [name.rstrip("\0") for name in vector.strings(256)]
    yield from _parts(source, node, bench, parts, _BEGIN + length)


def _parts(source: ByteSource, node: Node, bench: Bench, names: list[str], begin: int) -> Iterator[Yield]:
    """Read the parts behind the core."""
    end = begin
    if names[:1] == [_STATIC]:
        if begin + 4 > source.size:
            yield Inconsistency(at=node.at(begin), what="truncated", detail="the statistics of the model are missing")
            return
        count, end = int.from_bytes(source.read_at(begin, 4), "little"), begin + 4
        if count > min(_TABLES, source.size):
            raise OverLimit(f"{count} tables of statistics", offset=begin)
        for _ in range(count):
            length = int.from_bytes(source.read_at(end, 4), "little")
            if length > source.size - end - 4:
                detail = f"a table of {length} bytes at {end}, the file ends at {source.size}"
                yield Inconsistency(at=node.at(end, 4), what="truncated", detail=detail)
                return
            yield from _statistics(source, node, end + 4, length)
            end += 4 + length
        names = names[1:]
    if names:
        said = f"the part {names[0][:40]!r} of the model is not analysed"
        yield node.gap(GapKind.UNSUPPORTED, said, end, source.size - end)
    else:
        yield from bulk.behind(source, node, bench, end, "the model")


def _statistics(source: ByteSource, node: Node, begin: int, length: int) -> Iterator[Yield]:
    """Hold the indices of a hash table against the values that they lead to."""
    buffer = FlatBuffer(SubSource(source, begin, length))
    root = verify(buffer, SCHEMA, "CtrTable")
    yield from buffer.lies(node, begin)
    if root is None or not buffer.is_sound():
        return
    base, table, blob = root.table(0), root.vector(1, 1), root.vector(2, 1)
    kind = 0 if base is None else base.number(1, "b")
    width = _WIDTHS.get(kind, 4) * (max(root.number(4, "i"), 1) if kind < 2 else 1)
    held = 0 if blob is None else blob.count
    if table is None:
        return
    if table.count % 12:
        detail = f"a hash table of {table.count} bytes"
        yield Inconsistency(at=node.at(begin, length), what="statistics", detail=detail, memory=True)
        return
    largest = -1
    for at in range(0, table.count, 49_152):
        piece = buffer.read(table.start + at, min(49_152, table.count - at))
        for place in range(0, len(piece), 12):
            if int.from_bytes(piece[place : place + 8], "little") != _EMPTY:
                largest = max(largest, int.from_bytes(piece[place + 8 : place + 12], "little"))
    if (largest + 1) * width > held:
        detail = f"entry {largest} of {width} bytes each, {held} bytes are there"
        yield Inconsistency(at=node.at(begin, length), what="statistics", detail=detail, memory=True)


class Trees:
    """The trees of a model, whose numbers must lead to features, nodes and leaves that there are."""

    def __init__(self, trees: Table, node: Node) -> None:
        self.trees, self.node = trees, node
        self._told: dict[str, int] = {}

    def check(self) -> Iterator[Yield]:
        """Yield what leads nowhere."""
        trees = self.trees
        splits, sizes, starts = trees.count(1), self._all(2), self._all(3)
        yield from self._features(splits)
        at = 0
        for number, size in enumerate(sizes):
            if size < 0 or at + size > splits:
                words = f"tree {number} has {size} splits from {at} on, {splits} are there"
                yield from self._wrong("tree size", words)
                return
            if number < len(starts) and starts[number] != at:
                yield from self._wrong("tree offset", f"tree {number} begins at {starts[number]}, not at {at}")
            at += size
        if len(starts) not in (0, len(sizes)):
            yield from self._wrong("tree offset", f"{len(starts)} offsets of {len(sizes)} trees")
        dimensions = trees.number(0, "i")
        if dimensions < 1:
            yield from self._wrong("dimensions", f"{dimensions} dimensions")
        elif trees.count(10):
            yield from self._nodes(sizes, splits)
        else:
            yield from self._leaves(sizes, dimensions)

    def _features(self, splits: int) -> Iterator[Yield]:
        """Count what splits may test, and hold every split against it."""
        trees, conditions, buckets = self.trees, 0, 0
        for field, borders in ((5, 3), (6, 1), (7, 1), (13, 3)):
            for feature in trees.tables(field, "a feature"):
                count = 0 if feature is None else feature.count(borders)
                conditions += count
                buckets += max(1, -(-count // 254))
        vector = trees.vector(1)
        for block in () if vector is None else vector.blocks("i"):
            low, high = min(block), max(block)
            if low < 0 or high >= conditions:
                wrong = low if low < 0 else high
                yield from self._wrong("split index", f"a split tests condition {wrong} of {conditions}")
                break
        packed = trees.vector(17)
        if packed is None or not packed.count:
            return
        if packed.count != splits:
            yield from self._wrong("split index", f"{packed.count} packed splits of {splits}")
        for block in packed.blocks("I"):
            high = max(number & 0xFFFF for number in block)
            if high >= buckets:
                yield from self._wrong("feature index", f"a split tests feature {high} of {buckets}")
                break

    def _leaves(self, sizes: list[int], dimensions: int) -> Iterator[Yield]:
        """Oblivious trees: two to the power of its depth leaves for each tree."""
        deepest = max(sizes, default=0)
        if deepest > _DEEPEST:
            yield from self._wrong("tree size", f"an oblivious tree of depth {deepest}")
            return
        leaves = sum(1 << size for size in sizes)
        values, weights = self.trees.count(8), self.trees.count(9)
        if values < leaves * dimensions:
            yield from self._wrong("leaves", f"{values} values for {leaves} leaves of {dimensions} dimensions")
        if weights and weights < leaves:
            yield from self._wrong("leaves", f"{weights} weights for {leaves} leaves")

    def _nodes(self, sizes: list[int], splits: int) -> Iterator[Yield]:
        """Other trees: every node leads to nodes of its own tree, or to a leaf."""
        trees, values = self.trees, self.trees.count(8)
        nodes, leaves = trees.vector(10), trees.vector(11)
        if nodes is None or leaves is None or nodes.count != splits or leaves.count != splits:
            yield from self._wrong("nodes", f"{trees.count(10)} nodes and {trees.count(11)} leaves of {splits} splits")
            return
        for block in leaves.blocks("I"):
            if any(leaf != _NO_LEAF and leaf >= values for leaf in block):
                yield from self._wrong("leaf index", f"a node leads to a leaf beyond {values} values")
                break
        tree, end, at = 0, sizes[0] if sizes else 0, 0
        for block in nodes.blocks("I"):
            for packed in block:
                while at >= end and tree + 1 < len(sizes):
                    tree += 1
                    end += sizes[tree]
                if at + max(packed & 0xFFFF, packed >> 16) >= end:
                    yield from self._wrong("nodes", f"node {at} leads out of tree {tree}, which ends at {end}")
                    return
                at += 1

    def _all(self, field: int) -> list[int]:
        vector = self.trees.vector(field)
        return [] if vector is None else [number for block in vector.blocks("i") for number in block]

    def _wrong(self, what: str, detail: str) -> Iterator[Yield]:
        count = self._told[what] = self._told.get(what, 0) + 1
        if count <= _SHOWN:
            yield Inconsistency(at=self.node.at(self.trees.at + _BEGIN), what=what, detail=detail, memory=True)
