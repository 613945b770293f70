"""``weighbridge bom validate``: hold anybody's bill of materials against its schema and what no schema sees."""

from __future__ import annotations

from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.cli.options import Given
    from weighbridge.inventory.bom.trouble import Trouble

COMMAND = Command(
    name="bom validate",
    description="Hold a bill of materials against its schema (CycloneDX), and against what no schema sees: references "
    "that lead nowhere, ids given twice, package URLs, digests, licence expressions, what a profile makes mandatory.",
    formats=("text", "json"),
    operand=Operand(metavar="FILE", help="CycloneDX or SPDX 3 as JSON, or a graph; anybody's", most=1),
    groups=(
        Group(title="what is checked", options=(Option(names=("--no-schema",), help="leave the schema out"),)),
    ),
    epilog="""\
exit codes: 0 nothing is wrong, 1 something is, 2 it cannot be read

example:
  weighbridge bom validate model.cdx.json
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    from weighbridge.cli.documents import read

    text, document = read(given.operands[0])
    found = _troubles(given.operands[0], text, document, schema=not given.on("--no-schema"))
    for destination in destinations:
        shown = _json(given.operands[0], found) if destination.format == "json" else _text(given.operands[0], found)
        write(shown, destination)
    return FAIL if found else PASS


def _troubles(path: str, text: str, document: dict[str, Any], *, schema: bool) -> list[Trouble]:
    """Hold a document against what belongs to its format; raises UsageError for one of no known format."""
    from weighbridge.inventory import document as graphs
    from weighbridge.inventory.bom import graph_lint
    from weighbridge.inventory.bom.spdx import lint as spdx
    from weighbridge.inventory.bom.spdx.reader import is_spdx

    if document.get("schema") == graphs.SCHEMA:
        return list(graph_lint.lint(document))
    if is_spdx(document):
        return list(spdx.lint(document))
    if document.get("bomFormat") != "CycloneDX":
        raise UsageError(
            f"{path!r} is no bill of materials that is known", hint="CycloneDX and SPDX 3 as JSON, and graphs are"
        )
    from weighbridge.inventory.bom.cyclonedx.lint import lint
    from weighbridge.inventory.bom.cyclonedx.schema import violations

    found = list(violations(text, str(document.get("specVersion")))) if schema else []
    return [*found, *lint(document)]


def _text(path: str, found: list[Trouble]) -> str:
    from weighbridge.reports.neutral import visible
    from weighbridge.reports.wrap import wrap

    if not found:
        return f"✓ VALID: {visible(path)}\n"
    lines = [f"✗ {len(found)} thing{'s are' if len(found) > 1 else ' is'} wrong: {visible(path)}"]
    for one in found:
        lines += wrap(visible(f"{one.check}  {one.at or '/'}: {one.words}"), 80, first="  ✗ ", rest="    ")
    return "\n".join((*lines, ""))


def _json(path: str, found: list[Trouble]) -> str:
    import json

    troubles = [{"check": str(one.check), "at": one.at, "words": one.words} for one in found]
    document = {"schema": "weighbridge.bom-check/1", "file": path, "valid": not found, "troubles": troubles}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"
