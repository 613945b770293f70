"""Runs a command under strace with every process that it starts, and tells what they did to the world around them.

What is harmless is on a list; every other traced call is a deed, also one of a name that nobody has thought of here.
Traced are all calls that take a file name, start or end processes or use sockets (strace(1), ``-e trace=%file`` and
so on), and those by which a program goes round the others. Writing to an open file is none: opening it was.
"""

from __future__ import annotations

import codecs
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import weighbridge

PROGRAM = shutil.which("strace")
SOURCE = Path(weighbridge.__file__).parents[1]

_WORDED = ("-y", "--pidns-translation")
"""Paths beside descriptors, numbers of processes as they are outside of the jail (strace 5.9)."""
_TRACED = (
    "%file", "%process", "%network", "kill", "tkill", "tgkill", "pidfd_send_signal", "pidfd_open", "pidfd_getfd",
    "io_uring_setup", "ptrace", "process_vm_writev", "bpf", "userfaultfd", "keyctl", "add_key", "setns", "unshare",
    "shmget", "mq_open", "fchmod", "fchown", "fsetxattr", "init_module", "finit_module", "seccomp",
)  # fmt: skip
_LOOKS = frozenset({
    "access", "faccessat", "faccessat2", "stat", "lstat", "newfstatat", "fstatat64", "statx", "statfs", "readlink",
    "readlinkat", "getcwd", "chdir", "getxattr", "lgetxattr", "listxattr", "llistxattr",
    "wait4", "waitid", "exit", "exit_group", "getsockname", "getpeername", "getsockopt", "setsockopt", "recvfrom",
    "recvmsg", "shutdown", "arch_prctl", "pidfd_open",
    "seccomp", "unshare",  # what the jail is made of; they only take away
})  # fmt: skip
_MOUNTS = frozenset({"mount", "umount2", "pivot_root", "mount_setattr", "open_tree", "move_mount"})
_OPENS = frozenset({"open", "openat", "openat2", "creat"})
_SENDS = frozenset({"sendto", "sendmsg", "sendmmsg"})
_STARTS = frozenset({"clone", "clone3", "fork", "vfork"})
_SIGNALS = frozenset({"kill", "tkill", "tgkill"})
_NETWORK = frozenset({"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4"}) | _SENDS
_WRITING = re.compile(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)")
_CALL = re.compile(r"(?P<name>[a-z0-9_]+)\((?P<arguments>.*)\)\s+= (?P<result>\S.*)")
_NEVER_BEGUN = "???( <unfinished ...>"
"""What strace writes when a process is killed on its way into a call."""
_NUMBER = re.compile(r"(?:\d+ /\* )?(-?\d+)")
"""The number of a process as strace's own namespace has it; in another one a process goes by two."""
_STRING = re.compile(r'(?P<folder>AT_FDCWD<[^>]*>|\d+<[^>]*>)?(?:, )?"(?P<text>(?:[^"\\]|\\.)*)"(?:\.\.\.)?')
_NAMED = re.compile(r"\d+<(?P<path>/.*)>(?:\(deleted\))?")


@dataclass(frozen=True, slots=True)
class Deed:
    """A call that is not allowed: its kind, whether the kernel did it, whether in a sealed process, strace's line."""

    kind: str
    done: bool
    sealed: bool
    pid: int
    line: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """What processes under trace may do: start this interpreter, and change what lies below ``folders``.

    A worker that is not sealed yet, and has no file yet, may prepare: move to a root directory that only it sees, begin
    the process that is to be jailed, join its control group. It may do what imports do: leave bytecode beside the
    modules, make and remove files by which ``tempfile`` and joblib find out what this system has. After the seal it
    opens no files but those of libraries. Paths that begin nowhere, which some calls take, are allowed nothing.
    """

    folders: tuple[str, ...]

    def execution(self, arguments: str, *, is_first: bool) -> bool:
        """Whether a program is this interpreter: the first process, or a worker that is to be jailed."""
        told = f'"{sys.executable}", ["{sys.executable}", '
        return arguments.startswith(told if is_first else f'{told}"-I", "-S", ')

    def change(self, path: str, *, prepares: bool) -> bool:
        """Whether a path may be made, written to, renamed or removed; ``prepares`` tells a worker before its seal."""
        if path == os.devnull or _is_below(path, self.folders):
            return True
        is_bytecode = bool(_BYTECODE.search(path)) and _is_below(path, _LIBRARIES)
        return prepares and (is_bytecode or bool(_PROBE.fullmatch(path)))

    def reading(self, path: str, *, sealed: bool) -> bool:
        """Whether a path may be opened to read from."""
        return not sealed or _is_below(path, (*_LIBRARIES, *_SYSTEM))


