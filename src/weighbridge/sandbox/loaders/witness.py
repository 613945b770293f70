"""Sees what Python code does, by its audit events (PEP 578), and tells the parent before it is done.

Telemetry and no wall: native code raises no event, and code that already runs can blind it. What counts is the order:
the event that leads into a stranger's code leaves the process before that code has run.
"""

from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

_KINDS = {
    "os.system": "process", "os.exec": "process", "os.fork": "process", "os.forkpty": "process",
    "os.posix_spawn": "process", "os.spawn": "process", "os.kill": "process", "os.killpg": "process",
    "pty.spawn": "process", "signal.pthread_kill": "process",
    "os.remove": "file", "os.rename": "file", "os.mkdir": "file", "os.rmdir": "file", "os.link": "file",
    "os.symlink": "file", "os.chmod": "file", "os.chown": "file", "os.truncate": "file", "os.utime": "file",
    "os.setxattr": "file", "os.removexattr": "file", "os.chdir": "file", "os.lockf": "file",
    "exec": "code", "marshal.loads": "code", "code.__new__": "code", "function.__new__": "code",
    "sys.addaudithook": "code", "sys.settrace": "code", "sys.setprofile": "code",
    "pickle.find_class": "name", "import": "import",
}  # fmt: skip
"""Kinds of events, in the words of ``testimony.EventKind``."""
_FAMILIES = {
    "socket": "network", "urllib": "network", "http": "network", "ftplib": "network", "smtplib": "network",
    "imaplib": "network", "poplib": "network", "nntplib": "network", "telnetlib": "network", "webbrowser": "network",
    "subprocess": "process", "shutil": "file", "tempfile": "file", "ctypes": "native",
}  # fmt: skip
"""The same for all events of a module that are not named above."""
_READING = frozenset({"open", "os.listdir", "os.scandir", "os.listxattr", "os.getxattr"})
_OWN_MACHINERY = frozenset({"code", "native"})
"""Kinds that the import of an installed module brings with it."""
_PREPARING = frozenset({"socket.__new__"})
"""What modules do while they are imported, besides making cache directories: urllib3 tries whether there is IPv6."""

_ABOUT_THE_MACHINE = ("/proc/meminfo/", "/proc/mounts/", "/proc/cpuinfo/")
"""What keras and transformers ask before they load, of psutil or by themselves; without an answer they go on."""

_CHANGE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_IMPORTING = "<frozen importlib._bootstrap"
_MOST_NOTES = 4_000
_WORD, _WORDS, _NAME, _LINES = 200, 600, 80, 6
_WORKER = os.path.join(os.path.dirname(__file__), "child.py")


