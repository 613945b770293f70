"""One load under guard: look at the file, hand the loader what was looked at, look again when it is done."""

from __future__ import annotations

import io
import os
import stat

from weighbridge.core.enums import StrEnum
from weighbridge.guard import files, memory, sealed
from weighbridge.guard.refusal import Outcome, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self

    from weighbridge.guard.files import Held
    from weighbridge.guard.guard import Guard


class Way(StrEnum):
    """How a loader takes a sealed copy in place of a path."""

    FILE = "file"
    """As a file object; what cannot be opened raises what ``open`` raises."""
    PATH = "path"
    """As a path."""
    LASTING = "lasting"
    """As a path that stays good while the process lives."""
    NAMED = "named"
    """As a path with the file's own name, or a folder of them."""
    WATCHED = "watched"
    """Not at all: it gets the file itself, which must be the same afterwards."""


class Admission:
    """What a loader is given in place of what the program gave: ``given``.

    Use it as a context manager around the load. On the way in it raises Refused for a file that must stay out; on the
    way out for one that did not stay what it was. Where nothing could be looked at, the loader is expected to fail.
    """

    __slots__ = ("_file", "_folder", "_guard", "_held", "_loader", "_missing", "given")

    def __init__(self, guard: Guard, loader: str, given: object, way: Way = Way.FILE) -> None:
        self._guard = guard
        self._loader = loader
        self._held: list[Held] = []
        self._folder: sealed.Folder | None = None
        self._file: Any = None
        self._missing = ""
        self.given = given
        if not guard.enforces and way is not Way.FILE:
            way = Way.WATCHED
        done = False
        try:
            if isinstance(given, (str, bytes, os.PathLike)):
                self._path(os.fsdecode(given), way)
            elif hasattr(given, "read"):
                self._open_file(given)
            done = True
        finally:
            if not done:
                self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            # What fails may fail because the file changed: then that is what there is to say.
            if kind is None or (issubclass(kind, Exception) and not issubclass(kind, Refused)):
                self.look_again(loaded=kind is None)
        finally:
            self.close()

    def look_again(self, *, loaded: bool = True) -> None:
        """See whether every file is still what it was; raises Refused."""
        if self._missing and loaded:
            # There was nothing to look at, and yet it was loaded: somebody put it there in between.
            self._guard.changed(self._loader, self._missing)
        for held in self._held:
            if not held.unchanged():
                self._guard.changed(self._loader, held.asked or held.real, held.digest)
            self._guard.remember(held)  # until the end of the load that this one is part of
        if loaded and self._file is not None and not self._file.closed:
            # The program's own file object stands where the loader has read to, as if it had read from it.
            self._file.seek(self.given.tell())  # type: ignore[attr-defined]

    def close(self) -> None:
        """Let go of the files; what the loader was given lasts as long as the loader holds it."""
        if self._folder is not None:
            self._folder.remove()
        for held in self._held:
            held.close()
        self._held = []

    # -- paths -------------------------------------------------------------------------------------------------------

    def _path(self, path: str, way: Way) -> None:
        try:
            held = files.hold(path)
        except files.Irregular as irregular:
            self._irregular(path, irregular.mode, way)
            return
        except (OSError, ValueError):
            if way is Way.FILE:
                raise
            if "://" in path:
                self._guard.irregular(self._loader, path)
            self._missing = path
            return
        copy = self._take(held, copy=way is not Way.WATCHED)
        if copy < 0:
            return
        if way is Way.FILE:
            self.given = sealed.as_file(copy, self.given)
        elif way is Way.LASTING:
            self.given = sealed.as_lasting_path(copy, held.digest)
        elif way is Way.NAMED:
            name = os.path.basename(path)
            self._folder = sealed.Folder([(name, copy)])
            self.given = os.path.join(self._folder.path, name)
        else:
            self.given = sealed.as_path(copy)

    def _irregular(self, path: str, mode: int, way: Way) -> None:
        if not stat.S_ISDIR(mode):
            self._guard.irregular(self._loader, path)
        elif way is Way.NAMED or way is Way.WATCHED:
            self._tree(path, copy=way is Way.NAMED)
        else:
            self._missing = path

    def _tree(self, folder: str, *, copy: bool) -> None:
        """Take a folder of which any file may be loaded; the loader gets a folder of copies."""
        copies: list[tuple[str, int]] = []
        for path in self._guard.files_below(folder, self._loader):
            try:
                found = self._take(files.hold(path), copy=copy)
            except files.Irregular:
                self._guard.irregular(self._loader, path)
                continue
            copies.append((os.path.relpath(path, folder), found))
        if copies and all(number >= 0 for _, number in copies):
            self._folder = sealed.Folder(copies)
            self.given = self._folder.path

    def _take(self, held: Held, *, copy: bool) -> int:
        """Hash, judge and keep a file; returns the descriptor of the copy that the loader is to get, else -1."""
        self._held.append(held)
        try:
            held.read(copy=copy and self._guard.enforces)
        except files.Changed:
            self._guard.changed(self._loader, held.asked or held.real)
            return -1
        decision = self._guard.judge(self._loader, held)
        self._guard.settle(decision)
        # Installed libraries read data of their own, by whatever means: they get what they have asked for.
        return held.copy if decision.outcome is Outcome.NAMED else -1

    # -- file objects ------------------------------------------------------------------------------------------------

    def _open_file(self, file: Any) -> None:
        if isinstance(file, sealed.SealedFile):
            return
        # A mapped file names no file any more.
        content = (lambda: file) if type(file).__module__ == "mmap" else getattr(file, "getbuffer", None)
        if content is not None:
            memory.check(self._guard, self._loader, content)
            return
        name = getattr(file, "name", "")
        descriptor = _descriptor(file)
        if descriptor < 0:
            return
        try:
            if getattr(file, "writable", bool)():
                file.flush()
            held = files.hold_descriptor(descriptor, name if isinstance(name, str) else "")
        except files.Irregular as irregular:
            if stat.S_ISFIFO(irregular.mode) and not isinstance(name, str):
                return  # what comes through a pipe is no file
            if stat.S_ISSOCK(irregular.mode) or stat.S_ISCHR(irregular.mode):
                return
            self._guard.irregular(self._loader, str(name))
            return
        if not isinstance(name, str) and not os.fstat(held.descriptor).st_nlink:
            held.close()  # a file that never had a name: this process or its parent wrote it, and nobody else can
            return
        copy = self._take(held, copy=True)
        again = _reopening(file)
        if copy >= 0 and again is not None:
            self.given = again(sealed.as_file(copy, name))
            self.given.seek(file.tell())  # type: ignore[attr-defined]
            self._file = file


