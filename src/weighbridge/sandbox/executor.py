"""The executor of the command line: files are examined in jailed workers, and a lost worker is a gap."""

from __future__ import annotations

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.limits import Limits
from weighbridge.engine.executors import Outcome
from weighbridge.engine.wire import Misshapen, loads, request
from weighbridge.sandbox.policy import JailPolicy
from weighbridge.sandbox.pool import JailedPool
from weighbridge.sandbox.tasks import Crashed, Flooded, Killed, OutOfMemory, Oversized, PoolTask, TimedOut, Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weighbridge.engine.executors import Task
    from weighbridge.engine.wire import Answer
    from weighbridge.sandbox.policy import Layer
    from weighbridge.sandbox.tasks import Failure, PoolResult


_READ = 1_024
_SHORT = 8 << 10
"""Answers kept as they came, and their length: 8 MB at the most."""


class Jailed:
    """Runs tasks in up to ``jobs`` jailed workers; ``layers`` tells which walls really stood, None before the first."""

    def __init__(self, *, jobs: int, trace: bool = False, disabled: frozenset[str] = frozenset()) -> None:
        self.jobs = jobs
        self.trace = trace
        self.disabled = tuple(sorted(disabled))
        self.layers: tuple[Layer, ...] | None = None
        self._read: dict[bytes, Answer | Gap] = {}

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Yield one outcome for each task, in the order in which they become ready."""
        limits = Limits()
        in_pieces: set[int] = set()

        def waiting() -> Iterator[PoolTask]:
            for task in tasks:
                sparse = task.supply is not None
                asked = request(task.name, trace=self.trace, disabled=self.disabled, sparse=sparse)
                if sparse:
                    in_pieces.add(task.key)
                yield PoolTask(key=task.key, request=asked, open=task.open, size=task.size, supply=task.supply)

        def deadline(size: int) -> float:
            return limits.seconds + size / limits.bytes_per_second

        self._read.clear()
        with JailedPool(workers=self.jobs, policy=JailPolicy(), deadline=deadline) as pool:
            for result in pool.run(waiting()):
                self.layers = pool.layers
                yield self._outcome(result, whole=result.key not in in_pieces)

    def _outcome(self, result: PoolResult, *, whole: bool) -> Outcome:
        if result.answer is None:
            assert result.failure is not None
            return Outcome(key=result.key, gap=gap_of(result.failure))
        try:
            found = self._loaded(result.answer, whole=whole)
        except Misshapen as broken:
            gap = Gap(kind=GapKind.CRASHED, reason=f"the worker's answer does not fit its schema: {broken}")
            return Outcome(key=result.key, gap=gap)
        if isinstance(found, Gap):
            return Outcome(key=result.key, gap=found)
        return Outcome(key=result.key, answer=found)

    def _loaded(self, text: bytes, *, whole: bool) -> Answer | Gap:
        """Read an answer; one that was read before, about the same content elsewhere, is the same value."""
        if whole and text in self._read:
            return self._read[text]
        found = loads(text, whole=whole)
        if whole and len(text) <= _SHORT:
            if len(self._read) >= _READ:
                self._read.clear()
            self._read[text] = found
        return found


def gap_of(failure: Failure) -> Gap:
    """Say why a worker gave no answer."""
    match failure:
        case Unreadable(errno=number):
            from os import strerror

            return Gap(kind=GapKind.UNREAD, reason=strerror(number).lower() if number else "it cannot be opened")
        case TimedOut(seconds=seconds):
            return Gap(kind=GapKind.OVER_LIMIT, reason=f"not done after {seconds:.0f} seconds")
        case OutOfMemory(limit=limit):
            return Gap(kind=GapKind.OVER_LIMIT, reason=f"more than {limit >> 20} MiB of memory would be needed")
        case Oversized(what=what, limit=limit):
            return Gap(kind=GapKind.OVER_LIMIT, reason=f"{what} would be longer than {limit >> 20} MiB")
        case Flooded(what=what, limit=limit):
            return Gap(kind=GapKind.OVER_LIMIT, reason=f"more than {limit} {what}")
        case Killed(reason=reason):
            return Gap(kind=GapKind.CRASHED, reason=f"the worker was killed: {reason}")
        case Crashed(exit_code=code, stderr=stderr):
            last = stderr.strip().rpartition("\n")[2][:200]
            return Gap(kind=GapKind.CRASHED, reason=f"the worker ended with {code}: {last}")
