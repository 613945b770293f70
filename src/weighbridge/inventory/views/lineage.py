"""The picture of a graph, before it is drawn: boxes in columns, and arrows between them.

The subject stands at the left; what it reaches is in the column of its distance, so that no arrow to the right skips a
column. Files are counted in the box that holds them. What is too much for one picture is put together into boxes
that stand for many.
"""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.inventory.graph import Confidence, Kind, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.graph import Component, Graph

MOST = 60
"""Boxes of one picture."""
LIBRARIES = 8
"""Libraries that are drawn one by one; more are one box, for their names say little about a model."""

TALL = 9
"""Boxes of a column beside which the others stand in the middle; beside a taller one they stand at its top."""
WIDTH, HEIGHT = 232, 62
"""Of a box, in units of the picture (CSS pixels at its natural size)."""
ACROSS, DOWN, MARGIN, BEND = 148, 22, 14, 44
"""Room between columns, where the labels of arrows stand; between boxes of a column; around it all; and how far an
arrow between boxes of one column swings out."""

_RANK = {confidence: rank for rank, confidence in enumerate(Confidence)}
_KINDS = {
    kind: rank for rank, kind in enumerate((
        Kind.APPLICATION, Kind.MODEL, Kind.ADAPTER, Kind.SERVICE, Kind.DATASET, Kind.FRAMEWORK, Kind.LIBRARY,
        Kind.HARDWARE, Kind.FILE,
    ))
}  # fmt: skip
_JOINED = (
    Kind.LIBRARY, Kind.HARDWARE, Kind.FRAMEWORK, Kind.DATASET, Kind.SERVICE, Kind.ADAPTER, Kind.MODEL,
    Kind.APPLICATION,
)  # fmt: skip
"""What is put together first where there is too much."""


@value
class Box:
    """A component, or ``members`` of one kind that stand together; ``x``, ``y`` are of its corner at the top left."""

    id: str
    kind: Kind
    members: tuple[Component, ...]
    files: int
    column: int
    x: int
    y: int

    @property
    def middle(self) -> int:
        """The height at which arrows arrive and leave."""
        return self.y + HEIGHT // 2


@value
class Arrow:
    """All relations between two boxes; ``confidence`` is that of the best of them."""

    source: Box
    target: Box
    kinds: tuple[RelationKind, ...]
    confidence: Confidence
    lane: int
    """The number of the source among the boxes of its column that have arrows to the right."""


