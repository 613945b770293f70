"""``weighbridge scan``: weigh model files."""

from __future__ import annotations

import os

from weighbridge.cli import config as configuration
from weighbridge.cli.console import Progress, note
from weighbridge.cli.exit import PASS, Threshold, closing, code_for
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.cli.terminal import USUAL, colours, width
from weighbridge.core.finding import Severity
from weighbridge.engine.scan import ScanRequest, scan
from weighbridge.reports import FORMATS, render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given
    from weighbridge.core.finding import RuleInfo
    from weighbridge.core.report import Report
    from weighbridge.engine.executors import Executor
    from weighbridge.engine.suppress import Suppressions

EPILOG = """\
exit codes: 0 nothing at or above the threshold, 1 findings, 2 an error,
3 something could not be judged

examples:
  weighbridge scan model.pt
  weighbridge scan checkpoints/ -o sarif=weighbridge.sarif -o html=report.html
"""


COMMAND = Command(
    name="scan",
    description="Say what model files would run if they were loaded. Nothing is loaded.",
    formats=FORMATS,
    operand=Operand(metavar="TARGET", help="a file or a directory"),
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
            ),
        ),
        Group(
            title="what is read",
            options=(
                Option(names=("--include",), metavar="GLOB", repeatable=True, help="only what fits; repeatable"),
                Option(names=("--exclude",), metavar="GLOB", repeatable=True, help="not what fits; repeatable"),
            ),
        ),
        Group(
            title="how it works",
            options=(
                Option(names=("--verbose", "-v"), help="show the decompiled programs and all findings"),
                Option(
                    names=("--jobs", "-j"), metavar="N", number=True, help="workers (default: one per processor)"
                ),
                Option(names=("--no-cache",), help="neither use nor keep remembered answers"),
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
    quiet = given.on("--quiet")
    _tell_source(config, given, quiet=quiet)
    suppressions = _suppressions(given.one("--baseline") or config.baseline, config, quiet=quiet)
    report = _weigh(given, config, suppressions, quiet=quiet)
    code = code_for(report, threshold)
    last = closing(code, threshold, exit_zero=given.on("--exit-zero"))
    for destination in destinations:
        write(_rendered(report, destination, verbose=given.on("--verbose"), last=last), destination)
    return PASS if given.on("--exit-zero") else code


def _tell_source(config: Config, given: Given, *, quiet: bool) -> None:
    """Name a configuration that was found and not asked for: one inside a download must not work unseen."""
    if config.source and not given.one("--config"):
        folder = os.path.realpath(os.path.dirname(config.source) or ".")
        inside = any(f"{folder}/".startswith(f"{os.path.realpath(target)}/") for target in given.operands)
        words = ", which lies inside what is weighed; --config names another" if inside else ""
        note(f"settings come from {config.source}{words}", quiet=quiet)


def _tell_jail(executor: Executor, *, verbose: bool, quiet: bool) -> None:
    """Say which walls stood around the workers: always when one was missing, else when asked for detail."""
    from weighbridge.sandbox.executor import Jailed
    from weighbridge.sandbox.policy import SCANNER_LAYERS

    if isinstance(executor, Jailed) and executor.layers:
        missing = [layer for layer in SCANNER_LAYERS if layer not in executor.layers]
        if missing:
            note(f"this system gives the workers' jail no {', '.join(missing)}", quiet=quiet)
        elif verbose:
            note(f"the workers' jail: {', '.join(executor.layers)}", quiet=quiet)


def _weigh(given: Given, config: Config, suppressions: Suppressions | None, *, quiet: bool) -> Report:
    disabled = frozenset(config.disable)
    debug, verbose = given.on("--debug"), given.on("--verbose")
    memo = None
    if not given.on("--no-cache") and not verbose and not debug:
        from weighbridge.engine.memo import Memo, cache_directory

        directory = cache_directory()
        memo = Memo(directory, disabled=disabled) if directory else None
    request = ScanRequest(
        targets=given.operands,
        include=given.every("--include") or config.include,
        exclude=given.every("--exclude") or config.exclude,
        disabled=tuple(sorted(disabled)),
    )
    jobs = given.number("--jobs") or config.jobs
    progress = Progress(quiet=quiet)
    try:
        executor = _executor(jobs, disabled, debug=debug, trace=verbose)
        report = scan(request, executor, memo=memo, suppressions=suppressions, tell=progress)
    finally:
        progress.close()
    _tell_jail(executor, verbose=verbose, quiet=quiet)
    return report


def _executor(jobs: int, disabled: frozenset[str], *, debug: bool, trace: bool) -> Executor:
    if debug:
        from weighbridge.engine.executors import Inline

        return Inline(trace=trace, disabled=disabled)
    from weighbridge.sandbox.executor import Jailed

    return Jailed(jobs=jobs or os.cpu_count() or 1, trace=trace, disabled=disabled)


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


def _rendered(report: Report, destination: Output, *, verbose: bool, last: str) -> str:
    shown, columns = False, USUAL
    if destination == Output(format="text"):
        shown, columns = colours(), width()
    return render(
        destination.format, report, _rules(report, destination.format), verbose=verbose, colour=shown, width=columns,
        closing=last,
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
