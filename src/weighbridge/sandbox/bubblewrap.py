"""Where the system refuses namespaces to all programs but bubblewrap, bubblewrap raises them.

Ubuntu 24.04 restricts user namespaces through AppArmor and has an exception for this program. Source: bwrap(1).
"""

from __future__ import annotations

import os
import sys
from stat import S_ISCHR

from weighbridge.sandbox import mounts, protocol
from weighbridge.sandbox.policy import TEMP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.sandbox.mounts import Plan
    from weighbridge.sandbox.protocol import WorkerSetup

PLACES = ("/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap")
"""Never through PATH, in which a user's own directory may come first."""
_OTHERS_MAY_WRITE = 0o022


def become(setup: WorkerSetup, chosen: Plan) -> None:
    """Go on as this program started anew within bubblewrap; returns only where there is none, or it is refused too."""
    for program in PLACES:
        if _trusted(program) and _works(program):
            os.set_inheritable(protocol.CHANNEL, True)
            os.execve(program, command(program, setup, chosen), dict(os.environ))  # noqa: S606  (there is no shell in between)


def command(program: str, setup: WorkerSetup, chosen: Plan) -> list[str]:
    """Write the command line that starts a worker in namespaces of its own, with the root that was chosen."""
    interpreter = os.path.realpath(sys.executable)
    whole = mounts.plan((*chosen.binds, *(link for link, _ in chosen.links), interpreter))
    words = [program, "--unshare-all", "--die-with-parent", "--hostname", "jail", "--cap-drop", "ALL"]
    size = str(setup.policy.temp_bytes or mounts.IMPORT_TEMP_BYTES)
    words += ("--proc", "/proc", "--perms", "0700", "--size", size, "--tmpfs", TEMP)
    options = sys.orig_argv[1 : len(sys.orig_argv) - len(sys.argv) + 1]
    for path in whole.binds:
        words += ("--dev-bind" if S_ISCHR(os.stat(path).st_mode) else "--ro-bind", path, path)
    for path, target in whole.links:
        words += ("--symlink", target, path)
    words += ("--remount-ro", "/", "--chdir", "/", "--", interpreter, *options)
    return [*words, *protocol.to_arguments(setup)]


def _trusted(program: str) -> bool:
    """Tell whether a program is there that only root may have put there."""
    try:
        status = os.stat(program)
    except OSError:
        return False
    return status.st_uid == 0 and not status.st_mode & _OTHERS_MAY_WRITE


def _works(program: str) -> bool:
    """Try whether it may do here what it is to do."""
    words = [program, "--unshare-all", "--die-with-parent", "--bind", "/", "/", program, "--version"]
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    try:
        child = os.posix_spawn(program, words, {}, file_actions=[*null, (os.POSIX_SPAWN_CLOSE, protocol.CHANNEL)])
    except OSError:
        return False
    return os.waitpid(child, 0)[1] == 0
