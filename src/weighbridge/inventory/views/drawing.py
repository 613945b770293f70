"""The picture as inline SVG (SVG 1.1), without scripts, styles or references of its own; the page's style colours it.

It has a title and a description (WAI-ARIA Graphics Module); the page tells the same as a list beside it. What is sure
and what is inferred differ in the stroke, not in colour alone.
"""

from __future__ import annotations

from html import escape

from weighbridge.inventory.graph import Confidence, Field, Kind
from weighbridge.inventory.views.lineage import BEND, HEIGHT, WIDTH
from weighbridge.inventory.views.telling import KINDS, RELATIONS, SURE, counted, name_of, pins, state_of
from weighbridge.reports.neutral import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.views.lineage import Arrow, Box, Picture

NAME, SMALL, LABEL = 26, 36, 20
"""Columns of a name, of the small lines of a box, and of a label between columns."""
TRUNK, LANES = 14, 4
"""How far from a box its arrows turn, and how many boxes of a column turn theirs at places of their own."""
BEHIND = 4
"""How far the second frame of a box that stands for many looks out."""
_PINNED = frozenset({Kind.MODEL, Kind.ADAPTER, Kind.DATASET, Kind.SERVICE})
FITTING = 1_040
"""Width of a picture that is made a little smaller to fit a page; a wider one keeps its size, and scrolls."""
LONGEST = 300
"""Columns of a text that shows itself under the pointer."""


def draw(picture: Picture, title: str) -> Iterator[str]:
    """Yield the lines of the picture; ``title`` is shown as it is once it is neutral."""
    fits = " fits" if picture.width <= FITTING else ""
    words = 'role="img" aria-labelledby="lineage-title lineage-words" xmlns="http://www.w3.org/2000/svg"'
    extent = f'viewBox="0 0 {picture.width} {picture.height}" width="{picture.width}" height="{picture.height}"'
    yield f'<svg class="lineage{fits}" {words} {extent}>'
    yield f'<title id="lineage-title">{_text(title, LONGEST)}</title>'
    boxes, arrows = len(picture.boxes), len(picture.arrows)
    yield f'<desc id="lineage-words">{boxes:,} boxes and {arrows:,} arrows; the list below tells the same.</desc>'
    size = 'viewBox="0 0 8 8" refX="8" refY="4" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10"'
    yield f'<defs><marker id="head" {size} orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>'
    for arrow in picture.arrows:
        yield _line(arrow)
    for box in picture.boxes:
        yield from _box(box)
    yield from _labels(picture)
    yield "</svg>"


def _line(arrow: Arrow) -> str:
    """Draw an arrow: from the right of its source to the left of its target, or back on the other sides."""
    source, target = arrow.source, arrow.target
    start, end = source.middle, target.middle
    if target.column > source.column:
        path = _route(source.x + WIDTH, start, target.x, end, source.x + WIDTH + TRUNK + 6 * (arrow.lane % LANES))
    elif target.column < source.column:
        x1, x2 = source.x, target.x + WIDTH
        bend = (x1 - x2) // 2
        path = f"M{x1} {start + 12}C{x1 - bend} {start + 12} {x2 + bend} {end + 12} {x2} {end + 12}"
    else:
        x, down = source.x + WIDTH, 12 if end > start else -12
        start, end, bend = start + down, end - down, x + BEND
        x2 = x + (BEHIND if len(target.members) > 1 else 0)
        path = f"M{x} {start}C{bend} {start} {bend} {end} {x2} {end}"
    said = f"{_said(source)} {_kinds(arrow)} {_said(target)} ({SURE[arrow.confidence]})"
    return (
        f'<path class="arrow {arrow.confidence}" d="{path}" marker-end="url(#head)">'
        f"<title>{_text(said, LONGEST)}</title></path>"
    )


