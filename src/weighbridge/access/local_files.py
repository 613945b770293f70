"""A regular file of this machine as a byte source and as a stream: opened by its own name, never through a link."""

from __future__ import annotations

import os
import stat

from weighbridge.core.errors import AccessError, IntegrityError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.artifact import ListedFile

BLOCK = 1 << 20
"""Bytes of a stream that come at a time."""

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC


def open_regular(path: str) -> int:
    """Open a regular file for reading; raises OSError for a link, a pipe or anything else, and waits for nothing."""
    descriptor = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is no regular file")
    return descriptor


def open_given(path: str) -> int:
    """Open a document of the operator's for reading, behind links too; raises OSError and ValueError.

    What is neither a regular file nor a pipe of the shell (``<(command)``, which has no name) is an error: a pipe that
    somebody put under the usual name would be waited for without end.
    """
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode) and not (stat.S_ISFIFO(mode) and not os.path.exists(os.path.realpath(path))):
        raise OSError("it is no regular file")
    return os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)


class FileSource:
    """A byte source over an open file, which it closes when it is no longer used."""

    __slots__ = ("_descriptor", "size")

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = os.fstat(descriptor).st_size

    def __del__(self) -> None:
        os.close(self._descriptor)

    def read_at(self, offset: int, length: int) -> bytes:
        """Read up to ``length`` bytes; shorter only at the end."""
        pieces = []
        length = max(0, min(length, self.size - offset))
        while length > 0:
            piece = os.pread(self._descriptor, length, offset)
            if not piece:
                break
            pieces.append(piece)
            offset, length = offset + len(piece), length - len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def source(file: ListedFile) -> FileSource:
    """Open a listed file; raises IntegrityError where it is not what it claims to be, AccessError, OSError."""
    return FileSource(_opened(file))


def stream(file: ListedFile, start: int = 0) -> Iterator[bytes]:
    """Yield a listed file's bytes in order; raises IntegrityError, AccessError, OSError."""
    descriptor = _opened(file)
    try:
        os.lseek(descriptor, start, os.SEEK_SET)
        while block := os.read(descriptor, BLOCK):
            yield block
    finally:
        os.close(descriptor)


def _opened(file: ListedFile) -> int:
    if file.trouble:
        raise IntegrityError(f"{file.path}: {file.trouble}", hint="mend the store, or fetch it anew")
    try:
        return open_regular(file.real)
    except (OSError, ValueError) as error:
        words = reason(error) if isinstance(error, OSError) else str(error)
        raise AccessError(f"cannot open {file.path!r}: {words}", hint="check the rights on the store") from None
