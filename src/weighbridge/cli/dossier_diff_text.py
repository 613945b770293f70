"""What changed between two dossiers, for a terminal."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.governance.dossier.difference import Difference, RowChange

_MOST = 8
"""Pieces of evidence that are shown of a row."""


def render(found: Difference) -> str:
    """Render a difference in 80 columns."""
    from weighbridge.reports.neutral import visible
    from weighbridge.reports.outline import plural
    from weighbridge.reports.wrap import wrap

    lines = [*_pieces(found.gone, found.new, "")]
    lines += (line for one in found.rows if not one.is_quiet for line in _row(one))
    if quiet := [one.id for one in found.rows if one.is_quiet]:
        words = f"nothing else, but answers are bound to other bytes: {', '.join(quiet)}"
        lines += wrap(visible(words), 80, first="  ", rest="    ")
    for change in found.components or ():
        mark = {"alarm": "!", "notice": "~", "plain": " "}[change.weight]
        words = f"{change.path}: {change.words}" if change.path else change.words
        lines += wrap(visible(words), 80, first=f"{mark} ", rest="    ")
    for one in found.alone:
        lines += wrap(visible(f"only one side has: {one}"), 80, first="  ", rest="    ")
    if not lines:
        return "= THE SAME\n"
    changed, outdated = sum(one.is_evidence_changed for one in found.rows), len(found.outdated)
    lines.append(f"other evidence: {plural(changed, 'row')}; outdated since: {plural(outdated, 'answer')}")
    return "\n".join((*lines, ""))


def _row(one: RowChange) -> Iterator[str]:
    from weighbridge.governance.dossier.telling import short
    from weighbridge.reports.neutral import visible
    from weighbridge.reports.wrap import wrap

    mark = "!" if one.is_worse else "~" if one.is_evidence_changed or one.is_answer_changed else " "
    states = f"{one.was or 'not there'}, now {one.now or 'not there'}" if one.was != one.now else one.now
    yield from wrap(visible(f"{one.id} {one.title}: {states}"), 80, first=f"{mark} ", rest="    ")
    if one.is_answer_changed:
        yield "    the answer is another"
    if one.is_evidence_changed:
        yield visible(f"    bound to {short(one.new_digest)}, was {short(one.old_digest)}")
    yield from _pieces(one.gone, one.new, "    ")


def _pieces(gone: tuple[str, ...], new: tuple[str, ...], indent: str) -> Iterator[str]:
    from weighbridge.reports.neutral import shorten
    from weighbridge.reports.wrap import wrap

    for sign, pieces in (("-", gone), ("+", new)):
        for words in pieces[:_MOST]:
            yield from wrap(shorten(words, 200), 80, first=f"{indent}{sign} ", rest=f"{indent}  ")
        if len(pieces) > _MOST:
            yield f"{indent}{sign} and {len(pieces) - _MOST:,} more"
