"""Open files as sources of tensors: what was planned, and what was unpacked beside it."""

from __future__ import annotations

import os

from weighbridge.engine.files import pread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.plan import Tensor


class RangeSource:
    """A byte source over an open file that somebody else closes; ``unpacked`` is the file beside it, if any."""

    __slots__ = ("_unpacked", "descriptor", "size")

    def __init__(self, descriptor: int, unpacked: int | None = None) -> None:
        self.descriptor = descriptor
        self._unpacked = self if unpacked is None else RangeSource(unpacked)
        self.size = os.fstat(descriptor).st_size

    def of(self, tensor: Tensor) -> RangeSource:
        """Give the source that a tensor lies in."""
        return self._unpacked if tensor.unpacked else self

    def read_at(self, offset: int, length: int) -> bytes:
        """Read up to ``length`` bytes; shorter only at the end."""
        return pread(self.descriptor, offset, length)

    def read_into(self, buffer: bytearray, offset: int) -> int:
        """Fill a buffer from ``offset`` on and give how many bytes came; fewer only at the end."""
        return read_into(self.descriptor, buffer, offset)


def read_into(descriptor: int, buffer: bytearray, offset: int) -> int:
    """Fill a buffer from a file; one ``preadv(2)`` may give less in the middle of it."""
    rest, filled = memoryview(buffer), 0
    while rest:
        count = os.preadv(descriptor, [rest], offset + filled)
        if not count:
            break
        filled, rest = filled + count, rest[count:]
    return filled
