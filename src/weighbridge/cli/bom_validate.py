"""``weighbridge bom validate``: hold anybody's bill of materials against its schema and what no schema sees."""

from __future__ import annotations

from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.inventory.bom.trouble import Trouble

COMMAND = Command(
    name="bom validate",
    description="Hold a bill of materials against its schema, and against what no schema sees: references that lead "
    "nowhere, package URLs, digests, licence expressions.",
    formats=("text", "json"),
    operand=Operand(metavar="FILE", help="a CycloneDX document as JSON", most=1),
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
    if document.get("bomFormat") != "CycloneDX":
        raise UsageError(f"{given.operands[0]!r} is no CycloneDX document", hint='it has no "bomFormat": "CycloneDX"')
    from weighbridge.inventory.bom.cyclonedx.lint import lint
    from weighbridge.inventory.bom.cyclonedx.schema import violations

    found: list[Trouble] = []
    if not given.on("--no-schema"):
        found += violations(text, str(document.get("specVersion")))
    found += lint(document)
    for destination in destinations:
        shown = _json(given.operands[0], found) if destination.format == "json" else _text(given.operands[0], found)
        write(shown, destination)
    return FAIL if found else PASS


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
