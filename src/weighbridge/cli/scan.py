"""``weighbridge scan``: weigh model files."""

from __future__ import annotations

from weighbridge.cli import config as configuration
from weighbridge.cli.exit import PASS, Threshold, closing, code_for
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.cli.signatures import noted
from weighbridge.cli.terminal import USUAL, colours, width
from weighbridge.cli.weighing import weigh
from weighbridge.core.finding import Severity
from weighbridge.core.values import replace
from weighbridge.reports import FORMATS, render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.core.finding import RuleInfo
    from weighbridge.core.report import Report

EPILOG = """\
exit codes: 0 nothing at or above the threshold, 1 findings, 2 an error,
3 something could not be judged

examples:
  weighbridge scan model.pt
  weighbridge scan hf://org/name@v1
  weighbridge scan checkpoints/ -o sarif=weighbridge.sarif -o html=report.html
"""


COMMAND = Command(
    name="scan",
    description="Say what model files would run if they were loaded. Nothing is loaded.",
    formats=FORMATS,
    operand=Operand(metavar="TARGET", help="a file, a directory, or a reference such as hf://org/name"),
    groups=(
        Group(
            title="what fails",
            options=(
                Option(
                    names=("--fail-on",), metavar="SEVERITY", choices=tuple(map(str, Severity)),
                    help="lowest severity that fails (default: medium)",
                ),
                Option(names=("--strict",), help="fail also on what could not be judged"),
                Option(names=("--exit-zero",), help="exit 0 whatever was found; errors still exit 2"),
                Option(
                    names=("--baseline",), metavar="FILE",
                    help="a JSON report: what it lists for the same content is known",
                ),
                Option(
                    names=("--signers",), metavar="FILE", help="who is trusted to sign (signers.toml); it must hold"
                ),
            ),
        ),
        Group(
            title="what is read",
            options=(
                Option(names=("--include",), metavar="GLOB", repeatable=True, help="only what fits; repeatable"),
                Option(names=("--exclude",), metavar="GLOB", repeatable=True, help="not what fits; repeatable"),
                Option(names=("--full",), help="fetch remote files whole, not only headers and structure"),
            ),
        ),
        Group(
            title="how it works",
            options=(
                Option(names=("--verbose", "-v"), help="show the decompiled programs and all findings"),
                Option(names=("--explain",), help="go file by file, with why it matters and when to accept it"),
                Option(
                    names=("--jobs", "-j"), metavar="N", number=True, help="workers (default: one per processor)"
                ),
                Option(names=("--no-cache",), help="neither use nor keep remembered answers"),
                Option(
                    names=("--dated",),
                    help="write the day into JSON, HTML and Markdown (SOURCE_DATE_EPOCH, else the clock)",
                ),
                Option(names=("--debug",), help="work in this process, without a jail; bugs show a traceback"),
            ),
        ),
    ),
    epilog=EPILOG,
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    config = configuration.load(given.one("--config"))
    destinations = outputs(given, FORMATS)
    threshold = Threshold(
        severity=Severity(given.one("--fail-on") or config.fail_on), strict=given.on("--strict") or config.strict
    )
    date = _date(given)
    report = noted(weigh(given, config), given.one("--signers") or config.signers)
    report = replace(report, date=date)
    code = code_for(report, threshold)
    last = closing(code, threshold, exit_zero=given.on("--exit-zero"))
    for destination in destinations:
        write(_rendered(report, destination, given, last=last), destination)
    return PASS if given.on("--exit-zero") else code


def _date(given: Given) -> str:
    """Take the day before the work: of a scan over midnight the earlier one counts."""
    if not given.on("--dated"):
        return ""
    from weighbridge.inventory.bom.made import now

    return now().timestamp[:10]


def _rendered(report: Report, destination: Output, given: Given, *, last: str) -> str:
    shown, columns = False, USUAL
    if destination == Output(format="text"):
        shown, columns = colours(), width()
    return render(
        destination.format, report, _rules(report, destination.format), verbose=given.on("--verbose"),
        explain=given.on("--explain"), colour=shown, width=columns, closing=last,
    )  # fmt: skip


def _rules(report: Report, format_name: str) -> tuple[RuleInfo, ...]:
    """Give all rules where the format lists them, else those that the report names."""
    named = {finding.rule for artifact in report.artifacts for file in artifact.files for finding in file.findings}
    if not named and format_name != "sarif":
        return ()
    from weighbridge.rules.catalog import all_infos, info

    if format_name == "sarif":
        return all_infos()
    return tuple(found for found in (info(rule) for rule in sorted(named)) if found is not None)
