"""``weighbridge explain``: the words of a rule, or the program that a file would run."""

from __future__ import annotations

import sys

from weighbridge.cli.options import parser
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Parser


def options() -> Parser:
    """Make the command's parser."""
    made = parser("explain", "Explain a rule, or print the decompiled program of a file (nothing is run).")
    made.add_argument("rule", nargs="?", metavar="RULE", help="a rule's id, such as EXE101")
    made.add_argument("--trace", metavar="FILE", help="print what FILE would run, line by line with byte offsets")
    return made


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code."""
    given = options().parse_args(arguments)
    if given.trace:
        return _trace(given.trace)
    if not given.rule:
        raise UsageError("name a rule or give --trace FILE", hint="weighbridge rules lists the rules")
    from weighbridge.reports.explanation import render
    from weighbridge.rules.catalog import info
    from weighbridge.rules.index import INDEX

    found = info(given.rule)
    if found is None:
        from difflib import get_close_matches

        close = get_close_matches(given.rule.upper(), INDEX, n=1)
        hint = f"did you mean {close[0]}?" if close else "weighbridge rules lists the rules"
        raise UsageError(f"there is no rule {given.rule!r}", hint=hint)
    sys.stdout.write(render(found))
    return 0


def _trace(path: str) -> int:
    from weighbridge.cli.exit import Threshold, code_for
    from weighbridge.engine.scan import ScanRequest, scan
    from weighbridge.reports.neutral import visible
    from weighbridge.sandbox.executor import Jailed

    report = scan(ScanRequest(targets=(path,)), Jailed(jobs=1, trace=True))
    for artifact in report.artifacts:
        for file in artifact.files:
            lines = file.program or ("(no program: nothing in this file names or calls anything)",)
            sys.stdout.write(f"{visible(file.path)}\n")
            for line in lines:
                sys.stdout.write(f"  {visible(line)}\n")
            for gap in file.gaps:
                sys.stdout.write(f"  not judged: {visible(gap.reason)}\n")
    return code_for(report, Threshold())
