"""``weighbridge bom diff``: what changed between two bills of materials or models, and what of it matters."""

from __future__ import annotations

from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Operand
from weighbridge.cli.output import outputs, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.provenance.lock.changes import Change

COMMAND = Command(
    name="bom diff",
    description="Say what changed between two bills of materials, and what of it matters: weights under the same "
    "version, templates, code, pins, licences, where a model comes from.",
    formats=("text", "json"),
    operand=Operand(
        metavar="OLD NEW", help="the older and the newer document (CycloneDX, SPDX 3 or graph)", least=2, most=2
    ),
    epilog="""\
exit codes: 0 nothing changed that wants a decision, 1 something did, 2 an error

example:
  weighbridge bom diff last-week.cdx.json today.cdx.json
""",
)


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    from weighbridge.cli.documents import graph
    from weighbridge.inventory.difference import differences
    from weighbridge.provenance.lock.changes import Weight

    found = differences(*map(graph, given.operands))
    for destination in destinations:
        write(_json(found) if destination.format == "json" else _text(given.operands, found), destination)
    return FAIL if any(one.weight is Weight.ALARM for one in found) else PASS


def _text(paths: tuple[str, ...], found: tuple[Change, ...]) -> str:
    from weighbridge.reports.neutral import visible
    from weighbridge.reports.wrap import wrap

    if not found:
        return f"= THE SAME: {' and '.join(map(visible, paths))}\n"
    lines = []
    for one in found:
        mark = {"alarm": "!", "notice": "~", "plain": " "}[one.weight]
        words = f"{one.path}: {one.words}" if one.path else one.words
        lines += wrap(visible(words), 80, first=f"{mark} ", rest="    ")
    counts = [sum(one.weight == weight for one in found) for weight in ("alarm", "notice", "plain")]
    lines.append(f"{counts[0]} want a decision (!), {counts[1]} want a look (~), {counts[2]} others")
    return "\n".join((*lines, ""))


def _json(found: tuple[Change, ...]) -> str:
    import json

    changes = [
        {"weight": str(one.weight), "what": one.what, "component": one.path, "words": one.words} for one in found
    ]
    return json.dumps({"schema": "weighbridge.bom-diff/1", "changes": changes}, indent=2, ensure_ascii=True) + "\n"
