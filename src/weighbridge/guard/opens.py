"""What Python opens itself: the interpreter's own audit events see every ``open``, whoever calls it.

An audit hook cannot be removed and cannot hand out another file; it can say no. It looks at files in the places of
models only: caches of the hub, folders that the lock names, files that a loader has just resolved.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident

from weighbridge.guard import current, memory
from weighbridge.guard.loaders.code import is_copy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from weighbridge.guard.guard import Guard

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_DIRECTORY | getattr(os, "O_PATH", 0)
_listening = False


def listen() -> None:
    """Be told of every file that is opened; once in a process."""
    global _listening  # noqa: PLW0603  (as many hooks as there are guards would be told everything)
    if not _listening:
        _listening = True
        sys.addaudithook(_hear)
        os.register_at_fork(after_in_child=current.looking.clear)  # those threads have not come along


def _hear(event: str, arguments: tuple[object, ...], here: ModuleType = current) -> None:
    # The module is at hand also when the interpreter ends and has emptied this one.
    if event == "open":
        guard, path = here.guard, arguments[0]
        if guard is None or not isinstance(path, (str, bytes)):
            return
        flags = arguments[2]
        if isinstance(flags, int) and not flags & _WRITES:
            _opened(guard, os.fsdecode(path))
    elif event == "import":
        # Extension modules come with their file; for all others the import system asks loaders/code.py.
        guard, path = here.guard, arguments[1]
        if guard is not None and isinstance(path, str):
            _opened(guard, path, native=True)


def _opened(guard: Guard, path: str, *, native: bool = False) -> None:
    if get_ident() in current.looking:
        return
    if not path.startswith("/"):
        path = os.path.abspath(path)
    if path.endswith(memory.ENDINGS):
        memory.note(path)
    if path.endswith(".pyc"):
        return
    if native and is_copy(path):
        placed = False
    elif guard.names.may_be_placed(path) or path in guard.resolved:
        placed = path not in guard.resolved
    else:
        return
    guard.check(path, "import" if native else "open", only_placed=placed)