def _route(x1: int, y1: int, x2: int, y2: int, trunk: int) -> str:
    """Go straight, up or down at ``trunk``, and straight again, round the corners: what leaves one box is a tree."""
    if y1 == y2:
        return f"M{x1} {y1}H{x2}"
    turn = min(7, abs(y2 - y1) // 2)
    down = turn if y2 > y1 else -turn
    return (
        f"M{x1} {y1}H{trunk - turn}Q{trunk} {y1} {trunk} {y1 + down}V{y2 - down}Q{trunk} {y2} {trunk + turn} {y2}H{x2}"
    )


def _labels(picture: Picture) -> Iterator[str]:
    """Write what the arrows to the right say: at their end, once for each box that they reach."""
    for box in picture.boxes:
        reaching = [one for one in picture.arrows if one.target == box and one.source.column < box.column]
        said = dict.fromkeys(RELATIONS[kind] for one in reaching for kind in one.kinds)
        lines = _lines(list(said))
        top = box.middle - 6 - 13 * (len(lines) - 1)
        for number, line in enumerate(lines):
            y = top + 13 * number
            yield f'<text class="label" x="{box.x - 12}" y="{y}" text-anchor="end">{_text(line, LABEL)}</text>'


def _lines(said: list[str]) -> list[str]:
    """Put labels on at most three lines."""
    return said if len(said) <= 3 else [said[0], said[1], f"and {len(said) - 2} more"]


def _box(box: Box) -> Iterator[str]:
    first, name, last = _texts(box)
    yield f'<g class="box {box.kind}{" many" if len(box.members) > 1 else ""}">'
    yield f"<title>{_text(_said(box), LONGEST)}</title>"
    extent = f'width="{WIDTH}" height="{HEIGHT}" rx="4"'
    if len(box.members) > 1:
        yield f'<rect class="behind" x="{box.x + BEHIND}" y="{box.y + BEHIND}" {extent}/>'
    yield f'<rect class="frame" x="{box.x}" y="{box.y}" {extent}/>'
    yield f'<rect class="strip" x="{box.x}" y="{box.y}" width="5" height="{HEIGHT}" rx="2"/>'
    # An inner picture cuts off what is wider than the box, whatever fonts there are.
    yield f'<svg x="{box.x + 14}" y="{box.y}" width="{WIDTH - 20}" height="{HEIGHT}">'
    yield f'<text class="small" x="0" y="18">{_text(first, SMALL)}</text>'
    yield f'<text class="name" x="0" y="36">{_text(name, NAME)}</text>'
    yield f'<text class="small" x="0" y="53">{_text(last, SMALL)}</text>'
    yield "</svg></g>"


def _texts(box: Box) -> tuple[str, str, str]:
    """Give the three lines of a box: kind and owner, name, state."""
    if len(box.members) > 1:
        names = ", ".join(map(name_of, box.members))
        return "together", counted(len(box.members), box.kind), names
    (one,) = box.members
    owner, _, name = name_of(one).rpartition("/")
    state = state_of(one)
    fixed = shorten(state, 11) if len(state) == 40 else state
    last = fixed or ("no version known" if one.text(Field.PIN) or one.unknown() else "")
    pinned = pins(one) if box.kind in _PINNED else ""
    parts = [last, f"pinned: {pinned}" if pinned else "", counted(box.files, Kind.FILE) if box.files else ""]
    return " · ".join(filter(None, [KINDS[box.kind][0], owner])), name, " · ".join(filter(None, parts))


def _said(box: Box) -> str:
    if len(box.members) > 1:
        return counted(len(box.members), box.kind)
    (one,) = box.members
    return " ".join(filter(None, [KINDS[box.kind][0], name_of(one), state_of(one)]))


def said_as_list(picture: Picture) -> Iterator[str]:
    """Yield each arrow as a sentence, not yet neutral; and the boxes that no arrow touches."""
    touched = set()
    for arrow in picture.arrows:
        touched |= {arrow.source.id, arrow.target.id}
        yield f"{_said(arrow.source)} {_kinds(arrow)} {_said(arrow.target)} ({SURE[arrow.confidence]})"
    for box in picture.boxes:
        if box.id not in touched:
            yield _said(box)


def strokes(picture: Picture) -> list[Confidence]:
    """Name the strokes that occur, for the legend."""
    return [confidence for confidence in Confidence if any(one.confidence is confidence for one in picture.arrows)]


def _kinds(arrow: Arrow) -> str:
    return ", ".join(RELATIONS[kind] for kind in arrow.kinds)


def _text(text: str, longest: int) -> str:
    return escape(shorten(text, longest, keep_end=longest == NAME))
