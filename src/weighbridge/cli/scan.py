"""``weighbridge scan``: weigh model files."""

from __future__ import annotations

import os
import sys

from weighbridge.cli import config as configuration
from weighbridge.cli.console import Progress, note
from weighbridge.cli.exit import Threshold, closing, code_for
from weighbridge.cli.options import Output, outputs, parser
from weighbridge.core.errors import UsageError
from weighbridge.core.finding import Severity
from weighbridge.engine.scan import ScanRequest, scan
from weighbridge.reports import render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Parser
    from weighbridge.core.finding import RuleInfo
    from weighbridge.core.report import Report
    from weighbridge.engine.executors import Executor
    from weighbridge.engine.suppress import Suppressions

EPILOG = """\
exit codes: 0 nothing at or above the threshold, 1 findings, 2 an error, 3 something could not be judged

examples:
  weighbridge scan model.pt
  weighbridge scan checkpoints/ --output sarif=weighbridge.sarif --output html=report.html
"""


def options() -> Parser:
    """Make the command's parser."""
    made = parser("scan", "Say what model files would run if they were loaded. Nothing is loaded.", epilog=EPILOG)
    made.add_argument("targets", nargs="+", metavar="TARGET", help="a file or a directory")
    made.add_argument("--verbose", "-v", action="store_true", help="show the decompiled programs and all findings")
    judged = made.add_argument_group("what fails")
    judged.add_argument("--fail-on", choices=list(Severity), help="lowest severity that fails (default: medium)")
    judged.add_argument("--strict", action="store_true", help="fail also on what could not be judged")
    judged.add_argument("--exit-zero", action="store_true", help="exit 0 whatever was found; errors still exit 2")
    judged.add_argument("--baseline", metavar="FILE", help="a JSON report: what it lists for the same content is known")
    chosen = made.add_argument_group("what is read")
    chosen.add_argument(
        "--include", action="append", default=[], metavar="GLOB", help="only files that fit; repeatable"
    )
    chosen.add_argument("--exclude", action="append", default=[], metavar="GLOB", help="not files that fit; repeatable")
    work = made.add_argument_group("how it works")
    work.add_argument("--jobs", "-j", type=int, default=0, metavar="N", help="workers (default: one per processor)")
    work.add_argument("--no-cache", action="store_true", help="neither use nor keep remembered answers")
    work.add_argument(
        "--debug", action="store_true", help="work in this process, without a jail; bugs show a traceback"
    )
    return made


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code."""
    given = options().parse_args(arguments)
    config = configuration.load(given.config)
    destinations = outputs(given)
    threshold = Threshold(severity=Severity(given.fail_on or config.fail_on), strict=given.strict or config.strict)
    suppressions = _suppressions(given.baseline or config.baseline, config, quiet=given.quiet)
    report = _weigh(given, config, suppressions)
    code = code_for(report, threshold)
    for destination in destinations:
        _write(report, destination, verbose=given.verbose, last=closing(code, threshold))
    return 0 if given.exit_zero else code


def _weigh(given: Namespace, config: Config, suppressions: Suppressions | None) -> Report:
    disabled = frozenset(config.disable)
    memo = None
    if not given.no_cache and not given.verbose and not given.debug:
        from weighbridge.engine.memo import Memo, cache_directory

        memo = Memo(cache_directory(), disabled=disabled)
    request = ScanRequest(
        targets=tuple(given.targets),
        include=tuple(given.include) or config.include,
        exclude=tuple(given.exclude) or config.exclude,
    )
    progress = Progress(quiet=given.quiet)
    try:
        executor = _executor(given, given.jobs or config.jobs, disabled)
        return scan(request, executor, memo=memo, suppressions=suppressions, tell=progress)
    finally:
        progress.close()


def _executor(given: Namespace, jobs: int, disabled: frozenset[str]) -> Executor:
    if given.debug:
        from weighbridge.engine.executors import Inline

        return Inline(trace=given.verbose, disabled=disabled)
    from weighbridge.sandbox.executor import Jailed

    return Jailed(jobs=jobs if jobs > 0 else os.cpu_count() or 1, trace=given.verbose, disabled=disabled)


def _suppressions(baseline: str, config: Config, *, quiet: bool) -> Suppressions | None:
    if not baseline and not config.suppress:
        return None
    from datetime import date

    from weighbridge.cli.baseline import known
    from weighbridge.engine.suppress import Suppressions

    made = Suppressions(
        config.suppress, today=date.today().isoformat(), baseline=known(baseline) if baseline else frozenset()
    )
    for old in made.expired:
        note(f"the suppression of {old.rule} for {old.sha256[:12]}… expired on {old.expires}", quiet=quiet)
    return made


def _write(report: Report, destination: Output, *, verbose: bool, last: str) -> None:
    if destination.file is None:
        from weighbridge.cli.terminal import width

        colour = destination.format == "text" and sys.stdout.isatty() and "NO_COLOR" not in os.environ
        text = render(
            destination.format, report, _rules(report, destination.format), verbose=verbose, colour=colour,
            width=width(), closing=last,
        )  # fmt: skip
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
        return
    text = render(destination.format, report, _rules(report, destination.format), verbose=verbose, closing=last)
    unfinished = f"{destination.file}.{os.getpid()}.part"
    try:
        with open(unfinished, "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        os.replace(unfinished, destination.file)
    except OSError as error:
        raise UsageError(f"cannot write {destination.file!r}: {(error.strerror or '').lower()}") from None


def _rules(report: Report, format_name: str) -> tuple[RuleInfo, ...]:
    """Give all rules where the format lists them, else those that the report names."""
    from weighbridge.rules.catalog import all_infos, info

    if format_name == "sarif":
        return all_infos()
    named = {finding.rule for artifact in report.artifacts for file in artifact.files for finding in file.findings}
    return tuple(found for found in (info(rule) for rule in sorted(named)) if found is not None)
