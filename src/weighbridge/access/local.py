"""Files and directories of this machine: what is to be weighed below a path, in sorted order, and how it is opened.

Nothing but regular files is opened. A link to a file is opened as the file that a loader would open; a link to a
directory is not walked, so that loops cannot arise. What cannot be opened is listed with the reason.
"""

from __future__ import annotations

import os
import stat

from weighbridge.core.errors import AccessError
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@value
class Found:
    """A file below a target; ``trouble`` says why it cannot be opened, empty when it can.

    ``path`` is as the user would write it, ``real`` where the bytes are; names that are not UTF-8 keep their bytes as
    surrogate escapes.
    """

    path: str
    real: str
    size: int
    trouble: str = ""

    @property
    def name(self) -> str:
        """The file's own name, without its directory."""
        return self.path.rpartition("/")[2]

    def open(self) -> int:
        """Open for reading; raises OSError. Never follows a link and never waits for a FIFO."""
        descriptor = os.open(self.real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError("it is no longer a regular file")
        return descriptor


_KINDS = (
    (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISBLK, "a block device"),
    (stat.S_ISCHR, "a character device"),
)  # fmt: skip


def find(target: str) -> Iterator[Found]:
    """Yield what lies at or below ``target``; raises AccessError if there is nothing by that name."""
    try:
        status = os.stat(target)
    except OSError as error:
        hint = "check the path" if isinstance(error, FileNotFoundError) else "check the rights on the path"
        raise AccessError(f"cannot open {target!r}: {reason(error)}", hint=hint) from None
    except ValueError as error:
        raise AccessError(f"cannot open {target!r}: {error}", hint="check the path") from None
    if stat.S_ISDIR(status.st_mode):
        yield from _below(target)
    else:
        yield _examined(target, target)


def _below(folder: str) -> Iterator[Found]:
    """Walk a directory without recursion: a deep tree must not end the walk."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield Found(path=here, real=here, size=0, trouble=f"the directory cannot be read: {reason(error)}")
            continue
        folders = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                yield _examined(entry.path, entry.path)
        waiting += reversed(folders)


def _examined(path: str, real: str) -> Found:
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            real = os.path.realpath(path, strict=True)
            status = os.lstat(real)
            if stat.S_ISDIR(status.st_mode):
                return Found(path=path, real=real, size=0, trouble="a link to a directory is not followed")
    except OSError as error:
        return Found(path=path, real=real, size=0, trouble=reason(error))
    for is_kind, kind in _KINDS:
        if is_kind(status.st_mode):
            return Found(path=path, real=real, size=0, trouble=f"{kind} is not opened")
    return Found(path=path, real=real, size=status.st_size)


def reason(error: OSError) -> str:
    """Say in words why the system refused."""
    return (error.strerror or str(error)).lower()
