"""A solid folder of a 7z archive: expanded once, its files handed out one after the other as they come."""

from __future__ import annotations

from zlib import crc32

from weighbridge.core.errors import Malformed
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.core.limits import Meter
    from weighbridge.formats.containers.sevenz_header import File

_HEAD = 4096


@value
class Part:
    """One file's share of what a folder expands to; ``file`` is None for content that no file names."""

    file: File | None
    start: int
    size: int
    crc: int | None

    @property
    def name(self) -> str:
        """The file's name."""
        return self.file.name if self.file else ""


class Drained:
    """What came out of a part: its CRC-32, its first bytes, and whether it came whole."""

    __slots__ = ("complete", "crc", "head")

    def __init__(self) -> None:
        self.crc = 0
        self.head = b""
        self.complete = False


class Content:
    """What a folder expands to, read once from front to back."""

    __slots__ = ("_blocks", "_broken", "_meter", "_rest", "_stored", "at")

    def __init__(self, blocks: Iterator[bytes], meter: Meter, stored: int) -> None:
        self._blocks = blocks
        self._meter = meter
        self._stored = stored
        self._rest = b""
        self._broken: Malformed | None = None
        self.at = 0

    def reader(self, part: Part, drained: Drained) -> Callable[[], Iterator[bytes]]:
        """Make the blocks of a part; parts must be read in order, what was left of earlier ones is passed over."""
        return lambda: self._read(part, drained)

    def _read(self, part: Part, drained: Drained) -> Iterator[bytes]:
        stop = part.start + part.size
        while self.at < stop:
            block = self._next()
            if not block:
                raise Malformed("the folder expands to less than its files", offset=self.at)
            wanted = self.at >= part.start
            room = (stop if wanted else part.start) - self.at
            self.at += min(room, len(block))
            block, self._rest = block[:room], block[room:]
            if wanted:
                drained.crc = crc32(block, drained.crc)
                drained.head = drained.head or block[:_HEAD]
                yield block  # what follows may never run, so nothing is left to do
            else:
                self._meter.spend_expanded(len(block), stored=self._stored, total=self.at)
        drained.complete = True

    def _next(self) -> bytes:
        if self._broken is not None:
            raise self._broken
        block, self._rest = self._rest, b""
        try:
            return block or next(self._blocks, b"")
        except Malformed as broken:
            self._broken = broken
            raise

    def has_more(self) -> bool:
        """Tell whether the folder expands to more than was read."""
        self._rest = self._next()
        return bool(self._rest)
