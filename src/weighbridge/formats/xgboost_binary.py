"""XGBoost's own binary format, deprecated since 1.0 and gone in 3.1: C structures one behind the other.

Source: ``src/learner.cc`` (LearnerModelParamLegacy), ``src/gbm/gbtree_model.h``, ``include/xgboost/tree_model.h`` of
XGBoost 1.7. All is little-endian; a nested vector or string begins with its length in 64 bits.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry
from weighbridge.formats import bulk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

MAGIC = b"binf"
NODES = 600_000
"""Nodes of one tree that are read, as in UBJSON; a tree with a thousand leaves has two thousand."""

TREES = 1_000_000
"""Trees of one model; the largest have some ten thousand."""

NAME = 256
"""Bytes of a name or an attribute that are kept."""

_BOOSTERS = (b"gbtree", b"gblinear", b"dart")
_HEAD, _FOREST, _TREE, _LINEAR = 136, 160, 148, 136
_NODE = Struct("<iiiIf")
_STATISTICS = 16
_NODES_AT_ONCE = 1 << 15
_DELETED = 0xFFFF_FFFF
_ROOT = 0x7FFF_FFFF
_SHOWN = 16


class Beyond(Malformed):
    """A count of ``what`` that needs more bytes than are left."""


def sniff(head: bytes, _source: ByteSource) -> str:
    """Tell a model without the four bytes before it: behind the head stand two names, the second of three known."""
    length = int.from_bytes(head[136:144], "little")
    if not 0 < length <= 64:
        return ""
    name, at = head[144 : 144 + length], 144 + length
    booster = head[at + 8 : at + 8 + int.from_bytes(head[at : at + 8], "little")] if at < 256 else b""
    return "xgboost.binary" if name.isascii() and name.decode().isprintable() and booster in _BOOSTERS else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a model to its end; raises Malformed and OverLimit."""
    yield Identity(at=node.at(), format="xgboost.binary")
    reader = _Reader(source, node)
    try:
        yield from reader.model()
    except Beyond as lie:
        yield Inconsistency(at=node.at(lie.offset), what="length", detail=str(lie), memory=True)
        raise
    if reader.offset < source.size:
        yield from bulk.unclaimed(source, node, bench, reader.offset, source.size, where="tail", after="the model")


class _Reader:
    def __init__(self, source: ByteSource, node: Node) -> None:
        self.source = source
        self.node = node
        self.offset = len(MAGIC) if source.read_at(0, len(MAGIC)) == MAGIC else 0
        self.told = 0

    def model(self) -> Iterator[Yield]:
        head = self._take(_HEAD)
        width = int.from_bytes(head[4:8], "little")
        classes = int.from_bytes(head[8:12], "little", signed=True)
        attributes = int.from_bytes(head[12:16], "little", signed=True)
        metrics = int.from_bytes(head[16:20], "little", signed=True)
        objective = self._text()
        booster = self._text()
        yield MetadataEntry(at=self.node.at(), key="objective", text=objective)
        groups = max(classes, int.from_bytes(head[28:32], "little", signed=True), 1)
        if booster == "gblinear":
            self._take(_LINEAR)
            held = self._vector(4)
            if held < (width + 1) * groups:
                yield self._lie("linear weights", f"{held} weights for {width} features and {groups} outputs")
        elif booster in ("gbtree", "dart"):
            yield from self._forest(width, groups, dart=booster == "dart")
        else:
            yield self.node.gap(GapKind.UNSUPPORTED, f"booster {booster[:40]!r}", self.offset)
            self.offset = self.source.size
            return
        if attributes:
            for _ in range(self._count(16)):
                key = self._text()
                yield MetadataEntry(at=self.node.at(self.offset), key=key, text=self._text())
        if objective == "count:poisson" and self.offset < self.source.size:
            self._text()  # versions before 1.0 appended its one parameter
        if metrics:
            for _ in range(self._count(8)):
                self._text()

    def _forest(self, width: int, groups: int, *, dart: bool) -> Iterator[Yield]:
        head = self._take(_FOREST)
        trees = int.from_bytes(head[:4], "little", signed=True)
        if trees < 0 or trees * _TREE > self._left():
            raise Beyond(f"{trees:,} trees, {self._left():,} bytes are left", offset=self.offset)
        if trees > TREES:
            raise OverLimit(f"more than {TREES:,} trees", offset=self.offset)
        for number in range(trees):
            for fact in self._tree(f"tree {number}", width):
                self.told += 1
                if self.told <= _SHOWN:
                    yield fact
        infos = self._take(4 * trees)
        outputs = [int.from_bytes(infos[at : at + 4], "little", signed=True) for at in range(0, 4 * trees, 4)]
        if outputs and not 0 <= min(outputs) <= max(outputs) < groups:
            yield self._lie("output of a tree", f"outputs {min(outputs)} to {max(outputs)} of {groups}")
        if dart and trees:
            held = self._vector(4)
            if held != trees:
                yield self._lie("weights of trees", f"{held} weights for {trees} trees")

    def _tree(self, name: str, width: int) -> Iterator[Yield]:
        begin = self.offset
        head = self._take(_TREE)
        count, deleted = (int.from_bytes(head[at : at + 4], "little", signed=True) for at in (4, 8))
        if count < 1 or count * (_NODE.size + _STATISTICS) > self._left():
            raise Beyond(f"{name} has {count:,} nodes, {self._left():,} bytes are left", offset=begin)
        if count > NODES:
            raise OverLimit(f"{name} has more than {NODES:,} nodes", offset=begin)
        from array import array

        from weighbridge.formats.tree_links import Links, follow

        left, right, parents, features = (array("q") for _ in range(4))
        gone = 0
        for start in range(0, count, _NODES_AT_ONCE):
            piece = self._take(min(_NODES_AT_ONCE, count - start) * _NODE.size)
            for parent, first, second, split, _ in _NODE.iter_unpack(piece):
                parents.append(parent & _ROOT)
                left.append(first)
                right.append(second)
                features.append(split & _ROOT)
                gone += split == _DELETED
        self.offset += count * _STATISTICS
        at = self.node.at(begin, self.offset - begin)
        if deleted != gone:
            detail = f"{name}: {deleted} nodes are deleted, {gone} are marked so"
            yield Inconsistency(at=at, what="deleted nodes of a tree", detail=detail)
        yield from follow(Links(left=left, right=right, parents=parents, features=features), name, at, width)

    def _count(self, width: int) -> int:
        count = int.from_bytes(self._take(8), "little")
        if count * width > self._left():
            raise Beyond(f"{count:,} items, {self._left():,} bytes are left", offset=self.offset)
        return count

    def _vector(self, width: int) -> int:
        count = self._count(width)
        self.offset += count * width
        return count

    def _text(self) -> str:
        length = self._count(1)
        kept = self.source.read_at(self.offset, min(length, NAME))
        self.offset += length
        return kept.decode("utf-8", "backslashreplace")

    def _left(self) -> int:
        return self.source.size - self.offset

    def _take(self, count: int) -> bytes:
        taken = self.source.read_at(self.offset, count)
        if len(taken) < count:
            raise Malformed("the model breaks off", offset=self.offset)
        self.offset += count
        return taken

    def _lie(self, what: str, detail: str) -> Inconsistency:
        return Inconsistency(at=self.node.at(), what=what, detail=detail, memory=True)
