"""What lies at a path that is loaded by its path: which files a child may read there, and whether they stayed the same.

A library that wants a path opens the files itself, after the scan. So what they are is noted before the scan and held
against what lies there when the child has ended: name, inode, size, times of content and status, and where links lead.
"""

from __future__ import annotations

import os
from stat import S_ISDIR, S_ISLNK, S_ISREG

from weighbridge.core.errors import AccessError, IntegrityError, UsageError, reason
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 100_000
"""Files and directories; a repository has hundreds."""


@value
class Lay:
    """A file or directory as it lay there; ``path`` is absolute, and links above it are resolved."""

    path: str
    readable: tuple[str, ...]
    """What a child may read: the path itself, siblings, files that links of a cache lead to."""
    size: int
    """Bytes of all files."""
    marks: tuple[tuple[str, tuple[int, ...]], ...]
    is_folder: bool
    beside: tuple[str, ...] = ()

    def check(self, when: str) -> None:
        """Raise IntegrityError where what lies there is not what lay there."""
        if lay_of(self.path, self.beside).marks != self.marks:
            raise IntegrityError(f"{self.path!r} changed while it was {when}", hint="copy it to where nobody writes")


def lay_of(path: str, more: tuple[str, ...] = ()) -> Lay:
    """Look at a file, with the files ``more`` beside it, or at a directory with all that is below.

    A link is followed where it leads to a file inside of the directory, or to one of the same cache of the Hugging Face
    Hub; of others it is noted only that they are there. Raises AccessError, and UsageError for what is no file or
    directory.
    """
    path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)) if path != "/" else path
    readable, size, marks = [path], 0, []
    try:
        status = os.stat(path)
        if not S_ISREG(status.st_mode) and not S_ISDIR(status.st_mode):
            raise UsageError(f"{path!r} is not a file or directory", hint="name one that holds a model")
        is_folder = S_ISDIR(status.st_mode)
        names = [path, *_below(path)] if is_folder else [path]
        for name in sorted({*names, *more}):
            status = os.lstat(name)
            if S_ISLNK(status.st_mode) and (name == path or _is_near(os.path.realpath(name), path)):
                status, target = os.stat(name), os.path.realpath(name)
                marks.append((f"{name}\0{target}", identity(status)))
                readable.append(target)
            else:
                marks.append((name, identity(status)))
            size += status.st_size if S_ISREG(status.st_mode) else 0
    except OSError as error:
        raise AccessError(f"cannot read {path!r}: {reason(error)}") from None
    return Lay(
        path=path,
        readable=tuple(dict.fromkeys((*readable, *more))),
        size=size,
        marks=tuple(marks),
        is_folder=is_folder,
        beside=more,
    )


def _below(folder: str) -> Iterator[str]:
    """Walk a directory without recursion and without following links."""
    waiting, seen = [folder], 0
    while waiting:
        with os.scandir(waiting.pop()) as listing:
            for entry in listing:
                seen += 1
                if seen > _MOST:
                    raise UsageError(f"{folder!r} holds more than {_MOST:,} files", hint="name the model's directory")
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                yield entry.path


def _is_near(target: str, folder: str) -> bool:
    """Tell whether the target of a link lies in the directory, or in the store of the cache that it is a snapshot of.

    The cache of the hub keeps ``snapshots/<commit>/<file>`` as links into ``blobs`` (huggingface_hub, "Manage your
    cache").
    """
    inside = [folder]
    parent, _ = os.path.split(folder)
    if os.path.basename(parent) == "snapshots":
        inside.append(os.path.join(os.path.dirname(parent), "blobs"))
    return os.path.isfile(target) and any(target.startswith(os.path.join(one, "")) for one in inside)


def identity(status: os.stat_result) -> tuple[int, ...]:
    """Tell a file and its state from any other: a change of its content moves its times."""
    return (status.st_dev, status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
