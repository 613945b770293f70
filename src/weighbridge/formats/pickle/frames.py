"""FRAMEs that end inside an operand: the C unpickler then reads other bytes than those that follow.

``_Unpickler_ReadFromFile`` in ``Modules/_pickle.c`` reads a frame from the file at once. An operand that begins in the
frame and ends behind it is read anew from the end of the frame, and what the frame still held of it is dropped. The
same stream from memory, or from a file with ``peek`` whose buffer holds the frame, loses nothing; the Python unpickler
stops. So one stream has three readings. No pickler writes such frames; both other readings are followed here.
"""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.formats.pickle import opcodes as op
from weighbridge.formats.pickle.window import Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource

READINGS = 8
"""Straddled frames of one stream that are followed; the first is reason enough to refuse the file."""

_WHOLE = frozenset({op.BINBYTES, op.SHORT_BINBYTES, op.BINBYTES8, op.BYTEARRAY8})
"""Opcodes whose operand is put together from both sides of the end (``_Unpickler_ReadInto``)."""

_WIDTHS = {
    **op.FIXED_SCALARS, op.PROTO: 1, op.BINGET: 1, op.BINPUT: 1, op.LONG_BINGET: 4, op.LONG_BINPUT: 4,
    op.EXT1: 1, op.EXT2: 2, op.EXT4: 4, op.FRAME: 8,
}  # fmt: skip
_LINES = {**dict.fromkeys(op.LINES, 1), op.GET: 1, op.PUT: 1, op.PERSID: 1, op.GLOBAL: 2, op.INST: 2}


def pieces(window: Window, position: int) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each read that the unpickler makes for the opcode at ``position``."""
    code = window.bytes_at(position, 1)
    position += 1
    yield position - 1, position
    if not code:
        return
    width = _WIDTHS.get(code[0], op.COUNTED.get(code[0], 0))
    if width:
        yield position, position + width
    if code[0] in op.COUNTED:
        count = int.from_bytes(window.bytes_at(position, width), "little")
        position += width
        if count and code[0] not in _WHOLE:
            yield position, position + count
        elif count:
            yield position + count, position + count
    elif code[0] == op.FRAME:
        size = int.from_bytes(window.bytes_at(position, 8), "little")
        yield position + 8, position + 8 + size
    for _ in range(_LINES.get(code[0], 0)):
        _, after = window.line_at(position)
        yield position, after
        position = after


@value
class Dropped:
    """The span that a loader from a file drops, and where the contents of the frame begin that cuts it off."""

    begin: int
    end: int
    frame: int


def straddle(source: ByteSource, start: int, end: int) -> Dropped | None:
    """Find the part of a read that lies before the ``end`` of the frame whose contents begin at ``start``."""
    window = Window(source, start)
    position = start
    while position < end:
        last = position
        for begin, after in pieces(window, position):
            if begin < end < after:
                return Dropped(begin=begin, end=end, frame=start)
            last = after if window.bytes_at(position, 1)[:1] != bytes((op.FRAME,)) else min(after, position + 9)
        if last <= position:
            return None
        position = last
        if position - window.base > len(window.content) // 2:
            window.slide(position)
    return None


class Spliced:
    """A source as the loader reads it that drops a span: without the span, the frame ending where it began."""

    __slots__ = ("begin", "end", "frame", "size", "source")

    def __init__(self, source: ByteSource, dropped: Dropped) -> None:
        self.source = source
        self.begin = dropped.begin
        self.end = dropped.end
        self.frame = dropped.frame
        self.size = source.size - (self.end - self.begin)

    def read_at(self, offset: int, length: int) -> bytes:
        """Read up to ``length`` bytes; shorter only at the end."""
        if offset >= self.begin:
            return self.source.read_at(offset + self.end - self.begin, length)
        found = bytearray(self.source.read_at(offset, min(length, self.begin - offset)))
        if len(found) < length:
            found += self.source.read_at(self.end, length - len(found))
        for place, byte in enumerate((self.begin - self.frame).to_bytes(8, "little"), self.frame - 8):
            if 0 <= place - offset < len(found):
                found[place - offset] = byte
        return bytes(found)
