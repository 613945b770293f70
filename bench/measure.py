"""What one command costs: CPU of its whole process tree, wall time, the peak of its largest process."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SUPERVISOR = Path(__file__).with_name("supervisor.py")
ADDRESS_SPACE = 16 << 30  # keeps a runaway scanner from taking the machine with it; none needs a third of it
PR_SET_PDEATHSIG = 1  # linux/prctl.h, both
PR_SET_CHILD_SUBREAPER = 36
OUTPUT_KEPT = 1 << 20  # bytes of each output stream at either end: verdicts stand at one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: seconds, bytes, its end, its text; `stragglers` outlived the command, `left` says that some still do."""

    cpu: float
    wall: float
    peak: int
    code: int
    timed_out: bool
    stragglers: int
    left: bool
    output: str


def become_guardian() -> None:
    """Lets the supervisor adopt descendants whose parent ended, and end them when this process dies (prctl(2))."""
    library = ctypes.CDLL(None)
    library.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    library.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)


def ends_of(path: Path) -> str:
    """A file's text, without the middle when it is long."""
    with path.open("rb") as file:
        head = file.read(OUTPUT_KEPT)
        if (left := path.stat().st_size - len(head)) > 0:
            file.seek(-min(left, OUTPUT_KEPT), os.SEEK_END)
            head += b"\n[...]\n" + file.read()
    return head.decode("utf-8", "replace")


def measure(command: Sequence[str], environment: Mapping[str, str], seconds: int) -> Run:
    """Runs a command in an empty folder to its end, or for `seconds` on the clock; a failure is part of the answer."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        stdout, stderr = Path(scratch, "stdout"), Path(scratch, "stderr")
        work = Path(scratch, "work")
        work.mkdir()
        paths = (str(SUPERVISOR), str(stdout), str(stderr))
        with subprocess.Popen(
            [sys.executable, "-I", "-S", *paths, str(seconds), str(ADDRESS_SPACE), *command],
            env=environment,
            cwd=work,
            preexec_fn=become_guardian,  # noqa: PLW1509  (there are no threads here)
            start_new_session=True,  # a signal to this process's group must not end the guardian first
            stdout=subprocess.PIPE,
            text=True,
        ) as supervisor:
            try:
                figures = supervisor.communicate()[0]
            except KeyboardInterrupt:
                supervisor.send_signal(signal.SIGINT)  # it ends the command before itself
                raise
        cpu, wall, peak, code, timed_out, stragglers, left = figures.split()
        return Run(
            cpu=float(cpu),
            wall=float(wall),
            peak=int(peak),
            code=int(code),
            timed_out=timed_out == "1",
            stragglers=int(stragglers),
            left=left == "1",
            output=ends_of(stdout) + "\n" + ends_of(stderr),
        )
