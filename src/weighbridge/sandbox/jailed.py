"""The parent's end of one jailed worker."""

from __future__ import annotations

# Not signal and socket: their enums cost 0.6 and 3 ms more. _signal is built into every CPython, the stubs lack it.
import _signal  # type: ignore[import-not-found]
import _socket
import os
import sys
from time import monotonic

from weighbridge.core.errors import SandboxError
from weighbridge.core.values import replace
from weighbridge.sandbox import protocol
from weighbridge.sandbox.policy import Layer
from weighbridge.sandbox.spawn import spawn
from weighbridge.sandbox.tasks import Crashed, Flooded, Killed, Need, OutOfMemory, Oversized

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.sandbox.cgroups import ControlGroup
    from weighbridge.sandbox.listener import Listener
    from weighbridge.sandbox.tasks import Failure, PoolTask

_STDERR_KEPT = 4 << 10
"""Of a crash the last lines tell the cause."""
_MAX_STDERR_BYTES = 1 << 20
"""A worker has nothing to say on standard error; one that floods it is ended."""
MAX_REFUSALS = 5_000
"""A worker that is refused more calls than that does nothing else, and is ended."""
_READ_BYTES = 64 << 10
"""What a pipe holds; answers of honest files come in one piece."""
_NO_SIGNAL: int = getattr(_socket, "MSG_NOSIGNAL", 0)
"""Where it is missing (macOS) Python's own setting ignores SIGPIPE."""


