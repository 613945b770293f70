"""Runs inputs one by one and notices what goes wrong with each: an error, a slow one, a hang, too much memory.

The input under way lies in a file that outlives the process, so that a crash or a hang can be laid at its door.
"""

from __future__ import annotations

import mmap
import signal
import time
import traceback
from pathlib import Path

from fuzz.bounds import HANG, LONGEST, MEMORY, SECONDS
from fuzz.target import Target

_LENGTH = 4


_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


def peak() -> int:
    """Tell the peak of this process's memory since ``forget_peak``, in bytes (``VmHWM``, proc(5))."""
    status = _STATUS.read_bytes()
    at = status.index(b"VmHWM:") + 6
    return int(status[at : status.index(b"kB", at)]) << 10


def forget_peak() -> None:
    """Begin to measure the peak anew; unlike the peak of getrusage(2) it then belongs to what follows alone."""
    _RESET.write_bytes(b"5")


class Guard:
    """Watches the inputs of one process; ``baseline`` is the peak before the first of them."""

    def __init__(self, box: Path) -> None:
        box.write_bytes(bytes(_LENGTH + LONGEST))
        with box.open("r+b") as file:
            self._box = mmap.mmap(file.fileno(), 0)
        forget_peak()
        self.baseline = self.peak = peak()
        self.inputs = 0
        self.slowest = 0.0

    def run(self, target: Target, data: bytes) -> str:
        """Run one input; returns what is wrong, empty for nothing."""
        self._box[: _LENGTH + len(data)] = len(data).to_bytes(_LENGTH, "little") + data
        self.inputs += 1
        forget_peak()
        wrong, seconds = self._timed(target, data)
        if not wrong and seconds > SECONDS:
            wrong, seconds = self._timed(target, data)
            if not wrong and seconds > SECONDS:
                wrong = f"slow: {seconds:.1f} s"
        self.slowest = max(self.slowest, seconds)
        reached = peak()
        if not wrong and reached - self.baseline > MEMORY:
            wrong = f"memory: {(reached - self.baseline) >> 20} MiB above the baseline"
        self.peak = max(self.peak, reached)
        return wrong

    def _timed(self, target: Target, data: bytes) -> tuple[str, float]:
        signal.setitimer(signal.ITIMER_REAL, HANG)  # its signal ends the process
        start, wrong = time.perf_counter(), ""
        try:
            target.one(data)
        except Exception as error:  # noqa: BLE001  (whatever an input raises is a finding)
            wrong = described(error)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return wrong, time.perf_counter() - start


def described(error: Exception) -> str:
    """Tell an error by its kind and place, so that equal ones are known as such."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def boxed(box: Path) -> bytes:
    """Read the input that was under way."""
    held = box.read_bytes() if box.exists() else b""
    return held[_LENGTH : _LENGTH + int.from_bytes(held[:_LENGTH], "little")]