@value
class Picture:
    """Boxes from left to right and top to bottom, arrows, and the size of it all."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int


def picture(graph: Graph) -> Picture:
    """Lay out a graph; the same graph gives the same picture."""
    drawn = {one.id: one for one in graph.components if one.kind is not Kind.FILE or one.id == graph.root}
    owner = _joined(graph, drawn)
    links: dict[tuple[str, str], set[RelationKind]] = {}
    sure: dict[tuple[str, str], Confidence] = {}
    files: dict[str, int] = {}
    for one in graph.relations:
        source, target = owner.get(one.source), owner.get(one.target)
        if source is not None and target is None and one.kind is RelationKind.CONTAINS:
            files[source] = files.get(source, 0) + 1
        if source is None or target is None or source == target:
            continue
        links.setdefault((source, target), set()).add(one.kind)
        best = min((origin.confidence for origin in one.origins), key=_RANK.__getitem__, default=Confidence.DECLARED)
        sure[source, target] = min(best, sure.get((source, target), best), key=_RANK.__getitem__)
    members: dict[str, list[Component]] = {}
    for id_, component in drawn.items():
        members.setdefault(owner[id_], []).append(component)
    columns = _columns(owner[graph.root], members, links)
    boxes = _boxes(columns, members, files)
    leaving = {source for source, target in links if boxes[target].column > boxes[source].column}
    lanes = {id_: at for column in columns for at, id_ in enumerate(sorted(column, key=lambda id_: id_ not in leaving))}
    last = len(columns) - 1
    swings = any(boxes[one].column == boxes[other].column == last for one, other in links)
    return Picture(
        boxes=tuple(boxes.values()),
        arrows=tuple(
            Arrow(
                source=boxes[source], target=boxes[target], confidence=sure[source, target],
                kinds=tuple(kind for kind in RelationKind if kind in kinds), lane=lanes[source],
            )
            for (source, target), kinds in sorted(links.items())
        ),
        width=2 * MARGIN + len(columns) * WIDTH + last * ACROSS + swings * BEND,
        height=2 * MARGIN + max(len(column) for column in columns) * (HEIGHT + DOWN) - DOWN,
    )  # fmt: skip


def _joined(graph: Graph, drawn: dict[str, Component]) -> dict[str, str]:
    """Say in which box each component stands: its own, or one for all of its kind where there are too many."""
    owner = {id_: id_ for id_ in drawn}
    for kind in _JOINED:
        of_kind = [id_ for id_, one in drawn.items() if one.kind is kind and id_ != graph.root]
        too_many = len(set(owner.values())) > MOST or (kind is Kind.LIBRARY and len(of_kind) > LIBRARIES)
        if too_many and len(of_kind) > 1:
            owner |= dict.fromkeys(of_kind, f"all:{kind}")
    return owner


def _columns(
    root: str, members: dict[str, list[Component]], links: dict[tuple[str, str], set[RelationKind]]
) -> list[list[str]]:  # fmt: skip
    """Put boxes into columns by their distance from the root; what it does not reach stands beside them."""
    after: dict[str, list[str]] = {}
    pointed = {target for _, target in links}
    for source, target in sorted(links):
        after.setdefault(source, []).append(target)
    distance: dict[str, int] = {}
    order = sorted(members, key=lambda id_: (id_ in pointed, _KINDS[members[id_][0].kind], id_))
    for start in [root, *order]:
        if start not in distance:
            _reach(start, after, distance)
    columns: list[list[str]] = [[] for _ in range(max(distance.values()) + 1)]
    for id_ in [root, *(one for one in order if one != root)]:
        columns[distance[id_]].append(id_)
    for number in range(1, len(columns)):
        place = {id_: at for at, id_ in enumerate(columns[number - 1])}
        columns[number].sort(key=lambda id_: (_middle(id_, links, place), _KINDS[members[id_][0].kind], id_))
    return columns


def _reach(start: str, after: dict[str, list[str]], distance: dict[str, int]) -> None:
    """Place a box and what it reaches; not so far to the left that an arrow to what has a place would skip a column."""
    steps, edge, here = {start: 0}, [start], 0
    while edge:
        here += 1
        found = dict.fromkeys(target for source in edge for target in after.get(source, ()))
        edge = [target for target in found if target not in distance and target not in steps]
        steps |= dict.fromkeys(edge, here)
    places = [
        distance[target] - 1 - step
        for source, step in steps.items() for target in after.get(source, ()) if target in distance
    ]  # fmt: skip
    first = max([0, *places])
    distance |= {id_: first + step for id_, step in steps.items()}


def _middle(id_: str, links: dict[tuple[str, str], set[RelationKind]], place: dict[str, int]) -> float:
    """Give the mean place of the boxes of the column before that point at one: so few arrows cross."""
    found = [place[source] for source, target in links if target == id_ and source in place]
    return sum(found) / len(found) if found else float(len(place))


def _boxes(columns: list[list[str]], members: dict[str, list[Component]], files: dict[str, int]) -> dict[str, Box]:
    tallest = max(len(column) for column in columns)
    made = {}
    for number, column in enumerate(columns):
        above = (tallest - len(column)) * (HEIGHT + DOWN) // 2 if tallest <= TALL else 0
        for row, id_ in enumerate(column):
            made[id_] = Box(
                id=id_, kind=members[id_][0].kind, members=tuple(members[id_]), files=files.get(id_, 0), column=number,
                x=MARGIN + number * (WIDTH + ACROSS), y=MARGIN + above + row * (HEIGHT + DOWN),
            )  # fmt: skip
    return made