class Uninterrupted:
    """Hold back Ctrl-C and termination for a few statements, so that no process is started and forgotten."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        held = (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP)
        self._before = _signal.pthread_sigmask(_signal.SIG_BLOCK, held)

    def __exit__(self, *_: object) -> None:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, self._before)


class JailedWorker:
    """A running worker: the task it has, what came back so far, and its end."""

    __slots__ = ("_cgroup", "_child", "_listens", "_noted", "_received", "_stderr", "_stderr_total", "bytes_done",
                 "deadline", "layers", "listener", "policy", "seconds", "task", "tasks_done")  # fmt: skip

    def __init__(self, setup: protocol.WorkerSetup) -> None:
        self._cgroup: ControlGroup | None = None
        if Layer.CGROUP in setup.policy.layers:
            self._cgroup, setup = _with_cgroup(setup)
        try:
            self._child = spawn(setup)
        except SandboxError:
            if self._cgroup is not None:
                self._cgroup.remove()
            raise
        self._received = bytearray()
        self._noted = 0
        """Bytes of notes about the present task."""
        self._stderr = bytearray()
        self._stderr_total = 0
        self.policy = setup.policy
        self._listens = setup.policy.listens or setup.policy.threads > 0
        self.listener: Listener | None = None
        """Where the calls arrive that its filter refuses; None where nobody listens or the kernel has none."""
        self.layers: tuple[Layer, ...] | None = None
        """What stands around the worker; None until it has said hello."""
        self.task: PoolTask | None = None
        self.seconds = 0.0
        self.deadline = 0.0
        """On the monotonic clock; counts while the worker is occupied."""
        self.tasks_done = 0
        self.bytes_done = 0

    @property
    def occupied(self) -> bool:
        """Whether the deadline counts: the worker starts or has a task."""
        return self.layers is None or self.task is not None

    def allow(self, seconds: float) -> None:
        """Give the worker so much time from now on."""
        self.seconds = seconds
        self.deadline = monotonic() + seconds

    def finish(self, size: int) -> None:
        """Take the task off the worker, with its size to its account."""
        self.task = None
        self._noted = 0
        self.tasks_done += 1
        self.bytes_done += size

    @property
    def channel(self) -> int:
        """The descriptor on which hello and answers arrive."""
        return self._child.channel.fileno()

    @property
    def stderr(self) -> int:
        """The descriptor on which complaints arrive."""
        return self._child.stderr

    def send(self, request: bytes, *descriptors: int) -> bool:
        """Send a request with one or two open files; False when the worker is gone or does not take it whole."""
        words = protocol.REQUEST_LENGTH.pack(len(request)) + request
        numbers = b"".join([one.to_bytes(4, sys.byteorder) for one in descriptors])
        rights = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)
        try:
            sent = self._child.channel.sendmsg([words], [rights], _socket.MSG_DONTWAIT | _NO_SIGNAL)
        except OSError:
            return False
        return sent == len(words)

    def reply(self, refusal: str) -> bool:
        """Tell the worker that what it needs is there, or why not; False when it is gone or does not listen."""
        words = refusal.encode("utf-8", "backslashreplace")[: protocol.MAX_REFUSAL_BYTES]
        message = protocol.REFUSAL_LENGTH.pack(len(words)) + words
        try:
            return self._child.channel.send(message, _socket.MSG_DONTWAIT | _NO_SIGNAL) == len(message)
        except OSError:
            return False

    def listen(self) -> bytes | Need | Failure | None:
        """Take what has arrived: a message, a need, the failure with which the worker ended, or None for not yet."""
        try:
            if self._listens and self.layers is None:
                piece = self._first_words()
            else:
                piece = self._child.channel.recv(_READ_BYTES, _socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        except ConnectionResetError:
            piece = b""
        if not piece:
            return self.end(gone=True)
        before, head = len(self._received), protocol.ANSWER_LENGTH.size
        self._received += piece
        while len(self._received) >= head:
            (length,) = protocol.ANSWER_LENGTH.unpack_from(self._received)
            if length != protocol.NOTED:
                break
            note = self._note()
            if not isinstance(note, bytes):
                return note
            before = 0  # what follows in the piece is new
        if len(self._received) < head:
            return None
        if length == protocol.NEEDED:
            return self._needed()
        if before < head:
            # The work was done in time; how fast a long answer is taken depends on this process too.
            self.allow(self.seconds)
        if length > protocol.MAX_ANSWER_BYTES or len(self._received) > head + length:
            self.end()
            return Oversized(what="answer", limit=min(length, protocol.MAX_ANSWER_BYTES))
        if len(self._received) < head + length:
            return None
        message = bytes(memoryview(self._received)[head:])
        self._received.clear()
        return message

    def _first_words(self) -> bytes:
        """Take what a worker says before it has a file: the listener of its filter, where there is one, and hello."""
        head = protocol.ANSWER_LENGTH
        piece, rights, _, _ = self._child.channel.recvmsg(_READ_BYTES, _socket.CMSG_SPACE(4), _socket.MSG_DONTWAIT)
        if rights and self.listener is None and piece.startswith(head.pack(protocol.LISTENING)):
            from weighbridge.sandbox.listener import Listener

            descriptor = int.from_bytes(rights[0][2], sys.byteorder)
            os.set_inheritable(descriptor, False)
            self.listener = Listener(descriptor, self.policy.threads)
            return self._child.channel.recv(_READ_BYTES, _socket.MSG_DONTWAIT)
        return piece

    def attend(self) -> Failure | None:
        """Answer one call that the worker's filter has stopped; the end of a worker that does nothing else."""
        assert self.listener is not None
        self.listener.attend(self.task.refused if self.task is not None else None)
        if self.listener.count <= MAX_REFUSALS:
            return None
        self.end()
        return Flooded(what="calls that were refused", limit=MAX_REFUSALS)

    def _note(self) -> bytes | Failure | None:
        """Take a note off what has arrived and pass it on; None when it is not there whole."""
        start = protocol.ANSWER_LENGTH.size + protocol.NOTE_LENGTH.size
        hear = self.task.hear if self.task is not None else None
        if hear is None:
            self.end()
            return Killed(signal=int(_signal.SIGKILL), reason="it sent notes that nobody had asked for")
        if len(self._received) < start:
            return None
        (length,) = protocol.NOTE_LENGTH.unpack_from(self._received, protocol.ANSWER_LENGTH.size)
        if length > protocol.MAX_NOTE_BYTES or self._noted + start + length > protocol.MAX_NOTES_BYTES:
            self.end()
            return Oversized(what="the notes", limit=protocol.MAX_NOTES_BYTES)
        if len(self._received) < start + length:
            return None
        note = bytes(memoryview(self._received)[start : start + length])
        del self._received[: start + length]
        self._noted += start + length
        hear(note)
        return note

    def _needed(self) -> Need | Failure | None:
        """Read the need of which the head has arrived; a worker that says more before it gets a reply is ended."""
        head, whole = protocol.ANSWER_LENGTH.size, protocol.ANSWER_LENGTH.size + protocol.NEED.size
        if len(self._received) > whole:
            self.end()
            return Killed(signal=int(_signal.SIGKILL), reason="it went on talking while it was to wait")
        if len(self._received) < whole:
            return None
        offset, length = protocol.NEED.unpack_from(self._received, head)
        self._received.clear()
        return Need(offset=offset, length=length)

    def overhear(self) -> bool:
        """Take what arrived on standard error; False when nothing did and the channel is closed."""
        try:
            piece = os.read(self._child.stderr, _READ_BYTES)
        except BlockingIOError:
            return False
        self._stderr_total += len(piece)
        self._stderr += piece
        del self._stderr[:-_STDERR_KEPT]
        return bool(piece)

    @property
    def flooded(self) -> Oversized | None:
        """Why this worker must be ended, when it has written too much on standard error."""
        if self._stderr_total <= _MAX_STDERR_BYTES:
            return None
        return Oversized(what="standard error", limit=_MAX_STDERR_BYTES)

    def end(self, *, gone: bool = False) -> Failure:
        """Kill the worker, wait for it, close everything; tells the cause when it had ended before by itself.

        With ``gone`` it has closed its channel.
        """
        kept = Layer.PROCESSES in self.policy.layers
        if kept:
            from weighbridge.sandbox import keeper

            keeper.bring_down(self._child.pid, gone=gone)
        # A process that has begun to end keeps its own status, whatever signal follows.
        os.kill(self._child.pid, _signal.SIGKILL)
        try:
            _, status = os.waitpid(self._child.pid, 0)
        except ChildProcessError:
            status = _signal.SIGKILL  # SIGCHLD is ignored here, so the kernel threw the real status away
        while not self.flooded and self.overhear():
            pass
        self._child.channel.close()
        os.close(self._child.stderr)
        if self.listener is not None:
            self.listener.close()
        return self._cause_of_death(keeper.told(status) if kept else status, starved=self._leave_cgroup())

    def _leave_cgroup(self) -> bool:
        """Remove the control group; tells whether the memory of all in it was used up."""
        if self._cgroup is None:
            return False
        starved = self._cgroup.starved
        self._cgroup.remove()
        return starved

    def _cause_of_death(self, status: int, *, starved: bool) -> Failure:
        if starved:
            return OutOfMemory(limit=self.policy.memory_bytes)
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            return Killed(signal=number, reason=_REASONS.get(number) or str(_signal.strsignal(number)))
        code = os.WEXITSTATUS(status)
        if code == protocol.EXIT_OUT_OF_MEMORY:
            return OutOfMemory(limit=self.policy.memory_bytes)
        return Crashed(exit_code=code, stderr=self._stderr.decode("utf-8", "backslashreplace"))


def _with_cgroup(setup: protocol.WorkerSetup) -> tuple[ControlGroup | None, protocol.WorkerSetup]:
    """Make a control group for a worker, where this process may, and tell the worker of it."""
    from weighbridge.sandbox import cgroups

    made = cgroups.create(setup.policy)
    return made, setup if made is None else replace(setup, cgroups=made.directories)


_REASONS = {
    _signal.SIGKILL: "the machine has no memory left, or the worker closed its channel and was ended",
    _signal.SIGSYS: "a system call of another architecture, which only an exploit makes",
    _signal.SIGXCPU: "the processor time of the worker is used up",
    _signal.SIGSEGV: "an invalid memory access in native code",
    _signal.SIGBUS: "the file became shorter while it was read",
    _signal.SIGABRT: "native code gave up",
}