def _descriptor(file: Any) -> int:
    """Find the descriptor behind a file object; -1 where there is none."""
    try:
        found = file.fileno()
    except (OSError, AttributeError, ValueError):
        return -1
    return found if type(found) is int else -1


def _reopening(file: Any) -> Callable[[sealed.SealedFile], Any] | None:
    """Say how a file object of this kind is made over the copy; None for kinds that are not known.

    The reader of a compressed file gives other bytes than the file has, so that it must be made anew, from the start of
    the file: only one that has opened the file itself begins there. A kind that is not known gets the file itself,
    watched.
    """
    if _is_plain(file):
        return lambda copy: copy
    kind = type(file)
    name = f"{kind.__module__}.{kind.__name__}"
    if name == "gzip.GzipFile" and file.myfileobj is not None:
        return lambda copy: kind(fileobj=copy)
    if name in {"bz2.BZ2File", "lzma.LZMAFile"} and getattr(file, "_closefp", False):
        return kind
    return None


def _is_plain(file: Any) -> bool:
    """Tell whether a file object gives the bytes of its file as they are."""
    if type(file).__name__ == "_TemporaryFileWrapper":
        file = file.file
    if type(file) in {io.BufferedReader, io.BufferedRandom}:
        file = file.raw
    return type(file) is io.FileIO
