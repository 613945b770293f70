"""Byte sources: the only way a parser sees a file, a member, a range or a fuzzer's bytes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class ByteSource(Protocol):
        """Bytes of known size that can be read anywhere."""

        @property
        def size(self) -> int:
            """Bytes in all."""
            ...

        def read_at(self, offset: int, length: int) -> bytes:
            """Read up to ``length`` bytes; shorter only at the end."""
            ...


class BytesSource:
    """A byte source over bytes in memory."""

    __slots__ = ("content", "size")

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.size = len(content)

    def read_at(self, offset: int, length: int) -> bytes:
        """Read up to ``length`` bytes; shorter only at the end."""
        return self.content[offset : offset + length]


class SubSource:
    """A window of another source; what the source does not hold reads as the end."""

    __slots__ = ("size", "source", "start")

    def __init__(self, source: ByteSource, start: int, size: int) -> None:
        self.source = source
        self.start = max(0, start)
        self.size = max(0, min(size, source.size - self.start))

    def read_at(self, offset: int, length: int) -> bytes:
        """Read up to ``length`` bytes; shorter only at the end."""
        room = self.size - offset
        return self.source.read_at(self.start + offset, min(length, room)) if room > 0 and length > 0 else b""
