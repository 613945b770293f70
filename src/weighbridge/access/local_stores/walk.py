"""What lies below a directory: every entry that is no directory, in order of names, no link followed.

Where ``access.local`` finds what a loader would open, for weighing, this finds what is there, for holding it against
what a store promises. So a link is an entry of its own, which says where it leads.
"""

from __future__ import annotations

import os
import stat

from weighbridge.core.artifact import ListedFile
from weighbridge.core.errors import AccessError, reason
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ENTRIES = 2_000_000
"""Entries below one directory; caches of whole organisations have some hundred thousand."""

_KINDS = (
    (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISBLK, "a block device"),
    (stat.S_ISCHR, "a character device"),
)  # fmt: skip


@value
class Entry:
    """Something below a root: ``path`` is relative to it, with slashes, ``real`` where it lies.

    ``link`` is where a symbolic link says that it leads; ``trouble`` why it is no file that can be read. Names that are
    not UTF-8 keep their bytes as surrogate escapes.
    """

    path: str
    real: str
    size: int = -1
    link: str = ""
    trouble: str = ""

    def listed(self) -> ListedFile:
        """Give it as a file of which the store says nothing."""
        trouble = f"a symbolic link to {self.link}" if self.link else self.trouble
        return ListedFile(path=self.path, size=self.size, real=self.real, trouble=trouble)


def walk(root: str) -> Iterator[Entry]:
    """Yield what lies below a directory; raises AccessError for one with more than ``ENTRIES`` entries.

    A directory that cannot be read is an entry with the reason. Without recursion, so depth costs nothing.
    """
    seen = 0
    waiting = [""]
    while waiting:
        here = waiting.pop()
        where = os.path.join(root, here) if here else root
        try:
            with os.scandir(where) as listing:
                names = sorted((os.fsencode(one.name), one.name) for one in listing)
        except OSError as error:
            yield Entry(path=here or ".", real=where, trouble=f"a directory that cannot be read: {reason(error)}")
            continue
        seen += len(names)
        if seen > ENTRIES:
            raise AccessError(f"more than {ENTRIES:,} files lie below {root!r}", hint="name a directory below it")
        folders = []
        for _, name in names:
            found = examine(os.path.join(where, name), f"{here}/{name}" if here else name)
            if found is None:
                folders.append(f"{here}/{name}" if here else name)
            else:
                yield found
        waiting += reversed(folders)


def examine(real: str, path: str) -> Entry | None:
    """Say what one name is without following it; None for a directory."""
    try:
        status = os.lstat(real)
        link = os.readlink(real) if stat.S_ISLNK(status.st_mode) else ""
    except (OSError, ValueError) as error:
        words = reason(error) if isinstance(error, OSError) else str(error)
        return Entry(path=path, real=real, trouble=f"it cannot be looked at: {words}")
    if stat.S_ISDIR(status.st_mode):
        return None
    if link:
        return Entry(path=path, real=real, link=link)
    for is_kind, kind in _KINDS:
        if is_kind(status.st_mode):
            return Entry(path=path, real=real, trouble=f"{kind} is no file")
    return Entry(path=path, real=real, size=status.st_size)


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path, both with links resolved, lies in a folder."""
    return path.startswith(os.path.join(folder, ""))


def resolved(path: str) -> str:
    """Resolve all links on the way to what exists; empty where they lead nowhere or in circles."""
    try:
        return os.path.realpath(path, strict=True)
    except (OSError, ValueError):
        return ""


def is_folder(path: str) -> bool:
    """Tell whether there is a directory by this very name, not behind a link."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def is_file(path: str) -> bool:
    """Tell whether there is a regular file by this very name, not behind a link."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def names_in(folder: str) -> list[str]:
    """List a directory in order of names; an unreadable one, or one that is not there, has none."""
    try:
        return sorted(os.listdir(folder), key=os.fsencode)
    except OSError:
        return []


def by_path(files: Iterable[ListedFile]) -> tuple[ListedFile, ...]:
    """Put files in the order of their paths, byte by byte."""
    return tuple(sorted(files, key=lambda file: os.fsencode(file.path)))
