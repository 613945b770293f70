"""``weighbridge advisory new``: an OSV record about a model, made from a finding of a scan."""

from __future__ import annotations

from weighbridge.cli import config as configuration
from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write
from weighbridge.cli.subject_options import READ, SIGNERS
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given

COMMAND = Command(
    name="advisory new",
    description="Write an advisory about a model as an OSV 1.7 record: bound to the digests of files, to repository "
    "and commit, with the ids of CWE, MITRE ATLAS and OWASP, and with the derived models that inherit the flaw.",
    formats=("osv",),
    operand=Operand(
        metavar="TARGET", most=1, help="a model (directory, hf://org/name), or a report: scan --format json"
    ),
    groups=(
        Group(
            title="what is reported",
            options=(
                Option(
                    names=("--finding",), metavar="FINGERPRINT", help="the finding, or how its fingerprint begins "
                    "(default: the worst)",
                ),
                Option(names=("--id",), metavar="ID", help="x_ and a name of yours (default: made from the finding)"),
                Option(names=("--summary",), metavar="TEXT", help="one line (default: made from the finding)"),
            ),
        ),
        Group(
            title="what is read",
            options=(*READ, SIGNERS),
        ),
    ),
    epilog="""\
Read docs/reporting.md before you publish: who is told first, and what a person
must add.

exit codes: 0 it is written, 2 nothing was found in TARGET, or an error

examples:
  weighbridge advisory new hf://org/name -o x_acme-2026-0001.json
  weighbridge advisory new report.json --finding 3f2a -o draft.json
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    import json

    destinations = outputs(given, COMMAND.formats)
    from weighbridge.cli.evidence import evidence
    from weighbridge.inventory.advisories.reporting import advisory_of
    from weighbridge.inventory.advisories.sense import Weight, remarks
    from weighbridge.inventory.bom.made import now

    found = evidence(given, configuration.load(given.one("--config")))
    made = advisory_of(found, now().timestamp, given.one("--id"), given.one("--summary"))
    text = json.dumps(made, indent=2, ensure_ascii=True) + "\n"
    wrong = [one for one in remarks(text.encode()) if one.weight is Weight.WRONG]
    if wrong:
        raise UsageError(f"this would be no advisory: {wrong[0].at or 'the record'}: {wrong[0].words}")
    for destination in destinations:
        write(text, destination)
    return PASS
