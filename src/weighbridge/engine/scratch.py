"""Where decompressed members are kept while they are read: in memory when small, else in one unlinked file."""

from __future__ import annotations

import os

from weighbridge.core.errors import OverLimit, reason
from weighbridge.core.source import BytesSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.limits import Meter
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Packed

IN_MEMORY = 4 << 20
"""Bytes of one member that stay in memory; nesting multiplies this by the depth at most."""


class _Region:
    """A stretch of the scratch file."""

    __slots__ = ("descriptor", "size", "start")

    def __init__(self, descriptor: int, start: int, size: int) -> None:
        self.descriptor = descriptor
        self.start = start
        self.size = size

    def read_at(self, offset: int, length: int) -> bytes:
        """Read up to ``length`` bytes; shorter only at the end."""
        room = min(length, self.size - offset)
        return os.pread(self.descriptor, room, self.start + offset) if room > 0 else b""


class Scratch:
    """One process's scratch space; ``descriptor`` is an unlinked file opened before the jail closed, or -1 for none."""

    def __init__(self, descriptor: int = -1) -> None:
        self.descriptor = descriptor
        self.end = 0

    def keep(self, packed: Packed, meter: Meter) -> tuple[ByteSource, Exception | None]:
        """Decompress a member within the budgets.

        Returns what came out and the error that ended it early, if any: the part before a break is examined too.
        """
        held: list[bytes] = []
        total, start, spilled = 0, self.end, False
        trouble: Exception | None = None
        blocks = self._metered(packed, meter)
        while True:
            try:
                block = next(blocks, None)
            except Exception as error:  # noqa: BLE001  (a decompressor may raise anything; the caller reports it)
                trouble = error
                break
            if block is None:
                break
            total += len(block)
            held.append(block)
            if spilled or total > IN_MEMORY:
                spilled = True
                try:
                    self._write(held)
                except OSError as error:
                    trouble = OverLimit(f"there is no room to unpack it: {reason(error)}")
                    break
        if spilled:
            return _Region(self.descriptor, start, self.end - start), trouble
        return BytesSource(b"".join(held)), trouble

    def _metered(self, packed: Packed, meter: Meter) -> Iterator[bytes]:
        total = 0
        for block in packed.blocks():
            total += len(block)
            meter.spend_expanded(len(block), stored=packed.stored, total=total)
            yield block

    def _file(self) -> int:
        if self.descriptor < 0:
            from tempfile import TemporaryFile

            with TemporaryFile() as unlinked:
                self.descriptor = os.dup(unlinked.fileno())
        return self.descriptor

    def _write(self, held: list[bytes]) -> None:
        """Move what is held into the file."""
        for piece in held:
            view = memoryview(piece)
            while view:
                written = os.pwrite(self._file(), view, self.end)
                self.end += written
                view = view[written:]
        held.clear()

    def release(self, start: int) -> None:
        """Give back everything kept since the scratch ended at ``start``."""
        if self.end > start:
            self.end = start
            os.ftruncate(self.descriptor, start)
