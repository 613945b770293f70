"""A scan: plan the walk, hand files to an executor, join the answers into a report. Speaks in events."""

from __future__ import annotations

from weighbridge import __version__
from weighbridge.access.local import find
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.events import Examined, Planned
from weighbridge.core.location import Location
from weighbridge.core.report import ArtifactReport, FileReport, Report
from weighbridge.core.values import replace, value
from weighbridge.engine.executors import Task
from weighbridge.engine.judge import rank
from weighbridge.rules.index import DIGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.access.local import Found
    from weighbridge.core.artifact import ListedFile
    from weighbridge.core.events import Event
    from weighbridge.engine.executors import Executor
    from weighbridge.engine.memo import Memo
    from weighbridge.engine.remote_file import RemoteFile
    from weighbridge.engine.suppress import Suppressions
    from weighbridge.engine.wire import Answer
    from weighbridge.rules.catalog import RuleSet


@value
class ScanRequest:
    """What to weigh; ``include`` and ``exclude`` are shell patterns, see ``_is_wanted``."""

    targets: tuple[str, ...]
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    """Rules that the executor leaves out, for the report to say so."""
    full: bool = False
    """Whether files of remote targets are fetched whole."""
    offline: bool = False
    """Whether stores take only what is on this machine."""


class _Plan:
    """The files of all targets, in order, and their reports as they become known."""

    def __init__(self, request: ScanRequest) -> None:
        self.targets: list[tuple[str, list[Found], tuple[Gap, ...]]] = []
        self.disabled = frozenset(request.disabled)
        self.files: list[Found] = []
        self.listed: dict[int, ListedFile] = {}
        """What the stores of targets with a scheme say of their files."""
        self.remote: dict[int, RemoteFile] = {}
        """Those of them that are fetched."""
        for given in request.targets:
            target, there, gaps = self._find(given, request) if "://" in given else (given, list(find(given)), ())
            wanted = [found for found in there if _is_wanted(found, target, request)]
            files = [found for found in wanted if not found.folder]
            gaps += tuple(_unseen(found, target) for found in wanted if found.folder)
            self.targets.append((target, files, gaps if wanted else (*gaps, _nothing(there))))
            self.files += files
        self.reports: list[FileReport | None] = [None] * len(self.files)
        self.answers: dict[int, Answer] = {}

    def _find(self, given: str, request: ScanRequest) -> tuple[str, list[Found], tuple[Gap, ...]]:
        """Find the files of a target that has a scheme, or only looks as if it had one."""
        from weighbridge.engine.remote import resolve

        target = resolve(given, offline=request.offline, full=request.full)
        if target is None:
            return given, list(find(given)), ()
        chosen = [found for found in target.files if _is_wanted(found, target.ref, request)]
        for key, found in enumerate(chosen, start=len(self.files)):
            self.listed[key] = target.listed[found.path]
            if found.path in target.remote:
                self.remote[key] = target.remote[found.path]
        return target.ref, list(target.files), target.gaps

    def take(self, key: int, answer: Answer) -> FileReport:
        """Make the report of a file out of what is known of it."""
        remote = self.remote.get(key)
        if remote is not None:
            remote.conclude()
            size = remote.file.size if remote.file.size >= 0 else answer.size
            answer = replace(answer, size=size, sha256=remote.sha256, gaps=(*answer.gaps, *remote.gaps))
        self.answers[key] = answer
        return self._compared(key, _report(self.files[key], answer))

    def miss(self, key: int, gap: Gap) -> FileReport:
        """Make the report of a file of which nothing is known, and why."""
        remote = self.remote.get(key)
        if remote is not None:
            remote.conclude()
        report = _unread(self.files[key], gap)
        if remote is not None and remote.gaps:
            report = replace(report, gaps=remote.gaps if remote.is_closed else (*report.gaps, *remote.gaps))
        return self._compared(key, report)

    def _compared(self, key: int, report: FileReport) -> FileReport:
        """Hold the report of a file against what a store says of it."""
        if key not in self.listed:
            return report
        from weighbridge.engine.remote import compared

        return compared(report, self.listed[key], self.remote.get(key), self.disabled)

    def check(self) -> None:
        """Raise AccessError where a store lists files and gives none of them, as of a gated repository."""
        start = 0
        for _, listed, _ in self.targets:
            remote = [self.remote[key] for key in range(start, start + len(listed)) if key in self.remote]
            start += len(listed)
            refused = [one.refused for one in remote if one.refused is not None]
            if refused and len(refused) == len(listed):
                raise refused[0]

    def close(self) -> None:
        """Give back what remote files take."""
        for remote in self.remote.values():
            remote.close()

    def survey(self, rules: RuleSet, suppressions: Suppressions | None) -> None:
        """Hold the files of each target against each other; what that finds is added to their reports."""
        from weighbridge.core.limits import Limits
        from weighbridge.engine.survey import explained, outline, survey

        start, kept = 0, Limits().outline
        for target, listed, _ in self.targets:
            keys = {_below(found, target): start + number for number, found in enumerate(listed)}
            # Where a store keeps its files on this machine is its own affair: they are no links out of the repository.
            root = "" if start in self.listed else target
            start += len(listed)
            if len(listed) < 2:
                continue
            files = [outline(self.files[key], below, self.answers.get(key), kept) for below, key in keys.items()]
            if not root:
                files = [replace(file, link="") for file in files]
            for below, what in explained(files).items():
                report = self.reports[keys[below]]
                if report is not None:
                    gaps = tuple(gap for gap in report.gaps if gap.kind is not GapKind.UNSUPPORTED)
                    self.reports[keys[below]] = replace(report, formats=(what,), gaps=gaps)
            for below, findings in survey(files, rules, root=root).items():
                report = self.reports[keys[below]]
                if report is not None:
                    report = replace(report, findings=tuple(sorted((*report.findings, *findings), key=rank)))
                    self.reports[keys[below]] = suppressions.apply(report) if suppressions else report

    def teach(self, learn: Callable[[str, Answer], None]) -> None:
        """Hand on what was learnt of each file."""
        key = 0
        for target, listed, _ in self.targets:
            for found in listed:
                if key in self.answers:
                    learn(_below(found, target) or found.name, self.answers[key])
                key += 1

    def join(self) -> tuple[ArtifactReport, ...]:
        """Put the reports of each target together; the plan was completed before."""
        artifacts, start = [], 0
        for target, listed, gaps in self.targets:
            reports = self.reports[start : start + len(listed)]
            start += len(listed)
            artifacts.append(ArtifactReport(ref=target, files=tuple(one for one in reports if one), gaps=gaps))
        return tuple(artifacts)


