"""The files of a model as they lie here: what could be signed, and all else that is there.

A link is a link whatever it leads to, a directory that cannot be listed is told, and two names that are one where case
does not count are told too. The signature file itself is recognised by where it lies, not by its name.
"""

from __future__ import annotations

import os
import stat
from unicodedata import normalize

from weighbridge.core.errors import AccessError, reason
from weighbridge.core.values import value
from weighbridge.provenance.signing.model import GIT_PATHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SINGLE = "."
"""The name of the only file of a model that is a file itself, as the reference tool has it."""


@value
class TreeFile:
    """A regular file: its path in the model, where its bytes are, its size, whether it may be executed."""

    path: str
    real: str
    size: int
    link: bool = False
    executable: bool = False


@value
class Tree:
    """All that lies below a directory, sorted by path; ``troubles`` are what is no file that could be signed, by path.

    ``empty`` are directories with nothing in them.
    """

    root: str
    files: tuple[TreeFile, ...]
    troubles: tuple[tuple[str, str], ...] = ()
    empty: tuple[str, ...] = ()


def walk(root: str, *, signature: str = "", links: bool = False) -> Tree:
    """List a model; raises AccessError if it is not there.

    ``signature`` is left out if it lies below the root: what is in its place, not what has its name. With ``links`` a
    link to a file stands for that file, as a signature may have it; links to directories are never followed.
    """
    place = os.path.realpath(root)
    try:
        status = os.stat(place)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise AccessError(f"cannot open {root!r}: {why}", hint="check the path") from None
    if stat.S_ISREG(status.st_mode):
        return Tree(root=place, files=(TreeFile(path=SINGLE, real=place, size=status.st_size),))
    if not stat.S_ISDIR(status.st_mode):
        raise AccessError(f"cannot open {root!r}: it is neither a file nor a directory", hint="check the path")
    own = os.path.join(os.path.realpath(os.path.dirname(signature)), os.path.basename(signature)) if signature else ""
    files: list[TreeFile] = []
    troubles: list[tuple[str, str]] = []
    empty: list[str] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(place, folder)) as listing:
                entries = list(listing)
        except OSError as error:
            troubles.append((folder or SINGLE, f"it cannot be listed: {reason(error)}"))
            continue
        if folder and not entries:
            empty.append(folder)
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.path == own:
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
                continue
            found = _examined(path, entry.path, links=links)
            if isinstance(found, TreeFile):
                files.append(found)
            else:
                troubles.append((path, found))
    troubles += _twins(files)
    return Tree(
        root=place, files=tuple(sorted(files, key=lambda one: one.path)), troubles=tuple(sorted(troubles)),
        empty=tuple(sorted(empty)),
    )  # fmt: skip


def _examined(path: str, real: str, *, links: bool) -> TreeFile | str:
    """Give a file, or say why it is none."""
    try:
        path.encode()
        status = os.lstat(real)
        is_link = stat.S_ISLNK(status.st_mode)
        if is_link and links:
            real = os.path.realpath(real, strict=True)
            status = os.stat(real)
            if stat.S_ISDIR(status.st_mode):
                return "it is a link to a directory, which is not followed"
    except UnicodeEncodeError:
        return "its name is not UTF-8, which no signature can hold"
    except OSError as error:
        return reason(error)
    if stat.S_ISLNK(status.st_mode):
        return "it is a link"
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file"
    executable = bool(status.st_mode & 0o111)
    return TreeFile(path=path, real=real, size=status.st_size, link=is_link, executable=executable)


def folded(path: str) -> str:
    """Give what two paths have in common that are one where neither case nor the composition of characters counts."""
    return normalize("NFC", normalize("NFC", path).casefold())


def _twins(files: Iterable[TreeFile]) -> list[tuple[str, str]]:
    seen: dict[str, str] = {}
    found = []
    for path in sorted(one.path for one in files):
        key = folded(path)
        if key in seen:
            found.append((path, f"it is the same name as {seen[key]!r} where case does not count"))
        seen.setdefault(key, path)
    return found


def is_git(path: str) -> bool:
    """Tell whether the format leaves a path out by default: top-level files and folders of git."""
    return path.partition("/")[0] in GIT_PATHS


def is_below(path: str, ignored: Iterable[str]) -> bool:
    """Tell whether a path is one of those that were left out, or lies below one."""
    return any(one in {SINGLE, path} or path.startswith(f"{one.rstrip('/')}/") for one in ignored)
