"""``weighbridge dossier diff``: what changed between two dossiers, and which answers became outdated by it."""

from __future__ import annotations

import os

from weighbridge.cli.dossier_subject import ANSWERS, READ, SIGNERS
from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Group, Operand
from weighbridge.cli.output import outputs, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.cli.options import Given
    from weighbridge.governance.dossier.difference import Difference, RowChange
    from weighbridge.inventory.graph import Graph

COMMAND = Command(
    name="dossier diff",
    description="Say what changed between two states of a system (Annex IV, 6): which rows have other evidence, which "
    "answers became outdated, and, of two targets, what changed of their components.",
    formats=("text", "json"),
    operand=Operand(
        metavar="OLD NEW", help="saved dossiers (JSON), or targets as of dossier: each the older, then the newer",
        least=2, most=2,
    ),
    groups=(
        Group(
            title="of targets, not of saved dossiers",
            options=(ANSWERS, *SIGNERS),
        ),
        READ,
    ),
    epilog="""\
exit codes: 0 no answer and no row was lost, 1 one was, 2 an error

example:
  weighbridge dossier diff dossier-1.0.json dossier-1.1.json
""",
)  # fmt: skip
_MOST = 8
"""Pieces of evidence that are shown of a row."""


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    from weighbridge.governance.dossier.difference import difference

    destinations = outputs(given, COMMAND.formats)
    (old, before), (new, after) = (_side(one, given) for one in given.operands)
    both = (before, after) if before is not None and after is not None else None
    found = difference(old, new, both)
    for destination in destinations:
        write(_json(found) if destination.format == "json" else _text(found), destination)
    return FAIL if any(one.is_worse for one in found.rows) else PASS


def _side(target: str, given: Given) -> tuple[dict[str, Any], Graph | None]:
    from weighbridge.cli.dossier_drawing import drawn
    from weighbridge.governance.dossier.document import SCHEMA, plain

    if os.path.isfile(target) and target.lower().endswith(".json"):
        from weighbridge.cli.documents import read

        found = read(target)[1]
        if found.get("schema") == SCHEMA:
            return found, None
    made, graph = drawn(target, given)
    return plain(made), graph


def _text(found: Difference) -> str:
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


def _json(found: Difference) -> str:
    import json

    rows = [
        {
            "row": one.id, "title": one.title, "was": one.was, "now": one.now, "old_evidence_sha256": one.old_digest,
            "new_evidence_sha256": one.new_digest, "evidence_changed": one.is_evidence_changed,
            "answer_changed": one.is_answer_changed, "gone": list(one.gone), "new": list(one.new),
        }
        for one in found.rows
    ]  # fmt: skip
    told: dict[str, Any] = {
        "schema": "weighbridge.dossier-diff/1", "rows": rows, "outdated": [one.id for one in found.outdated],
        "documents_of_one_side": list(found.alone), "gone": list(found.gone), "new": list(found.new),
    }  # fmt: skip
    if found.components is not None:
        told["components"] = [
            {"weight": str(one.weight), "what": one.what, "component": one.path, "words": one.words}
            for one in found.components
        ]
    return json.dumps(told, indent=2, ensure_ascii=True) + "\n"
