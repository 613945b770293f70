"""``pickle`` itself: what is loaded from files, by whichever library, as long as it goes through this module."""

from __future__ import annotations

from weighbridge.guard import current, memory
from weighbridge.guard.admission import Admission
from weighbridge.guard.imports import MARK, Hook, mark
from weighbridge.guard.loaders.common import one_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def hooks() -> dict[str, tuple[Hook, ...]]:
    """Say what is wrapped: the C module, which ``pickle`` takes its functions from, and ``pickle`` where it has.

    The same in Python, under names with an underscore, is there as well, and libraries use it.
    """
    found = (
        Hook(name="load", wrap=one_file("pickle.load", "file")),
        Hook(name="loads", wrap=_loads),
        Hook(name="Unpickler", wrap=_unpickler, taken=False),
    )
    in_python = (
        Hook(name="_load", wrap=one_file("pickle._load", "file")),
        Hook(name="_loads", wrap=_loads),
        Hook(name="_Unpickler", wrap=_unpickler, taken=False),
    )
    return {
        "_pickle": found,
        "pickle": (*found, *in_python),
        "dill._dill": (Hook(name="load", wrap=one_file("dill.load", "file")),),
    }


def _loads(original: Any) -> Any:
    from functools import wraps

    @wraps(original)
    def loads(data: Any, /, **kwargs: Any) -> Any:
        guard = current.guard
        if guard is not None:
            memory.check(guard, "pickle.loads", lambda: data)
        return original(data, **kwargs)

    return mark(loads)


def _unpickler(original: Any) -> Any:
    """Derive a class that reads from the copy. Libraries derive from it in turn, and read on from their own file."""

    class Unpickler(original):  # type: ignore[misc]
        __doc__ = original.__doc__

        def __init__(self, file: Any, **kwargs: Any) -> None:
            guard = current.guard
            self.__admitted = Admission(guard, "pickle.Unpickler", file) if guard is not None else None
            given = self.__admitted.given if self.__admitted is not None else file
            super().__init__(_Tandem(file, given) if given is not file else file, **kwargs)

        def load(self) -> Any:
            """Read one object, as the original does."""
            result = super().load()
            if self.__admitted is not None:
                self.__admitted.look_again()
            return result

        def __del__(self) -> None:
            admitted = getattr(self, "_Unpickler__admitted", None)
            if admitted is not None:
                admitted.close()

    Unpickler.__name__ = Unpickler.__qualname__ = original.__name__
    Unpickler.__module__ = original.__module__
    setattr(Unpickler, MARK, True)
    return Unpickler


class _Tandem:
    """Reads from the copy and moves the original along: whoever reads on from the original finds its place."""

    __slots__ = ("_copy", "_original")

    def __init__(self, original: Any, copy: Any) -> None:
        self._original = original
        self._copy = copy

    def _aligned(self) -> Any:
        position = self._original.tell()
        if self._copy.tell() != position:
            self._copy.seek(position)
        return self._copy

    def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` bytes."""
        found: bytes = self._aligned().read(size)
        self._original.seek(self._copy.tell())
        return found

    def readinto(self, target: Any) -> int:
        """Read into a buffer."""
        count: int = self._aligned().readinto(target)
        self._original.seek(self._copy.tell())
        return count

    def readline(self) -> bytes:
        """Read up to the end of a line."""
        found: bytes = self._aligned().readline()
        self._original.seek(self._copy.tell())
        return found

    def peek(self, size: int = 0) -> bytes:
        """Look ahead."""
        found: bytes = self._aligned().peek(size)
        return found
