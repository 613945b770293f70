"""Models of LightGBM as text (``src/boosting/gbdt_model_text.cpp`` and ``src/io/tree.cpp`` of 4.7).

A head of ``key=value`` lines, then trees, each as long as ``tree_sizes`` says. The library goes to the next tree by
those sizes, and takes children, features and categories for indices (CVE-2024-43598, CVE-2026-92786).
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.formats.lightgbm_tree import whole, whole_row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weighbridge.core.facts import Fact
    from weighbridge.core.location import Location
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

LINE = 4 << 20
"""Bytes of a line: a tree of 131,072 leaves, the most that LightGBM grows, has rows of 3 MB."""

TREE = 32 << 20
"""Bytes of one tree that are kept until it is checked; the largest that is grown has 26 MB."""

TREES = 1_000_000
"""Trees of one model; the largest have some ten thousand."""

ROWS = 22
"""Rows that the library reads of a tree; it stops behind them."""

_HEAD_LINES = 1_000
_BLOCK = 1 << 18
_SHOWN = 16


def sniff(head: bytes, _source: ByteSource) -> str:
    """Tell whether text has the head of a model: the number of features, and trees."""
    if b"max_feature_idx=" in head and (b"\ntree_sizes=" in head or b"\nTree=" in head):
        return "lightgbm"
    first, second, *_ = (*head.split(b"\n", 2), b"")
    return "lightgbm" if first.rstrip(b"\r") == b"tree" and b"=" in second else ""


def extract(source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Read the head and every tree; raises Malformed and OverLimit. What follows the trees is told of by ``text``."""
    yield Identity(at=node.at(), format="lightgbm")
    model = _Model(source, node)
    yield from model.read()


