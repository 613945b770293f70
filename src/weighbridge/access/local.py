"""Files and directories of this machine: what is to be weighed below a path, in sorted order, and how it is opened.

Nothing but regular files is opened. A link to a file is opened as the file that a loader would open; a link to a
directory is not walked, so that loops cannot arise. What cannot be opened is listed with the reason.
"""

from __future__ import annotations

import os
import stat

from weighbridge.core.errors import AccessError, reason
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@value
class Found:
    """A file below a target; ``trouble`` says why it cannot be opened, empty when it can.

    ``path`` is as the user would write it, ``real`` where the bytes are; names that are not UTF-8 keep their bytes as
    surrogate escapes. ``folder`` when it is a directory, of which nothing below is listed. ``descriptor`` where the
    file is open already.
    """

    path: str
    real: str
    size: int
    trouble: str = ""
    folder: bool = False
    descriptor: int = -1

    @property
    def name(self) -> str:
        """The file's own name, without its directory."""
        return self.path.rpartition("/")[2]

    def open(self) -> int:
        """Open for reading; raises OSError. Never follows a link and never waits for a pipe."""
        if self.descriptor >= 0:
            os.lseek(self.descriptor, 0, os.SEEK_SET)
            return os.dup(self.descriptor)
        descriptor = os.open(self.real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError("it is no longer a regular file")
        return descriptor


STDIN = "-"

_KINDS = (
    (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISBLK, "a block device"),
    (stat.S_ISCHR, "a character device"),
)  # fmt: skip


def find(target: str) -> Iterator[Found]:
    """Yield what lies at or below ``target``, ``-`` for stdin; raises AccessError if there is nothing by that name."""
    if target == STDIN:
        from weighbridge.access.stdin import descriptor

        opened = descriptor()
        yield Found(path=target, real="", size=os.fstat(opened).st_size, descriptor=opened)
        return
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
        yield _examined(target)


def listable(folder: str) -> None:
    """Raise AccessError for a directory whose entries may not be read: what is in it is not nothing."""
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise AccessError(f"cannot open {folder!r}: {reason(error)}", hint="check the rights on the path") from None


def _below(folder: str) -> Iterator[Found]:
    """Walk a directory without recursion: a deep tree must not end the walk."""
    root = os.path.join(os.path.realpath(folder), "")
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as listing:
                entries = sorted((os.fsencode(entry.name), entry.path, _is_folder(entry)) for entry in listing)
        except OSError as error:
            yield _unreadable(here, f"a directory: {reason(error)}")
            continue
        waiting += [path for _, path, is_folder in reversed(entries) if is_folder]
        for _, path, is_folder in entries:
            if not is_folder:
                found = _examined(path)
                # What a link leads to inside of the target is weighed where it lies.
                if not found.folder or not os.path.join(found.real, "").startswith(root):
                    yield found


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False  # opening it will tell why


def _examined(path: str) -> Found:
    real = path
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            status = os.stat(path)
            if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode):
                real = os.path.realpath(path, strict=True)
    except FileNotFoundError:
        trouble = "a link that leads nowhere" if os.path.islink(path) else "it is no longer there"
        return Found(path=path, real=real, size=0, trouble=trouble)
    except OSError as error:
        return Found(path=path, real=real, size=0, trouble=reason(error))
    if stat.S_ISDIR(status.st_mode):
        return _unreadable(path, "a link to a directory is not followed", real=real)
    for is_kind, kind in _KINDS:
        if is_kind(status.st_mode):
            return Found(path=path, real=real, size=0, trouble=f"{kind} is not opened")
    return Found(path=path, real=real, size=status.st_size)


def _unreadable(folder: str, trouble: str, *, real: str = "") -> Found:
    return Found(path=folder, real=real, size=0, trouble=trouble, folder=True)
