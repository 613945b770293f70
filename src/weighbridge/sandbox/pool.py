"""A pool of jailed workers: keeps them busy, outlives them, leaves none behind."""

from __future__ import annotations

import select
from os import close
from time import monotonic

from weighbridge.core.errors import SandboxError
from weighbridge.sandbox import protocol
from weighbridge.sandbox.jailed import JailedWorker, Uninterrupted
from weighbridge.sandbox.policy import Layer
from weighbridge.sandbox.spawn import setup_for
from weighbridge.sandbox.tasks import Crashed, Killed, Need, OutOfMemory, PoolResult, TimedOut, Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Self

    from weighbridge.sandbox.policy import JailPolicy
    from weighbridge.sandbox.tasks import Failure, PoolTask

START_SECONDS = 30.0
"""A worker starts in some 20 ms; on a machine loaded a hundredfold it still gets there."""
GROW_SECONDS = 0.05
"""Starting another worker costs some 15 ms of CPU: it comes once tasks have waited for longer than that."""
RECYCLE_TASKS = 4_096
RECYCLE_BYTES = 8 << 30
"""After so many files or bytes a worker is replaced, so that what a file broke or leaked in it does not last; the price
is 0.05 ms a file where the next one loads readers of every kind."""
LONGEST_POLL_SECONDS = 3600.0
"""poll(2) counts milliseconds in an int, and the deadline of a file of ten terabytes is longer than that."""
MAX_LOST_REQUESTS = 3
"""That many workers in a row that are gone before they take a request are the machine's trouble, not chance."""


