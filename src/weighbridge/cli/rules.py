"""``weighbridge rules``: list the rules."""

from __future__ import annotations

from weighbridge.cli.options import Command
from weighbridge.cli.output import outputs, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.core.finding import RuleInfo

COMMAND = Command(
    name="rules",
    description="List all rules with their severity; 'weighbridge explain ID' tells more about one.",
    formats=("text", "json"),
    epilog="""\
exit codes: 0 they are listed, 2 an error

example:
  weighbridge rules --format json
""",
)


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    from weighbridge.rules.catalog import all_infos

    infos = all_infos()
    for destination in destinations:
        write(_json(infos) if destination.format == "json" else _text(infos), destination)
    return 0


def _text(infos: tuple[RuleInfo, ...]) -> str:
    return "".join(f"{one.id}  {one.severity:8}  {one.title}\n" for one in infos)


def _json(infos: tuple[RuleInfo, ...]) -> str:
    import json

    listed = [{"id": one.id, "slug": one.slug, "title": one.title, "severity": str(one.severity)} for one in infos]
    return json.dumps(listed, indent=2) + "\n"
