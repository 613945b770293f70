"""A directory that is made whole or not at all: it gets its name when everything in it is on the disk."""

from __future__ import annotations

import os

from weighbridge.core.errors import UsageError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import FileIO
    from typing import Self


class NewFolder:
    """Begins beside ``path``, under another name; a context manager that removes what was not finished.

    Raises UsageError when nothing can be written there.
    """

    def __init__(self, path: str) -> None:
        self._path = path.rstrip("/")
        self._part = f"{self._path}.{os.getpid()}.part"
        self._folders = {""}

    def __enter__(self) -> Self:
        """Make the directory."""
        try:
            os.makedirs(os.path.dirname(self._path) or os.curdir, exist_ok=True)
            os.mkdir(self._part)
        except OSError as error:
            raise UsageError(f"cannot write to {self._path!r}: {reason(error)}") from None
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was not finished."""
        import shutil

        shutil.rmtree(self._part, ignore_errors=True)

    def create(self, path: str) -> FileIO:
        """Begin a file by its path in the directory; raises UsageError when there is one of that name."""
        folder = os.path.dirname(path)
        if folder not in self._folders:
            os.makedirs(os.path.join(self._part, folder), exist_ok=True)
            while folder:
                self._folders.add(folder)
                folder = os.path.dirname(folder)
        try:
            return open(os.path.join(self._part, path), "x+b", buffering=0)
        except FileExistsError:
            raise UsageError(f"two files of the result would be {path!r}", hint="take one of them out") from None

    def finish(self) -> None:
        """Give the directory its name; raises OSError when that is taken."""
        for folder in self._folders:
            _sync(os.path.join(self._part, folder))
        os.rename(self._part, self._path)
        _sync(os.path.dirname(self._path) or os.curdir)


def _sync(folder: str) -> None:
    """Put the names in a directory on the disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
