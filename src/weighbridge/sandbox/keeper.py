"""Processes of a jailed child that has its own process namespace: the worker, one that holds it, one that waits.

The process that the parent has started cannot enter a new process namespace itself, only its children can. It stays
outside as the keeper. Its first child is process 1: the kernel kills all others of the namespace with it, so it waits
for nothing but the keeper's end. The second is the worker. It is not process 1 itself, because for that one the kernel
drops signals without a handler (pid_namespaces(7)): its own SIGABRT and the SIGXCPU of its limit would come to nothing.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # not signal, whose enums cost 0.6 ms more
import os
import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.sandbox.kernel import Kernel

GRACE_SECONDS = 1.0
"""A worker that has closed its channel has ended, or will be ended; so long its own end may take to be told."""
PATIENCE_SECONDS = 5.0
"""So long a keeper may take to end all processes of a namespace, on a machine loaded a hundredfold."""

_SIGNALS = (_signal.SIGTERM, _signal.SIGCHLD)
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_MOST_DESCRIPTORS = 1 << 10
_SHELL_OFFSET, _MOST_SIGNALS = 128, 64
"""Bubblewrap ends with the number of a signal as shells write it."""


def divide(kernel: Kernel) -> None:
    """Go on as the worker in the process namespace that was entered; keeper and process 1 never return.

    Raises OSError where no process can be made.
    """
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, _SIGNALS)
    reading, writing = os.pipe()
    holder = os.fork()
    if holder == 0:
        _hold(kernel, reading)
    worker = os.fork()
    if worker != 0:
        _keep(kernel, holder, worker, writing)
    os.close(reading)
    os.close(writing)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
    # The keeper's end also ends process 1, and with it this one; this is the shorter way.
    kernel.call("prctl", _PR_SET_PDEATHSIG, _signal.SIGKILL)


def _hold(kernel: Kernel, reading: int) -> None:
    """Be process 1: hold nothing, hear nothing, end when the keeper does."""
    kernel.call("prctl", _PR_SET_DUMPABLE, 0)
    os.closerange(0, reading)
    os.closerange(reading + 1, _MOST_DESCRIPTORS)
    os.read(reading, 1)
    os._exit(0)


def _keep(kernel: Kernel, holder: int, worker: int, writing: int) -> None:
    """Wait for the worker, or for the order to end it, and end as it has ended."""
    kernel.call("prctl", _PR_SET_DUMPABLE, 0)  # lest it write a core when it ends by the worker's signal
    # The parent takes the end of the channel for the worker's end, so nothing of it may be held here.
    os.closerange(0, writing)
    os.closerange(writing + 1, _MOST_DESCRIPTORS)
    ended = 0
    while not ended:
        number = _signal.sigwait(_SIGNALS)
        ended, status = os.waitpid(worker, os.WNOHANG)
        if not ended and (number == _signal.SIGTERM or _has_ended(holder)):
            os.kill(holder, _signal.SIGKILL)
            ended, status = os.waitpid(worker, 0)
    os.kill(holder, _signal.SIGKILL)
    os.waitpid(holder, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != _signal.SIGKILL:
            _signal.signal(number, _signal.SIG_DFL)
        _signal.pthread_sigmask(_signal.SIG_SETMASK, ())
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


def _has_ended(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def bring_down(pid: int, *, gone: bool) -> None:
    """Have the keeper, or bubblewrap, end its worker and then itself; for the parent, which still has to wait for it.

    With ``gone`` the worker has closed its channel, most likely with its own end, which is waited for.
    """
    try:
        watch = os.pidfd_open(pid)
    except OSError:
        return
    try:
        if not (gone and _ends(watch, GRACE_SECONDS)):
            os.kill(pid, _signal.SIGTERM)
            _ends(watch, PATIENCE_SECONDS)
    finally:
        os.close(watch)


def _ends(watch: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(watch, select.POLLIN)
    return bool(poll.poll(int(seconds * 1000)))


def told(status: int) -> int:
    """Read the worker's own status (waitpid(2)) out of the one of its keeper, or of bubblewrap."""
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == _signal.SIGTERM:
        return int(_signal.SIGKILL)  # the order to end it came before anybody listened to it
    if os.WIFEXITED(status) and _SHELL_OFFSET < os.WEXITSTATUS(status) <= _SHELL_OFFSET + _MOST_SIGNALS:
        return os.WEXITSTATUS(status) - _SHELL_OFFSET
    return status
