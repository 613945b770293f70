"""A sliding window over a byte source: the stream is read forward in blocks, long operands are stepped over."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource

BLOCK = 1 << 20
"""Bytes read at a time: large enough that a read costs nothing, small enough that memory does not matter."""

FIRST = 1 << 14
"""Bytes read at first, each time twice as many up to ``BLOCK``: what is no pickle shows it at once."""

REACH = 1 << 10
"""Bytes that the longest short opcode needs; the window slides when less is left before its end."""

LINE = 1 << 16
"""Bytes of a text line (protocol 0) that are looked at; the names and numbers of honest files are far shorter."""


class Window:
    """``content`` holds the bytes from ``base``; ``last`` tells that it reaches the end of the source."""

    __slots__ = ("_block", "base", "content", "last", "source")

    def __init__(self, source: ByteSource, start: int) -> None:
        self.source = source
        self.base = start
        self.content = b""
        self._block = min(FIRST, BLOCK)
        self.last = False
        self.slide(start)

    def slide(self, start: int) -> None:
        """Move so that ``start`` is the first byte held."""
        inside = start - self.base
        kept = self.content[inside:] if 0 <= inside <= len(self.content) else b""
        if len(kept) < self._block:
            kept += self.source.read_at(start + len(kept), self._block)
            self._block = min(2 * self._block, BLOCK)
        self.base, self.content = start, kept
        self.last = start + len(kept) >= self.source.size

    def bytes_at(self, offset: int, length: int) -> bytes:
        """Read bytes anywhere in the source, from the window when it holds them."""
        inside = offset - self.base
        if inside >= 0 and inside + length <= len(self.content):
            return self.content[inside : inside + length]
        return self.source.read_at(offset, length)

    def line_at(self, offset: int) -> tuple[bytes, int]:
        """Read a line without its newline and the offset after it, as the unpicklers do.

        At the end of the input both unpicklers take what is left and cut its last byte off. A line longer than
        ``LINE`` is cut to that; the offset is still the one after its newline.
        """
        inside = offset - self.base
        if inside >= 0:
            end = self.content.find(b"\n", inside, inside + LINE)
            if end >= 0:
                return self.content[inside:end], self.base + end + 1
        head = self.bytes_at(offset, LINE)
        end = head.find(b"\n")
        if end >= 0:
            return head[:end], offset + end + 1
        position = offset + len(head)
        while position < self.source.size:
            block = self.source.read_at(position, BLOCK)
            end = block.find(b"\n")
            if end >= 0:
                return head, position + end + 1
            if not block:
                break
            position += len(block)
        return (head[:-1] if position - offset <= LINE else head), position