class _Model:
    def __init__(self, source: ByteSource, node: Node) -> None:
        self.source = source
        self.node = node
        self.head: dict[str, str] = {}
        self.told = 0
        self.starts: list[int] = []
        self.returns: list[int] = []  # how many carriage returns stand before each start
        self.carriage = 0
        self.end = 0

    def read(self) -> Iterator[Yield]:
        lines = self._lines()
        first = 0
        for begin, line in lines:
            if line.startswith("Tree="):
                first = begin
                break
            if line == "end of trees":
                self.end = begin
                break
            key, _, text = line.partition("=")
            if key in self.head:
                yield Inconsistency(at=self.node.at(begin), what="duplicate key", detail=repr(key[:80]))
            self.head[key] = text  # the library keeps the last one
            if len(self.head) > _HEAD_LINES:
                raise Malformed(f"a head of more than {_HEAD_LINES} lines", offset=begin)
        width = whole(self.head.get("max_feature_idx", ""))
        if width is None:
            yield self.node.gap(GapKind.UNPARSED, "the head does not say how many features there are")
            return
        if width < 0:
            yield self._lie("number of features", f"the last feature is {width}")
        if first:
            self._starts_at(first)
            yield from self._trees(lines, first, width + 1)
        elif not self.end:
            yield self.node.gap(GapKind.UNPARSED, "there are no trees and no end of them")
        yield from self._outputs()
        yield from self._sizes()
        if self.told > _SHOWN:
            yield Inconsistency(at=self.node.at(), what="trees", detail=f"{self.told - _SHOWN} more contradictions")

    def _trees(self, lines: Iterator[tuple[int, str]], begin: int, width: int) -> Iterator[Yield]:
        """Read tree after tree: rows to the first empty line, and nothing behind it."""
        from weighbridge.formats.lightgbm_tree import check

        rows: dict[str, str] = {}
        held = count = 0
        ended = False
        for offset, line in lines:
            last = line == "end of trees"
            if line.startswith("Tree=") or last:
                name, at = f"tree {len(self.starts) - 1}", self.node.at(begin, offset - begin)
                yield from self._few(check(rows, name, at, width))
                if last:
                    self.end = offset
                    return
                if len(self.starts) > TREES:
                    raise OverLimit(f"more than {TREES:,} trees", offset=offset)
                self._starts_at(offset)
                begin, rows, held, count, ended = offset, {}, 0, 0, False
                continue
            held += len(line)
            if held > TREE:
                raise OverLimit(f"a tree of more than {TREE:,} bytes", offset=offset)
            if not line:
                ended = True
                continue
            count += 1
            key, equals, text = line.partition("=")
            at = self.node.at(offset, len(line))
            if not equals:
                # The library looks for the next equals sign wherever it is.
                yield from self._few((self._lie("row of a tree", f"{key[:80]!r} has no value", at),))
            elif ended or count > ROWS:
                detail = f"{key[:80]!r} stands behind the {'end' if ended else 'last row'} of its tree"
                yield from self._few((Inconsistency(at=at, what="row of a tree", detail=detail),))
            else:
                if key in rows:
                    yield from self._few((Inconsistency(at=at, what="duplicate key", detail=repr(key[:80])),))
                rows[key] = text
        yield from self._few(check(rows, f"tree {len(self.starts) - 1}", self.node.at(begin), width))
        yield self.node.gap(GapKind.UNPARSED, "the trees have no end", begin)
        self.end = self.source.size

    def _few(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        for fact in facts:
            self.told += 1
            if self.told <= _SHOWN:
                yield fact

    def _starts_at(self, offset: int) -> None:
        self.starts.append(offset)
        self.returns.append(self.carriage)

    def _outputs(self) -> Iterator[Yield]:
        """A prediction goes through the trees by round and output."""
        outputs = whole(self.head.get("num_tree_per_iteration", "1"))
        classes = whole(self.head.get("num_class", "1"))
        if outputs is None or classes is None:
            yield self.node.gap(GapKind.UNPARSED, "the number of classes or of trees for each round is no number")
        elif outputs < 1 or classes < 1 or len(self.starts) % outputs:
            detail = f"{len(self.starts)} trees, {outputs} for each round, {classes} classes"
            yield self._lie("trees of a round", detail)

    def _sizes(self) -> Iterator[Yield]:
        """Compare where the trees are with where a reader jumps to."""
        if "tree_sizes" not in self.head:
            return
        sizes = whole_row(self.head["tree_sizes"])
        if sizes is None:
            yield self._lie("sizes of trees", "a size is no whole number")
            return
        starts, returns = [*self.starts, self.end], [*self.returns, self.carriage]
        real = [starts[at + 1] - starts[at] for at in range(len(self.starts))]
        if len(sizes) != len(real):
            yield self._lie("sizes of trees", f"{len(sizes)} sizes for {len(real)} trees")
            return
        for number, (size, here) in enumerate(zip(sizes, real, strict=True)):
            if size != here:
                at = self.node.at(starts[number], here)
                detail = f"tree {number} has {here} bytes, {size} are promised"
                # Whoever changes the ends of all lines breaks the model, and means no harm.
                memory = size != here - (returns[number + 1] - returns[number])
                yield Inconsistency(at=at, what="sizes of trees", detail=detail, memory=memory)
                return

    def _lie(self, what: str, detail: str, at: Location | None = None) -> Inconsistency:
        return Inconsistency(at=at or self.node.at(), what=what, detail=detail, memory=True)

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Give each line with its offset; a longer one than LINE is OverLimit."""
        rest, begin, offset = b"", 0, 0
        while offset < self.source.size:
            block = self.source.read_at(offset, _BLOCK)
            if not block:
                break
            offset += len(block)
            pieces = (rest + block).split(b"\n") if b"\n" in block else [rest + block]
            rest = pieces.pop()
            if len(rest) > LINE:
                raise OverLimit(f"a line of more than {LINE:,} bytes", offset=begin)
            for piece in pieces:
                line = piece.removesuffix(b"\r")
                yield begin, line.decode("utf-8", "backslashreplace")
                self.carriage += len(line) != len(piece)
                begin += len(piece) + 1
        if rest:
            yield begin, rest.decode("utf-8", "backslashreplace")
