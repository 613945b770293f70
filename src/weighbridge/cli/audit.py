"""``weighbridge audit``: what is known against libraries and models, what reaches it, and what fixes it."""

from __future__ import annotations

from weighbridge.cli import config as configuration
from weighbridge.cli.exit import FAIL, INCONCLUSIVE, PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write
from weighbridge.cli.subject_options import ADVISORIES, ENVIRONMENT, READ, SIGNERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.inventory.advisories.outcome import Outcome

FORMATS = ("text", "json", "sarif", "markdown", "cyclonedx-vex", "openvex")

COMMAND = Command(
    name="audit",
    description="Hold libraries, models, adapters and what they were made from against advisories: what is affected, "
    "through which path, which file reaches the flaw, and what fixes it. Nothing is executed.",
    formats=FORMATS,
    operand=Operand(
        metavar="TARGET", most=1,
        help="a model (directory, hf://org/name), an application's directory, a bill of materials, or model.lock",
    ),
    groups=(
        ADVISORIES,
        Group(
            title="judgement",
            options=(
                Option(
                    names=("--fail-on",), metavar="SEVERITY", choices=("info", "low", "medium", "high", "critical"),
                    help="the least severity that counts (default: medium)",
                ),
            ),
        ),
        Group(
            title="what is looked at",
            options=(ENVIRONMENT, *READ, SIGNERS),
        ),
    ),
    epilog="""\
A statement of a VEX document overrides a match, and both are shown.

exit codes: 0 nothing at or above the severity, 1 something is affected, 2 an
error, 3 something may be affected, or there are no advisories to know it by

examples:
  weighbridge audit . --environment .venv
  weighbridge audit app.cdx.json --vex decisions.vex.json
  weighbridge audit model -o sarif=audit.sarif -o cyclonedx-vex=vex.cdx.json
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, FORMATS)
    from weighbridge.cli.auditing import audit

    outcome = audit(given, configuration.load(given.one("--config")))
    for destination in destinations:
        write(_rendered(outcome, destination.format), destination)
    if all(destination.format != "text" for destination in destinations):
        _warn(outcome, quiet=given.on("--quiet"))
    return FAIL if outcome.is_affected else INCONCLUSIVE if outcome.is_open else PASS


def _rendered(outcome: Outcome, form: str) -> str:
    if form == "json":
        from weighbridge.cli.audit_json import render as as_json

        return as_json(outcome)
    if form == "sarif":
        from weighbridge.cli.audit_sarif import render as sarif

        return sarif(outcome)
    if form == "markdown":
        from weighbridge.cli.audit_markdown import render as markdown

        return markdown(outcome)
    if form == "text":
        from weighbridge.cli.audit_text import render as text

        return text(outcome)
    from weighbridge.inventory.advisories.vex import cyclonedx, openvex
    from weighbridge.inventory.bom.made import now

    written = cyclonedx.write if form == "cyclonedx-vex" else openvex.write
    return written(outcome.exposures, outcome.graph, now(), outcome.serial)


def _warn(outcome: Outcome, *, quiet: bool) -> None:
    """Say on stderr what a document may not say aloud."""
    from weighbridge.cli.audit_words import warnings
    from weighbridge.cli.console import note

    for words in warnings(outcome):
        note(words, quiet=quiet)