_LIBRARIES = tuple({str(SOURCE), sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix)})
_SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/dev/urandom", "/dev/null",
)  # fmt: skip
_CONTROL = re.compile(r"/sys/fs/cgroup/(.+/)?weighbridge-[^/]+(/[a-z_.]+)?$")
"""The control group of a worker, which it joins and its parent makes and removes."""
_BYTECODE = re.compile(r"/__pycache__(/|$)")
_PROBE = re.compile(r"(/tmp|/var/tmp|/usr/tmp|)/[a-z0-9_]{8}|/dev/shm/sem\.(joblib-[a-z0-9_-]+|[a-zA-Z0-9]{6})")


def _is_below(path: str, folders: Sequence[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in folders)


@dataclass(frozen=True, slots=True)
class Trace:
    """What strace wrote, by process; ``first`` is the one that was asked for."""

    first: int
    lines: Mapping[int, tuple[str, ...]]

    def deeds(self, allowed: Allowed) -> Iterator[Deed]:
        """All that was done or tried beyond what is allowed."""
        begun = {_started(line): (pid, line) for pid, lines in self.lines.items() for line in lines}
        for pid, lines in self.lines.items():
            parent, line = begun.get(pid, (0, ""))
            is_first = pid == self.first or (parent == self.first and "CLONE_THREAD" in line)
            moved = parent != self.first and any(one.startswith("pivot_root(") for one in self.lines.get(parent, ()))
            yield from _Process(pid, allowed, is_first=is_first, moved=moved).deeds(lines)


def usable() -> bool:
    """Whether there is a strace and this system lets it trace."""
    if PROGRAM is None:
        return False
    probe = [PROGRAM, *_WORDED, "-o", os.devnull, "true"]
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0


def run(command: Sequence[str], folder: Path, **options: Any) -> tuple[subprocess.CompletedProcess[bytes], Trace]:
    """Run a command to its end; ``folder``, which must exist and be empty, gets a file for each process."""
    assert PROGRAM is not None
    wanted = ("-o", str(folder / "of"), "-e", f"trace={','.join(_TRACED)}")
    traced = [PROGRAM, "-ff", *_WORDED, "-s", "64", *wanted, *command]
    done = subprocess.run(traced, check=False, capture_output=True, **options)
    lines = {
        int(path.suffix[1:]): tuple(path.read_text("utf-8", "backslashreplace").splitlines())
        for path in sorted(folder.glob("of.*"), key=lambda path: int(path.suffix[1:]))
    }
    started = {_started(line) for written in lines.values() for line in written}
    (first,) = set(lines) - started
    return done, Trace(first, lines)


def _started(line: str) -> int | None:
    name, _, rest = line.partition("(")
    result = rest.rpartition(" = ")[2].split()
    return int(result[0]) if name in _STARTS and result and result[0].isdigit() else None


class _Process:
    """One process: what it may do depends on what it did before."""

    def __init__(self, pid: int, allowed: Allowed, *, is_first: bool, moved: bool) -> None:
        self.pid = pid
        self.allowed = allowed
        self.is_first = is_first
        self.sealed = False
        self.executed = False
        self.private = moved
        """Whether it has mounts of its own, which nobody else sees."""
        self.moved = moved
        """Whether it has a root directory of its own."""
        self.family = {pid}

    def deeds(self, lines: Sequence[str]) -> Iterator[Deed]:
        """What it did or tried beyond what is allowed."""
        end = lines[-1] if lines else ""
        killed = end == "+++ killed by SIGSYS +++"
        for line in lines:
            if line.startswith(("+++ ", "--- ")) or (line == _NEVER_BEGUN and end == "+++ killed by SIGKILL +++"):
                continue
            call = _CALL.fullmatch(line)
            if call is None:
                yield Deed("unread", True, self.sealed, self.pid, line)
                continue
            result = call["result"]
            done = not result.startswith("-1 ") and not (result == "?" and killed)
            kind = self._kind(call["name"], call["arguments"], result, line, done=done)
            if kind:
                yield Deed(kind, done, self.sealed, self.pid, line)
            self.sealed = self.sealed or (call["name"] == "seccomp" and done)

    def _kind(self, name: str, arguments: str, result: str, line: str, *, done: bool) -> str:
        """Name the kind of a deed; empty for what is harmless or allowed."""
        if name in _LOOKS:
            return ""
        if name in _OPENS:
            return self._opening(name, arguments, result, done=done)
        if name in _STARTS:
            begins = name == "vfork" or "CLONE_VFORK" in arguments or "CLONE_THREAD" in arguments
            if self.sealed or (self.is_first and not begins):
                return "process"
            self.family.add(_started(line) or self.pid)
            return ""
        if name in {"execve", "execveat"}:
            again, self.executed = self.executed, self.executed or done
            return "" if not again and self.allowed.execution(arguments, is_first=self.is_first) else "exec"
        if name in _SIGNALS:
            return "" if int(_NUMBER.match(arguments)[1]) in self.family else "signal"
        if name == "socketpair" and arguments.startswith("AF_UNIX, "):
            return ""
        if name in _SENDS and ("msg_name=NULL" in arguments or arguments.endswith(", NULL, 0")):
            return ""
        if name in _NETWORK:
            return "network"
        if name in _MOUNTS and self._prepares:
            return self._mounting(name, arguments, done=done)
        paths = _paths(arguments)
        return "change" if not paths or not all(self._may_change(path) for path in paths) else ""

    def _opening(self, name: str, arguments: str, result: str, *, done: bool) -> str:
        paths = _paths(arguments)
        really = _NAMED.match(result)
        flags = arguments[arguments.rindex('"') :]
        if name == "creat" or _WRITING.search(flags):
            if "O_TMPFILE" in flags and "O_EXCL" in flags:
                return ""  # a file that has no name and can get none (open(2))
            touched = [*paths, really["path"]] if really else paths
            return "" if all(self._may_change(path) for path in touched) else "change"
        path = really["path"] if really else paths[0]
        return "" if not done or self.allowed.reading(path, sealed=self.sealed) else "read"

    @property
    def _prepares(self) -> bool:
        """Whether it is a worker on its way into the jail, which has no file yet."""
        return not self.sealed and not self.is_first

    def _mounting(self, name: str, arguments: str, *, done: bool) -> str:
        """A worker may mount what it likes where nobody else sees it, and move there."""
        self.private = self.private or (done and arguments.startswith('"none", "/", ') and "MS_PRIVATE" in arguments)
        self.moved = self.moved or (done and self.private and name == "pivot_root")
        return "" if self.private else "change"

    def _may_change(self, path: str) -> bool:
        if not self.sealed and _CONTROL.match(path):
            return True
        if self._prepares and (path == "/proc/.outside" if not self.moved else not path.startswith("/.outside/")):
            return self.private
        return self.allowed.change(path, prepares=self._prepares)


def _paths(arguments: str) -> list[str]:
    """All paths among the arguments, with the directories that they begin at."""
    found = []
    for one in _STRING.finditer(arguments):
        raw = codecs.escape_decode(one["text"].encode("utf-8", "surrogateescape"))[0]
        folder = (one["folder"] or "").partition("<")[2].rstrip(">")
        found.append(os.path.normpath(os.path.join(folder, os.fsdecode(raw))))
    return found
