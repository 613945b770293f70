"""The guard of a process: one lock, one mode, and what is decided about every load."""

from __future__ import annotations

import os
from stat import S_ISDIR

from weighbridge.core.errors import UsageError
from weighbridge.guard import current, files
from weighbridge.guard.journal import Journal
from weighbridge.guard.judging import by_place, judge, own_folders
from weighbridge.guard.names import Names
from weighbridge.guard.refusal import Decision, Outcome, refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from weighbridge.guard.files import Held, State
    from weighbridge.guard.session import Session

MODES = ("enforce", "audit")
MEMO = 100_000
"""Files whose digests are remembered."""
MOST_FILES = 100_000
"""Files of one folder that are looked at; the largest repositories have a tenth of it."""


class Guard:
    """Decides about loads in this process. ``install`` makes it; ``uninstall`` takes it out of the way again.

    ``digest`` is the SHA-256 of the lock file as it was read, once. Threads may use it at the same time.
    """

    def __init__(
        self, lock: str, mode: str, *, report: str = "", allow: Iterable[str] = (), digest: str = "", content: bytes
    ) -> None:
        from weighbridge.provenance.lock.document import loads

        self.lock = os.path.abspath(lock)
        self.mode = mode
        self.digest = digest
        self.names = Names(loads(content, name=lock), os.path.dirname(self.lock))
        self.allowed = (*own_folders(), *map(os.path.realpath, allow))
        self.journal = Journal(file=report, loud=mode == "audit")
        self.resolved: dict[str, None] = {}
        """Paths that a loader was given and is about to open."""
        self._memo: dict[tuple[int, int, int, int, int], str] = {}
        self.sessions: list[Session] = []
        """Loads of many files that go on at the moment."""
        self._undo: Callable[[], None] = lambda: None

    @property
    def enforces(self) -> bool:
        """Whether anything is ever refused."""
        return self.mode == "enforce"

    def uninstall(self) -> None:
        """Take the guard away: wrapped functions are restored where they were wrapped, and let all pass elsewhere."""
        if current.guard is self:
            current.guard = None
            self._undo()
            self.journal.close()

    # -- deciding ----------------------------------------------------------------------------------------------------

    def settle(self, decision: Decision) -> None:
        """Tell a decision and raise Refused when it is a refusal that is enforced."""
        self.journal.tell(decision)
        if decision.outcome is Outcome.REFUSED and self.enforces:
            refused = refusal(decision)
            if current.speak is not None:
                current.speak(refused)
            for session in tuple(self.sessions):
                session.note(refused)
            raise refused

    def judge(self, loader: str, held: Held) -> Decision:
        """Judge a file whose content was hashed."""
        return judge(self.names, self.allowed, loader, held)

    def irregular(self, loader: str, path: str) -> None:
        """Refuse what is neither a file nor a folder: what a pipe or a device gives can be given once only."""
        self.settle(
            Decision(
                outcome=Outcome.REFUSED,
                loader=loader,
                path=path,
                reason="it is no regular file",
                hint="save it to a file first",
            )
        )

    def changed(self, loader: str, path: str, expected: str = "") -> None:
        """Refuse a file that did not stay what it was while it was loaded."""
        self.settle(
            Decision(
                outcome=Outcome.REFUSED,
                loader=loader,
                path=path,
                reason="it changed while it was loaded",
                expected=expected,
                hint="see 'weighbridge verify', and who writes to it",
            )
        )

    # -- looking at files --------------------------------------------------------------------------------------------

    def check(self, path: str, loader: str, *, only_placed: bool = False) -> None:
        """Hold a file against the lock now, and again at the end of the load that it is part of.

        ``only_placed`` leaves files alone that lie in no place of a model. Raises Refused; a file that does not exist,
        or may not be read, is left to whoever wants to open it.
        """
        if only_placed and not self.names.concerns(os.path.abspath(path)):
            return
        try:
            held = files.hold(path)
        except files.Irregular as irregular:
            if not S_ISDIR(irregular.mode):
                self.irregular(loader, path)
            return
        except (OSError, ValueError):
            return
        with held:
            if not self.hash(held, loader):
                return
            decision = (
                by_place(self.names, loader, held.asked, held.real, held.digest)
                if only_placed
                else self.judge(loader, held)
            )
            if decision is not None:
                self.settle(decision)
                self.remember(held)

    def hash(self, held: Held, loader: str) -> bool:
        """Hash a file, unless it was and nothing has happened to it since; False for one that changes meanwhile."""
        key = _key(held.state)
        known = None if held.state.racy else self._memo.get(key)
        if known is not None:
            held.digest = known
            return True
        try:
            held.read(copy=False)
        except files.Changed:
            self.changed(loader, held.asked or held.real)
            return False
        if not held.state.racy and len(self._memo) < MEMO:
            self._memo[key] = held.digest
        return True

    def files_below(self, folder: str, loader: str, leave_out: frozenset[str] = frozenset()) -> Iterator[str]:
        """Walk a folder, names in ``leave_out`` passed over; refuses one that is larger than any model's."""
        count = 0
        for here, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if name not in leave_out]
            for name in sorted(names):
                count += 1
                if count > MOST_FILES:
                    self.settle(
                        Decision(
                            outcome=Outcome.REFUSED,
                            loader=loader,
                            path=folder,
                            reason=f"its folder holds more than {MOST_FILES:,} files",
                            hint="give the model a folder of its own",
                        )
                    )
                    return
                yield os.path.join(here, name)

    def remember(self, held: Held) -> None:
        """Let the loads of many files that go on now look at a file again at their end."""
        for session in tuple(self.sessions):
            session.remember(held)


def _key(state: State) -> tuple[int, int, int, int, int]:
    return state.device, state.inode, state.size, state.modified, state.changed


def install(
    lock: str | os.PathLike[str] = "model.lock",
    mode: str = "enforce",
    *,
    report: str | os.PathLike[str] | None = None,
    allow: Iterable[str | os.PathLike[str]] = (),
) -> Guard:
    """Put the guard into this process; raises UsageError for a lock that is none, or where a guard is already.

    ``mode`` enforce refuses (``Refused``), audit lets everything pass and tells every decision on stderr. ``report``
    is a file that gets the decisions as JSON lines. Files below ``allow`` need no lock: caches that the program itself
    writes. Installing the same twice gives the same guard; a guard that differs is an error, lest one line weakens
    what another has set up.
    """
    from weighbridge.guard import hooks

    if mode not in MODES:
        raise UsageError(f"there is no mode {mode!r}", hint=f"one of {', '.join(MODES)}")
    if not hasattr(os, "memfd_create") or not os.path.exists("/proc/self/fd"):
        raise UsageError("the guard needs Linux, and /proc mounted")
    path, allowed = os.path.abspath(lock), tuple(os.fspath(folder) for folder in allow)
    content, digest = read_lock(path)
    there = current.guard
    if there is not None:
        if (there.lock, there.mode, there.digest) == (path, mode, digest):
            return there
        raise UsageError(
            f"this process has a guard already: {there.mode} by {there.lock!r}", hint="install it once, at the start"
        )
    made = Guard(path, mode, report=os.fspath(report) if report else "", allow=allowed, digest=digest, content=content)
    current.guard = made
    made._undo = hooks.install()
    return made


def read_lock(path: str) -> tuple[bytes, str]:
    """Read a lock file and its SHA-256; raises UsageError."""
    from hashlib import sha256

    from weighbridge.provenance.lock.document import read

    content = read(path)
    return content, sha256(content).hexdigest()
