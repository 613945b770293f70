"""``weighbridge explain``: the words of a rule, or the program that a file would run."""

from __future__ import annotations

from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import STDOUT, outputs, write
from weighbridge.cli.terminal import USUAL, width
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.cli.output import Output

COMMAND = Command(
    name="explain",
    description="Explain a rule, or print the decompiled program of a file (nothing is run).",
    formats=("text",),
    operand=Operand(metavar="RULE", help="a rule's id, such as EXE101", least=0, most=1),
    groups=(
        Group(
            title="instead of a rule",
            options=(
                Option(
                    names=("--trace",),
                    metavar="FILE",
                    help="print what FILE would run, line by line with byte offsets",
                ),
            ),
        ),
    ),
    epilog="""\
exit codes: 0 it is explained, 2 there is no such rule; with --trace as of scan

examples:
  weighbridge explain EXE101
  weighbridge explain --trace model.pt
""",
)


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    if given.one("--trace"):
        if given.operands:
            raise UsageError("name a rule or give --trace FILE, not both")
        return _trace(given.one("--trace"), destinations)
    if not given.operands:
        raise UsageError("name a rule or give --trace FILE", hint="weighbridge rules lists the rules")
    from weighbridge.reports.explanation import render
    from weighbridge.rules.catalog import info

    rule = given.operands[0]
    found = info(rule)
    if found is None:
        raise UsageError(f"there is no rule {rule!r}", hint=nearest(rule))
    for destination in destinations:
        write(render(found, width=width() if destination.file == STDOUT else USUAL), destination)
    return 0


def nearest(rule: str) -> str:
    """Say which rule may have been meant."""
    from difflib import get_close_matches

    from weighbridge.rules.index import INDEX

    close = get_close_matches(rule.upper(), INDEX, n=1)
    return f"did you mean {close[0]}?" if close else "weighbridge rules lists the rules"


def _trace(path: str, destinations: tuple[Output, ...]) -> int:
    from weighbridge.cli.exit import Threshold, code_for
    from weighbridge.engine.scan import ScanRequest, scan
    from weighbridge.reports.neutral import visible
    from weighbridge.sandbox.executor import Jailed

    report = scan(ScanRequest(targets=(path,)), Jailed(jobs=1, trace=True))
    lines = []
    for artifact in report.artifacts:
        for file in artifact.files:
            lines.append(visible(file.path))
            lines += [f"  {visible(line)}" for line in file.program]
            if not file.program and not file.gaps:
                lines.append("  (no program: nothing in this file names or calls anything)")
        gaps = (*artifact.gaps, *(gap for file in artifact.files for gap in file.gaps))
        lines += [f"  not judged: {visible(gap.reason)}" for gap in gaps]
    for destination in destinations:
        write("\n".join((*lines, "")), destination)
    return code_for(report, Threshold())
