"""What the kernel refused a child that loaded a file, as events, and which of them honest libraries cause, too."""

from __future__ import annotations

from weighbridge.sandbox.policy import TEMP
from weighbridge.sandbox.seccomp import NEW_THREAD
from weighbridge.sandbox.testimony import Event, EventKind, SeenBy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.sandbox.listener import Refusal

_PR_SET_NAME, _PR_SET_VMA, _F_SETFL = 15, 0x53564D41, 4
_FEATURES = range(0x1021, 0x1026)
"""ARCH_GET_XCOMP_SUPP and the calls after it: libraries that compute ask whether they may use wide registers (AMX)."""
_SOCKET_TYPE = 0xF
_THREAD = "CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD"

_SEMAPHORE = "'/dev/shm/sem."
"""joblib tries, when it is imported, whether multiprocessing has semaphores: sem_open(3) makes such a file, with six
letters behind."""
_SIX_LETTERS = len(_SEMAPHORE) + 6 + len("'")
_AS_IMPORTED = {
    "mkdir": ("os.mkdir", 0, 1), "mkdirat": ("os.mkdir", 1, 1), "open": ("open", 0, 1), "openat": ("open", 1, 2),
}  # fmt: skip
"""Calls that installed modules make while they are imported, the audit event that says so before, and how many
arguments are shown before and after the path."""


def judged(refusals: Iterable[Refusal], seen: tuple[Event, ...]) -> tuple[tuple[Event, ...], list[tuple[str, Event]]]:
    """Give an event for each refusal, once of each that looks the same, and those held against the file, with a reason.

    ``seen`` are the events of the witness inside. Where it said that an installed module was being imported and tried
    the same, the refusal is no attempt: only to make a directory, to open a file for writing, to make a socket.
    """
    imported = {(event.event, event.what) for event in seen if event.kind is EventKind.IMPORT}
    events: dict[Event, None] = {}
    against = []
    for refusal in refusals:
        event = Event(
            kind=EventKind(refusal.kind),
            event=refusal.call,
            what=refusal.arguments,
            where=f"thread {refusal.thread}",
            seen_by=SeenBy.KERNEL,
        )
        if event in events:
            continue
        events[event] = None
        if event.kind is not EventKind.CALL and not _is_honest(refusal) and not _is_excused(refusal, imported):
            against.append((f"the kernel refused {refusal.call}({refusal.arguments})", event))
    return tuple(events), against


def _is_honest(refusal: Refusal) -> bool:
    """Tell whether a call does only what honest libraries do with what is their own, whether or not they get it."""
    first, second = (register & 0xFFFFFFFF for register in refusal.registers[:2])
    match refusal.call:
        case "clone":
            return first in NEW_THREAD
        case "clone3":  # glibc and Python try it before clone, and are told that there is none
            return refusal.arguments == _THREAD
        case "prctl":
            return first in (_PR_SET_NAME, _PR_SET_VMA)
        case "arch_prctl":
            return first in _FEATURES
        case "sched_setaffinity":
            return first in (0, refusal.thread, refusal.inside)
        case "sendfile":  # shutil.copy tries it between files that it holds already
            return True
        case "utimensat":  # transformers touches what it copies for an import, in the jail's own temporary directory
            return f", '{TEMP}/.cache/" in refusal.arguments
        case "fcntl":
            return second == _F_SETFL
        case _:
            return False


def _is_excused(refusal: Refusal, imported: set[tuple[str, str]]) -> bool:
    if refusal.call == "socket":
        family, type_, protocol = refusal.registers[:3]
        return ("socket.__new__", f"socket, {family}, {type_ & _SOCKET_TYPE}, {protocol}") in imported
    if refusal.call not in _AS_IMPORTED:
        return False
    event, before, after = _AS_IMPORTED[refusal.call]
    path = refusal.arguments.split(", ", before)[-1].rsplit(", ", after)[0]
    if path.startswith(_SEMAPHORE) and len(path) == _SIX_LETTERS and "/" not in path[len(_SEMAPHORE) :]:
        return ("import", "'_multiprocessing'") in imported
    return any(one == event and what.startswith(f"{path}, ") for one, what in imported)