def scan(
    request: ScanRequest,
    executor: Executor,
    *,
    memo: Memo | None = None,
    suppressions: Suppressions | None = None,
    tell: Callable[[Event], None] = lambda _event: None,
    learn: Callable[[str, Answer], None] | None = None,
) -> Report:
    """Weigh every file of every target; raises AccessError for a target that does not exist or gives nothing.

    ``learn`` is given the answer to each file, with its outline, by its path below the target.
    """
    plan = _Plan(request)
    try:
        tell(Planned(files=len(plan.files), size=sum(found.size for found in plan.files)))

        def settle(key: int, report: FileReport, *, reused: bool = False) -> None:
            plan.reports[key] = suppressions.apply(report) if suppressions else report
            tell(Examined(path=report.path, size=report.size or 0, reused=reused))

        def tasks() -> Iterator[Task]:
            for key, found in enumerate(plan.files):
                if found.trouble:
                    settle(key, plan.miss(key, Gap(kind=GapKind.UNREAD, reason=found.trouble)))
                    continue
                if key in plan.remote:
                    yield plan.remote[key].task(key, found.name)
                    continue
                known = memo.recall(found) if memo else None
                if known is not None:
                    settle(key, plan.take(key, known), reused=True)
                else:
                    yield Task(key=key, name=found.name, size=found.size, open=found.open)

        for outcome in executor.run(tasks()):
            found = plan.files[outcome.key]
            if outcome.answer is None:
                gap = outcome.gap or Gap(kind=GapKind.CRASHED, reason="there is no answer")
                settle(outcome.key, plan.miss(outcome.key, gap))
                continue
            if memo and outcome.key not in plan.remote:
                memo.store(found, outcome.answer)
            settle(outcome.key, plan.take(outcome.key, outcome.answer))
        plan.check()
        if len(plan.files) > 1:
            from weighbridge.rules.catalog import RuleSet

            plan.survey(RuleSet(disabled=plan.disabled), suppressions)
        if learn is not None:
            plan.teach(learn)
        return Report(version=__version__, rules=DIGEST, artifacts=plan.join(), disabled=request.disabled)
    finally:
        plan.close()


def _report(found: Found, answer: Answer) -> FileReport:
    return FileReport(
        path=found.path, size=answer.size, sha256=answer.sha256, formats=answer.formats, findings=answer.findings,
        gaps=answer.gaps, program=answer.program,
    )  # fmt: skip


def _unread(found: Found, gap: Gap) -> FileReport:
    size = None if found.trouble else found.size
    return FileReport(path=found.path, size=size, sha256=None, formats=(), findings=(), gaps=(gap,))


def _unseen(folder: Found, target: str) -> Gap:
    """Say of a directory, which is no file, why nothing below it is known."""
    below = _below(folder, target)
    return Gap(kind=GapKind.UNREAD, reason=folder.trouble, at=Location(member=(below,) if below else ()))


def _below(found: Found, target: str) -> str:
    """Give the path below the target; empty for the target itself."""
    return found.path[len(target) :].lstrip("/")


def _nothing(there: list[Found]) -> Gap:
    """Say why there is no file in a target: a directory without files must not pass for one that was weighed."""
    reason = "no file here is chosen by --include and --exclude" if there else "there is no file here"
    return Gap(kind=GapKind.UNREAD, reason=reason)


def _is_wanted(found: Found, target: str, request: ScanRequest) -> bool:
    """Tell whether a file is chosen; ``include`` does not pass over a directory of which the files are not known."""
    if not request.include and not request.exclude:
        return True
    from fnmatch import fnmatchcase

    parts = (_below(found, target) or found.name).split("/")
    # A pattern fits a file by its own name, by its path, or by a directory that it lies in.
    names = {*parts, *("/".join(parts[:length]) for length in range(1, len(parts) + 1))}

    def fits(patterns: tuple[str, ...]) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)

    return (found.folder or not request.include or fits(request.include)) and not fits(request.exclude)
