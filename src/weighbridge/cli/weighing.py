"""One run of the scanner as the command line wants it: wires executor, memo, suppressions and progress."""

from __future__ import annotations

import os

from weighbridge.cli.console import Progress, note
from weighbridge.engine.scan import ScanRequest, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given
    from weighbridge.core.report import Report
    from weighbridge.engine.executors import Executor
    from weighbridge.engine.memo import Memo
    from weighbridge.engine.suppress import Suppressions
    from weighbridge.engine.wire import Answer


def weigh(given: Given, config: Config) -> Report:
    """Scan what a command line names under a configuration; raises AccessError and UsageError."""
    quiet = given.on("--quiet")
    _tell_source(config, given, quiet=quiet)
    suppressions = _suppressions(given.one("--baseline") or config.baseline, config, quiet=quiet)
    disabled = frozenset(config.disable)
    debug, verbose = given.on("--debug"), given.on("--verbose")
    memo = None
    if not given.on("--no-cache") and not verbose and not debug:
        memo = _memo(disabled)
    request = ScanRequest(
        targets=given.operands,
        include=given.every("--include") or config.include,
        exclude=given.every("--exclude") or config.exclude,
        disabled=tuple(sorted(disabled)),
        full=given.on("--full"),
        offline=given.on("--offline"),
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


def learn(
    target: str, given: Given, config: Config, *, remember: bool = False, exclude: tuple[str, ...] = ()
) -> tuple[Report, dict[str, Answer]]:
    """Scan one target for what a lock wants to know: the report, and the answers by path below the target.

    With ``remember`` answers about content that was scanned before are taken from the cache. ``exclude`` are shell
    patterns of what is left out.

    That a store's bytes are not what it lists is told whatever is switched off.
    """
    from weighbridge.engine.claims import RULE

    disabled = frozenset(config.disable) - {RULE}
    answers: dict[str, Answer] = {}
    request = ScanRequest(
        targets=(target,), exclude=exclude, disabled=tuple(sorted(disabled)), full=given.on("--full"),
        offline=given.on("--offline"),
    )  # fmt: skip
    progress = Progress(quiet=given.on("--quiet"))
    try:
        executor = _executor(given.number("--jobs") or config.jobs, disabled, debug=False, trace=False)
        memo = _memo(disabled) if remember else None
        report = scan(request, executor, memo=memo, tell=progress, learn=answers.__setitem__)
    finally:
        progress.close()
    _tell_jail(executor, verbose=False, quiet=given.on("--quiet"))
    return report, answers


def _memo(disabled: frozenset[str]) -> Memo | None:
    from weighbridge.engine.memo import Memo, cache_directory

    directory = cache_directory()
    return Memo(directory, disabled=disabled) if directory else None


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


def _tell_source(config: Config, given: Given, *, quiet: bool) -> None:
    """Name a configuration that was found and not asked for: one inside a download must not work unseen."""
    if config.source and not given.one("--config"):
        folder = os.path.realpath(os.path.dirname(config.source) or ".")
        inside = any(f"{folder}/".startswith(f"{os.path.realpath(target)}/") for target in given.operands)
        words = ", which lies inside what is weighed; --config names another" if inside else ""
        note(f"settings come from {os.path.relpath(config.source)}{words}", quiet=quiet)


def _tell_jail(executor: Executor, *, verbose: bool, quiet: bool) -> None:
    """Say which walls stood around the workers: always when one was missing, else when asked for detail."""
    from weighbridge.sandbox.executor import Jailed
    from weighbridge.sandbox.policy import SCANNER_LAYERS

    if isinstance(executor, Jailed) and executor.layers is not None:
        missing = [layer for layer in SCANNER_LAYERS if layer not in executor.layers]
        if missing:
            note(f"this system gives the workers' jail no {', '.join(missing)}", quiet=quiet)
        elif verbose:
            note(f"the workers' jail: {', '.join(executor.layers)}", quiet=quiet)
