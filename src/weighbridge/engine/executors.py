"""Who examines: the port that the jailed pool fills, and the executor that works in this process."""

from __future__ import annotations

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import reason
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Protocol

    from weighbridge.engine.wire import Answer

    class Executor(Protocol):
        """Examines files, in any order, and loses none."""

        def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
            """Yield one outcome for each task."""
            ...


@value
class Task:
    """One file to examine; ``open`` gives a descriptor that the executor closes, or raises OSError.

    ``size`` are the bytes that are read at the most. ``supply`` for a file that does not come whole: puts a range
    (offset, length) of any numbers in place, or gives the words of a refusal.
    """

    key: int
    name: str
    size: int
    open: Callable[[], int]
    supply: Callable[[int, int], str] | None = None


@value
class Outcome:
    """What became of a task: an answer, or the gap that stands for it."""

    key: int
    answer: Answer | None = None
    gap: Gap | None = None


class Inline:
    """Examines in this process, without a jail: for tests and ``--debug``, where a bug shall be seen."""

    def __init__(self, *, trace: bool = False, disabled: frozenset[str] = frozenset()) -> None:
        self.trace = trace
        self.disabled = disabled

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Yield one outcome for each task, in order; re-raises the bugs of parsers."""
        import os

        from weighbridge.engine.worker import weigh, weigh_ranges
        from weighbridge.rules.catalog import RuleSet

        rules = RuleSet(disabled=self.disabled)
        for task in tasks:
            try:
                descriptor = task.open()
            except OSError as error:
                yield Outcome(key=task.key, gap=Gap(kind=GapKind.UNREAD, reason=reason(error)))
                continue
            try:
                if task.supply is not None:
                    answer = weigh_ranges(descriptor, task.supply, task.name, rules, trace=self.trace, strict=True)
                else:
                    answer = weigh(descriptor, task.name, rules, trace=self.trace, strict=True)
                outcome = Outcome(key=task.key, answer=answer)
            except OSError as error:
                gap = Gap(kind=GapKind.UNREAD, reason=f"reading it failed: {reason(error)}")
                outcome = Outcome(key=task.key, gap=gap)
            finally:
                os.close(descriptor)
            yield outcome
