"""Starts a worker: a new interpreter that inherits nothing but a socket and a pipe."""

from __future__ import annotations

import _socket  # not socket, whose enums and selectors cost 3 ms more: a pair of sockets is all that is needed
import os
import sys

from weighbridge.core.errors import SandboxError
from weighbridge.core.values import value
from weighbridge.sandbox import protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.sandbox.policy import JailPolicy

# Without site (-S) the package is found through the path on the command line; appended, so the standard library wins.
_BOOTSTRAP = "import sys; sys.path += sys.argv[2:2+int(sys.argv[1])]; import weighbridge.sandbox.worker as w; w.main()"

_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Without them an interpreter built with a shared library of its own may not find that library."""


@value
class Child:
    """A started worker: its process, the parent's end of its socket, the reading end of its standard error."""

    pid: int
    channel: _socket.socket
    stderr: int


def setup_for(
    policy: JailPolicy,
    answer_module: str,
    import_path: tuple[str, ...] = (),
    prepared: tuple[str, ...] = (),
    searched: tuple[str, ...] = (),
) -> protocol.WorkerSetup:
    """Prepare workers that answer with ``answer_module``, found in the package's own directory or ``import_path``.

    Optional dependencies are found where this interpreter has installed packages; nothing else of its search path is
    taken over, least of all the current directory.
    """
    own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    installed = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    scratch = [path for path in (os.environ.get("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm") if path]  # noqa: S108  (private files without a name)
    return protocol.WorkerSetup(
        import_path=tuple(dict.fromkeys((own, *installed, *import_path))),
        answer_module=answer_module,
        scratch_directories=tuple(map(os.path.abspath, scratch)),
        policy=policy,
        prepared=prepared,
        searched=searched,
    )


def spawn(setup: protocol.WorkerSetup) -> Child:
    """Start a worker; raises SandboxError where the system cannot.

    posix_spawn, not fork: nothing of this process's memory is in the child. A session of its own: the terminal's
    Ctrl-C reaches the parent alone, which then ends its workers.
    """
    if not sys.executable:
        raise SandboxError("the interpreter does not know its own path", hint="start weighbridge with a regular python")
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", _BOOTSTRAP, *protocol.to_arguments(setup)]
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    opened: list[int] = []
    kept: tuple[int, ...] = ()
    try:
        # The numbers that the child's ends get in the child must be taken here, or duplicating would overwrite.
        while not opened or opened[-1] < protocol.CHANNEL:
            opened.append(os.open(os.devnull, os.O_RDONLY))
        stderr, stderr_of_child = os.pipe()
        opened += (stderr, stderr_of_child)
        ours, theirs = (end.detach() for end in _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM, 0))
        opened += (ours, theirs)
        pid = os.posix_spawn(
            sys.executable,
            command,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, stderr_of_child, 2),
                (os.POSIX_SPAWN_DUP2, theirs, protocol.CHANNEL),
            ],
            setsid=True,
            setsigmask=(),
        )
        kept = (stderr, ours)
    except OSError as error:
        raise SandboxError(
            f"a worker process cannot be started: {error.strerror}",
            hint="look at who may execute the interpreter, and at the limits on processes and open files (ulimit -a)",
        ) from error
    finally:
        for descriptor in opened:
            if descriptor not in kept:
                os.close(descriptor)
    os.set_blocking(stderr, False)
    return Child(pid=pid, channel=_socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, ours), stderr=stderr)