class Witness:
    """An audit hook; ``on`` while a stranger's file is loaded.

    ``roots`` are where installed modules lie, ``subject`` the files and directories that are loaded by their path,
    ``temp`` the private temporary directory.
    """

    def __init__(
        self,
        roots: tuple[str, ...],
        note: Callable[[bytes], None],
        *,
        subject: tuple[str, ...] = (),
        temp: str = "",
    ) -> None:
        self.on = False
        self._roots = _folders(*roots)
        self._temp = _folders(temp)
        self._readable = (*self._roots, *_folders(*subject), *self._temp, *_ABOUT_THE_MACHINE)
        self._note = note
        self._seen: set[tuple[str, str]] = set()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take note of an event, once of each that looks the same."""
        if not self.on:
            return
        kind = _KINDS.get(event) or _FAMILIES.get(event.partition(".")[0], "")
        if not kind and event not in _READING:
            return
        self.on = False  # what is done here raises events too
        try:
            self._consider(event, kind, arguments)
        finally:
            self.on = True

    def _consider(self, event: str, kind: str, arguments: tuple[Any, ...]) -> None:
        if kind == "import":
            arguments = (str(arguments[0]).partition(".")[0],)
        frame = sys._getframe(2)
        if event in _READING:
            changes = event == "open" and isinstance(arguments[2], int) and bool(arguments[2] & _CHANGE)
            if not changes and (self._may_be_read(arguments[0]) or self._is_importing(frame)):
                return
            kind = "file"
        if kind == "file" and self._is_private(event, arguments):
            return
        if (kind == "file" or event in _PREPARING) and self._is_importing(frame):
            kind = "import"  # an installed module prepares itself, and does not get what it asks for
        # A class of a repository's code that installed code completes, as dataclasses do, is part of its import.
        by_installed = kind == "code" and frame.f_code.co_filename.startswith(self._roots)
        if kind in _OWN_MACHINERY and (
            self._is_importing(frame, beyond=by_installed) or self._runs_installed(event, arguments)
        ):
            return
        what = ", ".join(map(_shown, arguments))[:_WORDS]
        if (event, what) in self._seen or len(self._seen) >= _MOST_NOTES:
            return
        self._seen.add((event, what))
        through = _lines(frame)
        strangers = [line for line in through if not line.startswith(("<frozen ", *self._roots))]
        where = strangers[-1] if strangers else through[-1] if through else ""
        said = {"kind": kind, "event": event[:_WORD], "what": what, "where": where, "through": through[-_LINES:]}
        self._note(json.dumps(said).encode())

    def _may_be_read(self, path: object) -> bool:
        """Tell whether a path is an installed module's, a library's or the subject's, or a descriptor that is open."""
        if isinstance(path, int):
            return True
        try:
            where = os.path.normpath(os.fsdecode(path)) + "/"  # type: ignore[arg-type]
        except TypeError:
            return False
        return where.startswith(self._readable)

    def _is_private(self, event: str, arguments: tuple[Any, ...]) -> bool:
        """Tell whether all paths of an event lie in the temporary directory, but for those that are copied there."""
        if not self._temp:
            return False
        paths = [one for one in arguments if isinstance(one, str | bytes | os.PathLike)][: 1 if event == "open" else 2]
        if event.startswith("shutil.copy") and len(paths) > 1 and self._may_be_read(paths[0]):
            del paths[0]
        where = [os.path.normpath(os.fsdecode(path)) + "/" for path in paths]
        return bool(where) and all(path.startswith(self._temp) for path in where)

    def _runs_installed(self, event: str, arguments: tuple[Any, ...]) -> bool:
        source = getattr(arguments[0], "co_filename", "") if event == "exec" else ""
        return os.path.normpath(source).startswith(self._roots)

    def _is_importing(self, frame: FrameType | None, *, beyond: bool = False) -> bool:
        """Tell whether a module is being imported, with nothing but installed code between it and ``frame``.

        With ``beyond``, whatever is between them.
        """
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith(_IMPORTING):
                return True
            if not beyond and name.startswith("/") and not os.path.normpath(name).startswith(self._roots):
                return False  # code of a repository, which is imported too
            frame = frame.f_back
        return False


def _folders(*paths: str) -> tuple[str, ...]:
    return tuple(path.rstrip("/") + "/" for path in paths if path)


def _lines(frame: FrameType | None) -> list[str]:
    """Name the lines that led here, the outermost first, without the import machinery's and our own."""
    found: list[str] = []
    while frame is not None and frame.f_code.co_filename != _WORKER:
        code = frame.f_code
        if not code.co_filename.startswith(_IMPORTING):
            found.append(f"{code.co_filename[-_WORD:]}:{frame.f_lineno} in {code.co_name[:_NAME]}")
        frame = frame.f_back
    return found[::-1]


def _shown(argument: object) -> str:
    """Show plain arguments as they are, others by their class: their own words would run their code."""
    if isinstance(argument, str | bytes):
        return repr(argument[:_WORD])
    if type(argument) in (tuple, list):
        return f"({', '.join(map(_shown, argument[:8]))})"  # type: ignore[index]
    if argument is None or type(argument) in (int, bool):
        return repr(argument)
    return type(argument).__name__[:_WORD]
