"""``weighbridge dossier diff``: what changed between two dossiers, and which answers became outdated by it."""

from __future__ import annotations

import os

from weighbridge.cli.dossier_answers import ANSWERS, SIGNERS
from weighbridge.cli.dossier_subject import READ
from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Group, Operand
from weighbridge.cli.output import outputs, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.cli.options import Given
    from weighbridge.governance.dossier.difference import Difference
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


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    from weighbridge.governance.dossier.difference import difference

    destinations = outputs(given, COMMAND.formats)
    (old, before), (new, after) = (_side(one, given) for one in given.operands)
    both = (before, after) if before is not None and after is not None else None
    found = difference(old, new, both)
    for destination in destinations:
        write(_rendered(found, destination.format), destination)
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


def _rendered(found: Difference, form: str) -> str:
    if form == "json":
        from weighbridge.cli.dossier_diff_json import render as as_json

        return as_json(found)
    from weighbridge.cli.dossier_diff_text import render as text

    return text(found)