class JailedPool:
    """Runs requests about files in jailed worker processes; one thread at a time may use it.

    ``deadline`` gives the seconds that a task of a size may take, and as many again to hand over a long answer. A
    worker that is killed, hangs or outgrows its bounds costs the one task it had, which gets a failure, and is
    replaced. Use it as a context manager: on the way out, also by Ctrl-C, every worker is killed and waited for.
    On Linux workers also end with the thread that started them.
    """

    def __init__(
        self,
        *,
        workers: int,
        policy: JailPolicy,
        deadline: Callable[[int], float],
        answer_module: str = "weighbridge.engine.worker",
        import_path: tuple[str, ...] = (),
        prepared: tuple[str, ...] = (),
        searched: tuple[str, ...] = (),
        start_seconds: float = START_SECONDS,
    ) -> None:
        self._most = max(1, workers)
        self._setup = setup_for(policy, answer_module, import_path, prepared, searched)
        self._seconds_for = deadline
        self._start_seconds = start_seconds
        self._workers: list[JailedWorker] = []
        self._ears: dict[int, JailedWorker] = {}
        """Descriptors that are polled, and whose they are."""
        self._poll = select.poll()
        self._layers: tuple[Layer, ...] | None = None
        self.listens = True
        """Whether the refused calls of every worker so far were heard."""
        self._waited = 0.0
        """Seconds that tasks have waited for a free worker since the last one was started."""
        self._lost = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def layers(self) -> tuple[Layer, ...] | None:
        """The layers that stood around every worker so far; None before the first has started."""
        return self._layers

    def close(self) -> None:
        """Kill all workers and wait for them, so that their CPU time is counted with this process's children."""
        with Uninterrupted():
            for worker in tuple(self._workers):
                self._discard(worker)

    def run(self, tasks: Iterable[PoolTask]) -> Iterator[PoolResult]:
        """Yield one result for each task, in the order in which they become ready.

        Raises SandboxError when workers cannot be started, ValueError for a request over MAX_REQUEST_BYTES.
        """
        queue = iter(tasks)
        task = next(queue, None)
        try:
            while task is not None or any(worker.task for worker in self._workers):
                free = self._free_worker() if task is not None else None
                if task is None or free is None:
                    if task is not None and self._may_grow() and self._waited >= self._patience():
                        self._start_worker()
                    yield from self._next_results(task_waits=task is not None)
                    continue
                try:
                    taken = self._hand_over(task, free)
                except OSError as error:
                    yield PoolResult(key=task.key, failure=Unreadable(errno=error.errno or 0))
                    taken = True
                if taken:
                    task = next(queue, None)
        finally:
            with Uninterrupted():
                for worker in tuple(self._workers):
                    if worker.task is not None:
                        self._discard(worker)

    def _free_worker(self) -> JailedWorker | None:
        return next((worker for worker in self._workers if worker.layers is not None and worker.task is None), None)

    def _hand_over(self, task: PoolTask, worker: JailedWorker) -> bool:
        """Open the file of a task and send it; False when the worker was gone, and the task still waits."""
        if len(task.request) > protocol.MAX_REQUEST_BYTES:
            raise ValueError(f"a request of {len(task.request)} bytes; at most {protocol.MAX_REQUEST_BYTES} fit")
        began = monotonic()
        try:
            descriptor = task.open()
        finally:
            self._excuse(began)
        try:
            taken = worker.send(task.request, descriptor, *(() if task.share is None else (task.share,)))
        finally:
            close(descriptor)
        if not taken:
            self._forget(worker)
            why, hint = _no_start(worker.end())
            self._lost += 1
            if self._lost >= MAX_LOST_REQUESTS:
                raise SandboxError(f"jailed workers end before they get to work: {why}", hint=hint)
            return False
        self._lost = 0
        worker.task = task
        worker.allow(self._seconds_for(task.size))
        return True

    def _excuse(self, began: float) -> None:
        """Add what this process itself has done since ``began`` to the time of all workers: nobody listened to them."""
        spent = monotonic() - began
        for worker in self._workers:
            worker.deadline += spent

    def _supply(self, worker: JailedWorker, need: Need) -> PoolResult | None:
        """Put in place what a worker waits for, and tell it; one that has nothing to wait for is ended."""
        supply = worker.task.supply if worker.task is not None else None
        if supply is None:
            worker.end()
            return self._settle(worker, Killed(signal=9, reason="it asked for a range of a file that it has whole"))
        began = monotonic()
        refusal = supply(need.offset, need.length)
        self._excuse(began)
        if worker.reply(refusal):
            return None
        return self._settle(worker, worker.end())

    # Growing and shrinking.

    def _may_grow(self) -> bool:
        return len(self._workers) < self._most and all(worker.layers is not None for worker in self._workers)

    def _patience(self) -> float:
        return GROW_SECONDS if self._workers else 0.0

    def _start_worker(self) -> None:
        with Uninterrupted():
            try:
                worker = JailedWorker(self._setup)
            except SandboxError:
                if not self._workers:
                    raise
                self._most = len(self._workers)  # the machine has room for those there are
                return
            worker.allow(self._start_seconds)
            self._waited = 0.0
            self._workers.append(worker)
            for descriptor in (worker.channel, worker.stderr):
                self._start_polling(descriptor, worker)

    def _discard(self, worker: JailedWorker) -> None:
        self._forget(worker)
        worker.end()

    def _forget(self, worker: JailedWorker) -> None:
        self._workers.remove(worker)
        for descriptor in [descriptor for descriptor, owner in self._ears.items() if owner is worker]:
            self._stop_polling(descriptor)

    def _start_polling(self, descriptor: int, worker: JailedWorker) -> None:
        self._ears[descriptor] = worker
        self._poll.register(descriptor, select.POLLIN)

    def _stop_polling(self, descriptor: int) -> None:
        del self._ears[descriptor]
        self._poll.unregister(descriptor)

    # Listening.

    def _next_results(self, *, task_waits: bool) -> Iterator[PoolResult]:
        """Wait until a worker says something, ends, or has had its time, or until it is time for another worker."""
        now = monotonic()
        until = min(now + LONGEST_POLL_SECONDS, *(worker.deadline for worker in self._workers if worker.occupied))
        counts = task_waits and self._may_grow()
        if counts:
            until = min(until, now + self._patience() - self._waited)
        events = self._poll.poll(max(0, int((until - now) * 1000) + 1))  # rounded up, lest it spin
        if counts:
            self._waited += monotonic() - now
        for descriptor, event in events:
            worker = self._ears.get(descriptor)
            if worker is None:
                continue  # it ended with an earlier event of this round
            if descriptor == worker.channel:
                result = self._heard(worker)
            elif descriptor == worker.stderr:
                result = self._heard_error(worker)
            else:
                result = self._asked(worker, descriptor, event)
            if result is not None:
                yield result
        now = monotonic()
        for worker in tuple(self._workers):
            if worker.occupied and worker.deadline <= now:
                worker.end()
                result = self._settle(worker, TimedOut(seconds=worker.seconds))
                if result is not None:
                    yield result

    def _heard_error(self, worker: JailedWorker) -> PoolResult | None:
        if not worker.overhear():
            self._stop_polling(worker.stderr)
        if worker.flooded is None:
            return None
        worker.end()
        return self._settle(worker, worker.flooded)

    def _asked(self, worker: JailedWorker, listener: int, event: int) -> PoolResult | None:
        """Answer a call that the worker's filter has stopped."""
        if not event & select.POLLIN:
            self._stop_polling(listener)  # every thread of the worker has ended
            return None
        failure = worker.attend()
        return None if failure is None else self._settle(worker, failure)

    def _heard(self, worker: JailedWorker) -> PoolResult | None:
        message = worker.listen()
        if worker.listener is not None and worker.layers is None:
            self._start_polling(worker.listener.descriptor, worker)
        if message is None:
            return None
        if isinstance(message, Need):
            return self._supply(worker, message)
        if not isinstance(message, bytes):
            return self._settle(worker, message)
        if worker.layers is None:
            worker.layers = tuple(map(Layer, message.decode().split(","))) if message else ()
            before = worker.layers if self._layers is None else self._layers
            self._layers = tuple(layer for layer in before if layer in worker.layers)
            self.listens = self.listens and worker.listener is not None
            return None
        task = worker.task
        if task is None:  # an answer that nobody asked for
            self._discard(worker)
            return None
        worker.finish(task.size)
        if worker.tasks_done >= RECYCLE_TASKS or worker.bytes_done >= RECYCLE_BYTES:
            self._discard(worker)
        return PoolResult(key=task.key, answer=message)

    def _settle(self, worker: JailedWorker, failure: Failure) -> PoolResult | None:
        """Draw the consequence of a worker's end: for its task, for the pool when it never started, or none."""
        self._forget(worker)
        if worker.layers is None:
            why, hint = _no_start(failure)
            raise SandboxError(f"a jailed worker did not start: {why}", hint=hint)
        if worker.task is None:
            return None
        return PoolResult(key=worker.task.key, failure=failure)


def _no_start(failure: Failure) -> tuple[str, str]:
    """Say why a worker did not get as far as its first task, and what may help."""
    match failure:
        case OutOfMemory(limit=limit):
            return f"it needs more than {limit >> 20} MiB of memory", "allow it more"
        case TimedOut(seconds=seconds):
            return f"it was not ready after {seconds:.0f} seconds", "try again when the machine has less to do"
        case Killed(reason=reason):
            return reason, _START_HINT
        case Crashed(stderr=stderr):
            return stderr.strip().rpartition("\n")[2], _START_HINT
        case _:
            return repr(failure), _START_HINT


_START_HINT = "look at the limits on memory and processes (ulimit -a), and whether TMPDIR can be written"
