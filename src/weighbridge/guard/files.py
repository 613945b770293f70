"""Files as they are loaded: opened once, hashed, and where memory allows copied while they are hashed.

The copy is an anonymous file that nothing can change any more (memfd_create(2), F_SEAL_WRITE). A loader that is given
the copy loads exactly the bytes that were hashed, whatever happens to the file in the meantime. Linux only.
"""

from __future__ import annotations

import fcntl
import os
import stat
from _thread import get_ident
from time import time

from weighbridge.core.values import value
from weighbridge.guard import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

BLOCK = 1 << 18
"""Bytes read at a time: stays in the processor's cache."""
SEALED_MOST = 1 << 30
"""Largest file that is copied. A copy is memory that cannot be given back to the system while the loader needs it."""
SEALED_SHARE = 4
"""At most this part of the memory that is free goes into one copy."""
RACY_SECONDS = 1.0
"""A file that changed so lately could change again within one tick of its file system's clock and keep its times."""

_GROUP = "/sys/fs/cgroup"
"""Where a container finds the bound of its own memory (control groups, version 2)."""

_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK


@value
class State:
    """What stat(2) says of a file: equal states are the same file, unchanged, as far as its times can tell.

    ``racy`` where the last change is so young that they cannot.
    """

    device: int
    inode: int
    size: int
    modified: int
    changed: int
    racy: bool = False

    def same(self, other: State) -> bool:
        """Tell whether nothing has happened between two looks at a file."""
        return not self.racy and (self.device, self.inode, self.size, self.modified, self.changed) == (
            other.device, other.inode, other.size, other.modified, other.changed,
        )  # fmt: skip


class Irregular(Exception):  # noqa: N818  (a statement about a file)
    """A folder, a pipe, a device: there is no content that could be locked. ``mode`` as of stat(2)."""

    def __init__(self, mode: int) -> None:
        super().__init__(mode)
        self.mode = mode


class Changed(Exception):  # noqa: N818
    """A file was written to while it was read."""


class Held:
    """One open file: its content's ``digest``, its ``state`` before the first byte was read, and its copy.

    ``copy`` is the descriptor of the sealed copy, -1 where there is none. ``real`` is where the file lies once links
    are followed; the kernel says so of the descriptor itself.
    """

    __slots__ = ("asked", "copy", "descriptor", "digest", "real", "state")

    def __init__(self, asked: str, descriptor: int) -> None:
        self.asked = asked
        self.descriptor = descriptor
        self.copy = -1
        self.digest = ""
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Irregular(status.st_mode)
        self.state = _state(status)
        self.real = os.readlink(f"/proc/self/fd/{descriptor}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and its copy; a loader that still reads the copy has its own descriptor or mapping."""
        for descriptor in (self.descriptor, self.copy):
            if descriptor >= 0:
                os.close(descriptor)
        self.descriptor = self.copy = -1

    def read(self, *, copy: bool) -> None:
        """Hash the content and copy it if it is asked for and memory allows; raises Changed."""
        copied = copy and self.state.size <= most_to_seal()
        target = os.memfd_create("weighbridge", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING) if copied else -1
        try:
            self.digest = _digest(self.descriptor, self.state.size, target)
            if copied:
                fcntl.fcntl(target, fcntl.F_ADD_SEALS, _SEALS)
                self.copy, target = target, -1
        finally:
            if target >= 0:
                os.close(target)

    def unchanged(self) -> bool:
        """Tell whether the file still has the bytes that were hashed, under its name too; reads it again in doubt.

        A name that is gone says nothing about bytes: then only the open file counts.
        """
        if not self.state.same(_state(os.fstat(self.descriptor))) and self._again(self.descriptor) != self.digest:
            return False
        try:
            with hold(self.asked or self.real) as now:
                return self.state.same(now.state) or self._again(now.descriptor) == self.digest
        except FileNotFoundError:
            return True
        except (OSError, Irregular):
            return False

    @staticmethod
    def _again(descriptor: int) -> str:
        try:
            return _digest(descriptor, os.fstat(descriptor).st_size, -1)
        except (OSError, Changed):
            return ""


def hold(path: str) -> Held:
    """Open a file to look at it; raises OSError and Irregular. The guard does not hear of it itself."""
    thread = get_ident()
    nested = thread in current.looking
    current.looking.add(thread)
    try:
        descriptor = os.open(path, _READ)
    finally:
        if not nested:
            current.looking.discard(thread)
    return _held(path, descriptor)


def hold_descriptor(descriptor: int, path: str = "") -> Held:
    """Look at a file that is open already; its position stays what it is. Raises OSError and Irregular."""
    return _held(path, os.dup(descriptor))


def _held(path: str, descriptor: int) -> Held:
    made = None
    try:
        made = Held(path, descriptor)
    finally:
        if made is None:
            os.close(descriptor)
    return made


def most_to_seal() -> int:
    """Give the size of the largest file that is copied now."""
    with open("/proc/meminfo", "rb") as file:
        free = next((int(line.split()[1]) * 1024 for line in file if line.startswith(b"MemAvailable:")), 0)
    try:
        with open(f"{_GROUP}/memory.max", "rb") as most, open(f"{_GROUP}/memory.current", "rb") as used:
            free = min(free, int(most.read()) - int(used.read()))
    except (OSError, ValueError):
        pass  # there is no bound, or none that is told here
    return max(0, min(SEALED_MOST, free // SEALED_SHARE))


def state_of(path: str) -> State:
    """Look at a file by its name, links followed; raises OSError."""
    return _state(os.stat(path))


def _state(status: os.stat_result) -> State:
    return State(
        device=status.st_dev, inode=status.st_ino, size=status.st_size, modified=status.st_mtime_ns,
        changed=status.st_ctime_ns, racy=status.st_ctime > time() - RACY_SECONDS,
    )  # fmt: skip


def _digest(descriptor: int, size: int, target: int) -> str:
    """Hash ``size`` bytes without moving the descriptor's position, and write them to ``target``."""
    from hashlib import sha256

    found, view, offset = sha256(), memoryview(bytearray(min(BLOCK, max(1, size)))), 0
    while count := os.preadv(descriptor, [view], offset):
        found.update(view[:count])
        offset += count
        if offset > size:
            raise Changed
        if target >= 0:
            written = 0
            while written < count:
                written += os.write(target, view[written:count])
    if offset != size:
        raise Changed
    return found.hexdigest()
