"""A load of many files: what was looked at must be the same at its end, and what was refused inside it counts."""

from __future__ import annotations

from _thread import get_ident

from weighbridge.guard import files
from weighbridge.guard.refusal import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from weighbridge.guard.files import Held
    from weighbridge.guard.guard import Guard


class Session:
    """A context manager around one call of ``from_pretrained``.

    Libraries try files, catch what goes wrong, and raise errors of their own or go on without: on the way out a refusal
    inside is raised whatever became of it, and so is one for a file that did not stay what it was.
    """

    __slots__ = ("_guard", "_held", "_loader", "_refused", "_thread")

    def __init__(self, guard: Guard, loader: str) -> None:
        self._guard = guard
        self._loader = loader
        self._thread = get_ident()
        self._held: dict[str, Held] = {}
        self._refused: Refused | None = None

    def __enter__(self) -> Self:
        self._guard.sessions.append(self)
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        self._guard.sessions.remove(self)
        try:
            if isinstance(error, Refused) or (error is not None and not isinstance(error, Exception)):
                return
            refused = self._refused or refusal_behind(error)
            if refused is not None:
                raise refused from None
            for held in self._held.values():
                if not held.unchanged():
                    self._guard.changed(self._loader, held.asked, held.digest)
        finally:
            for held in self._held.values():
                held.close()

    def remember(self, held: Held) -> None:
        """Look at a file again at the end; it is kept open for that."""
        path = held.asked or held.real
        if path not in self._held:
            again = files.hold_descriptor(held.descriptor, path)
            again.digest, again.state = held.digest, held.state
            self._held[path] = again

    def note(self, refused: Refused) -> None:
        """Take note of a refusal that this thread has met."""
        if self._refused is None and get_ident() == self._thread:
            self._refused = refused


def refusal_behind(error: BaseException | None) -> Refused | None:
    """Find the refusal that an error came of."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, Refused):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None
