"""The second source of a conversion: a file for what does not lie raw in the first, as compressed or encoded content.

A jailed worker fills it while it plans; the parent only copies out of it, and never decompresses. Addresses count on
from the end of the first file, so that one number says where bytes lie: ``Flattened`` tells the two apart.
"""

from __future__ import annotations

import os

from weighbridge.core.errors import Malformed, OverLimit, reason
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import SubSource
from weighbridge.engine.files import pread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weighbridge.core.source import ByteSource

PIECE = 1 << 20
"""Bytes written at a time where one value fills a region."""


class Unpacked:
    """A sink behind a file of ``file_size`` bytes; ``descriptor`` is open for reading and writing, and empty.

    Without a descriptor everything that would have to be unpacked is refused. Every content is held against the bytes
    that it is stored in, all of them together against the file (``Limits.ratio``) and ``Limits.expanded_bytes``.
    """

    def __init__(self, file_size: int, descriptor: int | None = None) -> None:
        self.file_size = file_size
        self.size = 0
        """Bytes taken so far."""
        self._descriptor = descriptor
        self._meter = Meter(Limits())

    def add(self, blocks: Iterable[bytes | bytearray | memoryview], stored: int) -> tuple[int, int]:
        """Write what blocks of bytes give, and tell its address and length: a place for ``Places``.

        ``stored`` are the bytes of the file that it comes from. Raises OverLimit for a bomb or a full disk, Malformed
        without a descriptor, and what ``blocks`` raises.
        """
        begin = self.size
        for block in blocks:
            self._spend(len(block), stored, self.size + len(block) - begin)
            self._put(self.size, block)
            self.size += len(block)
        return self.file_size + begin, self.size - begin

    def reserve(self, length: int, stored: int, fill: bytes = b"") -> int:
        """Take a region, each of its elements ``fill``, zeros without one, and tell its address; raises as ``add``."""
        self._spend(length, stored, length)
        begin, self.size = self.size, self.size + length
        if fill.strip(b"\0"):
            block = memoryview(fill * (PIECE // len(fill) + 1))
            step = len(block)
            for at in range(0, length, step):
                self._put(begin + at, block[: length - at])
        else:
            self._grow()  # what nobody writes to reads as zeros
        return self.file_size + begin

    def write(self, address: int, content: bytes | bytearray | memoryview) -> None:
        """Write into a region that was reserved."""
        begin = address - self.file_size
        assert 0 <= begin <= begin + len(content) <= self.size
        self._put(begin, content)

    def source(self, place: tuple[int, int]) -> ByteSource:
        """Give what ``add`` wrote as a source of its own."""
        return SubSource(self, place[0] - self.file_size, place[1])

    def read_at(self, offset: int, length: int) -> bytes:
        """Read up to ``length`` bytes at an offset of this file, not an address; shorter only at the end."""
        return pread(self._open(), offset, min(length, self.size - offset))

    def _open(self) -> int:
        if self._descriptor is None:
            raise Malformed("compressed or encoded content, and there is no file to unpack it into")
        return self._descriptor

    def _spend(self, produced: int, stored: int, total: int) -> None:
        self._open()
        self._meter.spend_expanded(produced, stored=stored, total=total)
        # Many contents, each of them small, or stored in the same bytes.
        self._meter.spend_expanded(0, stored=self.file_size, total=self._meter.expanded)

    def _put(self, at: int, content: bytes | bytearray | memoryview) -> None:
        view = memoryview(content)
        try:
            while view:
                written = os.pwrite(self._open(), view, at)
                at, view = at + written, view[written:]
        except OSError as error:
            raise OverLimit(f"there is no room to unpack it: {reason(error)}") from None

    def _grow(self) -> None:
        try:
            os.ftruncate(self._open(), self.size)
        except OSError as error:
            raise OverLimit(f"there is no room to unpack it: {reason(error)}") from None


def expanded(blocks: Iterator[bytes], unpacked: Unpacked, stored: int) -> tuple[ByteSource, int]:
    """Unpack one content; gives it as a source, and the address at which it begins."""
    place = unpacked.add(blocks, stored)
    return unpacked.source(place), place[0]
