"""Sealed copies as loaders want them: as a file object, as a path, or as a path with a telling name."""

from __future__ import annotations

import io
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class SealedFile(io.BufferedReader):
    """A file object over a sealed copy; ``name`` is that of the file that was copied."""


_kept: dict[str, int] = {}
"""Copies that stay open as long as the process, by digest: arrays that are mapped name them when they are sent on."""

_folders: set[str] = set()


def as_file(copy: int, name: object, position: int = 0) -> SealedFile:
    """Give a copy as a file object of its own, which may outlive the descriptor."""
    raw = io.FileIO(os.open(as_path(copy), os.O_RDONLY | os.O_CLOEXEC), "rb")
    raw.name = name
    made = SealedFile(raw)
    made.seek(position)
    return made


def as_path(copy: int) -> str:
    """Give a path that opens the copy while the descriptor is open."""
    return f"/proc/self/fd/{copy}"


def as_lasting_path(copy: int, digest: str) -> str:
    """Give a path that opens the copy as long as this process lives, also for its children and workers."""
    if digest not in _kept:
        _kept.setdefault(digest, os.dup(copy))
    return f"/proc/{os.getpid()}/fd/{_kept[digest]}"


def linked(path: str) -> SealedFile | None:
    """Open a path that leads through a private folder to a copy; None for any other path."""
    if not any(path.startswith(f"{folder}/") for folder in tuple(_folders)):
        return None
    return SealedFile(io.FileIO(path, "rb"))


class Folder:
    """A private folder of links to sealed copies: for loaders that judge a file by its name, or load whole folders."""

    __slots__ = ("path",)

    def __init__(self, copies: Iterable[tuple[str, int]]) -> None:
        from tempfile import mkdtemp

        self.path = mkdtemp(prefix="weighbridge-")
        _folders.add(self.path)
        for name, copy in copies:
            place = os.path.join(self.path, name)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.symlink(as_path(copy), place)

    def remove(self) -> None:
        """Remove the folder; the links in it lead to nothing that would be removed with them."""
        from shutil import rmtree

        _folders.discard(self.path)
        rmtree(self.path, ignore_errors=True)
