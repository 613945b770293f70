"""``weighbridge dossier``: drafts of the documentation that the EU AI Act asks for, each row with its evidence."""

from __future__ import annotations

from weighbridge.cli.dossier_answers import ANSWERS, SIGNERS
from weighbridge.cli.dossier_subject import OPERAND, READ
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import STDOUT, outputs, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.governance.dossier.dossier import Dossier

FORMATS = ("markdown", "html", "json")
LEVELS = ("outdated", "open", "incomplete")
ANNEXES = {"iv": "iv", "xi": "xi", "xii": "xii", "training-summary": "ts"}
ALWAYS = "art50"
"""Questions that files raise are asked whatever document is wanted."""

COMMAND = Command(
    name="dossier",
    description="Draft the documentation that the EU AI Act asks for: Annex IV, XI and XII and the summary of training "
    "content. Every row shows its evidence, or the question that a person must answer. A draft and no legal advice: "
    "no tool can fill Annex IV whole.",
    formats=FORMATS,
    operand=Operand(metavar="TARGET", help=OPERAND, most=1),
    groups=(
        READ,
        Group(
            title="what is drafted",
            options=(
                Option(
                    names=("--annex",), metavar="NAME", choices=(*ANNEXES, "all"), repeatable=True,
                    help="which documents; repeatable (default: all)",
                ),
                Option(names=("--previous",), metavar="OLD", help="an earlier state: what changed since (Annex IV, 6)"),
                Option(names=("--dated",), help="write the day into it (SOURCE_DATE_EPOCH, else the clock)"),
            ),
        ),
        Group(
            title="answers of people",
            options=(
                ANSWERS,
                *SIGNERS,
                Option(
                    names=("--max-age",), metavar="DAYS", number=True,
                    help="answers older than this are outdated; writes the day, too",
                ),
                Option(
                    names=("--fail-on",), metavar="STATE", choices=LEVELS,
                    help="exit 1 if a row is so (open: or outdated; incomplete: all but complete)",
                ),
            ),
        ),
    ),
    epilog="""\
exit codes: 0 it is written, 1 a row is as --fail-on says, or a signature does
not hold, 2 an error

examples:
  weighbridge dossier model --format html -o dossier.html
  weighbridge dossier answer model --row iv.1.g --author "Jo" --text "A form."
  weighbridge dossier model --fail-on outdated --key jo.pub -o dossier.md
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    from weighbridge.cli.dossier_drawing import drawn
    from weighbridge.cli.dossier_judging import judged

    destinations = outputs(given, FORMATS)
    names = set(given.every("--annex")) - {"all"}
    wanted = {ANNEXES[name] for name in names} if names and "all" not in given.every("--annex") else {*ANNEXES.values()}
    chosen = frozenset(wanted | {ALWAYS})
    most = given.number("--max-age") if given.one("--max-age") else None
    made, _ = drawn(
        given.operands[0], given, chosen, earlier=given.one("--previous"), date=_date(given), max_age=most
    )  # fmt: skip
    for destination in destinations:
        write(_rendered(made, destination.format), destination)
    if all(destination.file != STDOUT for destination in destinations):
        from weighbridge.cli.console import note
        from weighbridge.governance.dossier.telling import summary

        note(summary(made.rows), quiet=given.on("--quiet"))
    return judged(made, given.one("--fail-on"), quiet=given.on("--quiet"))


def _date(given: Given) -> str:
    if not given.on("--dated") and not given.one("--max-age"):
        return ""
    from weighbridge.inventory.bom.made import now

    return now().timestamp[:10]


def _rendered(made: Dossier, form: str) -> str:
    if form == "html":
        from weighbridge.governance.dossier.page import render as page

        return page(made)
    if form == "json":
        from weighbridge.governance.dossier.document import dumps

        return dumps(made)
    from weighbridge.governance.dossier.markdown import render as markdown

    return markdown(made)
