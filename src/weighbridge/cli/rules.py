"""``weighbridge rules``: list the rules."""

from __future__ import annotations

import sys

from weighbridge.cli.options import parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Parser


def options() -> Parser:
    """Make the command's parser."""
    return parser("rules", "List all rules with their severity; 'weighbridge explain ID' tells more about one.")


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code."""
    given = options().parse_args(arguments)
    from weighbridge.rules.catalog import all_infos

    infos = all_infos()
    if given.format == "json":
        import json

        listed = [{"id": one.id, "slug": one.slug, "title": one.title, "severity": str(one.severity)} for one in infos]
        sys.stdout.write(json.dumps(listed, indent=2) + "\n")
        return 0
    for one in infos:
        sys.stdout.write(f"{one.id}  {one.severity:8}  {one.title}\n")
    return 0
