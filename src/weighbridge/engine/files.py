"""An open file as a byte source whose SHA-256 is computed from the same reads that the parsers make."""

from __future__ import annotations

import os

from weighbridge.engine.digest import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE = 4 << 20
"""Files up to this size are read once into memory."""

BLOCK = 1 << 18
"""Bytes hashed at a time: stays in the processor's cache."""


def pread(descriptor: int, offset: int, length: int) -> bytes:
    """Read up to ``length`` bytes, shorter only at the end; one ``pread(2)`` may give less in the middle of a file."""
    pieces = []
    while length > 0:
        piece = os.pread(descriptor, length, offset)
        if not piece:
            break
        pieces.append(piece)
        offset, length = offset + len(piece), length - len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class OpenFile:
    """A regular file by descriptor; ``digest()`` reads what no parser has read and returns the SHA-256 of it all.

    Its size is what it was when it was opened; ``change()`` tells whether that, or the content, did not last.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._status = os.fstat(descriptor)
        self.size = self._status.st_size
        self._hash = sha256(self.size)
        self._hashed = 0
        self._content: bytes | None = None
        if self.size <= WHOLE:
            self._content = pread(descriptor, 0, self.size)
            self._hash.update(self._content)
            self._hashed = self.size = len(self._content)

    def read_at(self, offset: int, length: int) -> bytes:
        """Read up to ``length`` bytes; shorter only at the end. Bytes read in order are hashed on the way."""
        if self._content is not None:
            return self._content[offset : offset + length]
        found = pread(self.descriptor, offset, length)
        if offset <= self._hashed < offset + len(found):
            self._hash.update(memoryview(found)[self._hashed - offset :])
            self._hashed = offset + len(found)
        return found

    def digest(self, see: Callable[[int, memoryview], None] | None = None) -> str:
        """Hash the rest of the file and return the SHA-256 of all of it, as 64 hexadecimal digits.

        ``see`` is shown every block of the file and its offset, in order.
        """
        at = self._hashed if see is None else 0
        if at < self.size:
            view = memoryview(bytearray(BLOCK))
            while count := os.preadv(self.descriptor, [view[: self.size - at]], at):
                if see is not None:
                    see(at, view[:count])
                if at + count > self._hashed:
                    self._hash.update(view[self._hashed - at : count])
                    self._hashed = at + count
                at += count
        return self._hash.hexdigest()

    def change(self) -> str:
        """Say how the file is no longer what was opened; empty when it is. Call it last."""
        now = os.fstat(self.descriptor)
        if any(getattr(now, name) != getattr(self._status, name) for name in ("st_size", "st_mtime_ns", "st_ctime_ns")):
            return "the file was changed while it was read"
        # Files of /proc and the like have a size of 0 and hold something all the same.
        return "the file holds more than its size says" if os.pread(self.descriptor, 1, self.size) else ""
