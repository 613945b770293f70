"""Protocol Buffers on the wire, bounded and without a schema: fields of one message as they stand.

Source: https://protobuf.dev/programming-guides/encoding/. Messages are never copied: a length-delimited field is
a span of the source, read when somebody asks for it, so a tensor of gigabytes costs nothing. ``Field.fields()`` walks a
message inside another with offsets that count in the same source, over the bytes that are at hand already.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.source import SubSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource

VARINT, FIXED64, BYTES, START_GROUP, END_GROUP, FIXED32 = range(6)
"""Wire types."""

FIELDS = 20_000_000
"""Fields of one message that are read; a packed graph of the largest kind has a tenth."""

GROUPS = 100
"""Groups within each other: the recursion limit of the reference implementations."""

WINDOW = 1 << 16
"""Bytes that are fetched at a time where small fields follow each other."""

_FIRST = 1 << 12  # bytes that are fetched behind a long field, where the next may be long again
_LONGEST_VARINT = 10
_HEADER = 2 * _LONGEST_VARINT
_WORD = (1 << 64) - 1
_F32, _F64 = Struct("<f"), Struct("<d")


class Field:
    """One field: ``number``, wire ``kind``, and either ``value`` (VARINT, FIXED32, FIXED64) or the span of its bytes.

    ``start`` and ``length`` locate the content in the source that was given; ``offset`` is where the field's tag
    begins. A group is a field of kind START_GROUP whose content goes up to its end tag.
    """

    __slots__ = ("_base", "_source", "_window", "kind", "length", "number", "offset", "start", "value")

    def __init__(  # noqa: PLR0917  (made for every field of a message: keywords would cost a tenth of the time)
        self,
        source: ByteSource,
        number: int,
        kind: int,
        offset: int,
        start: int,
        length: int,
        value: int = 0,
        window: bytes = b"",
        base: int = 0,
    ) -> None:
        self._source = source
        self.number = number
        self.kind = kind
        self.offset = offset
        self.start = start
        self.length = length
        self.value = value
        self._window = window
        self._base = base

    @property
    def end(self) -> int:
        """Where the content ends."""
        return self.start + self.length

    @property
    def source(self) -> ByteSource:
        """The content of a BYTES field as a source of its own."""
        return SubSource(self._source, self.start, self.length)

    def fields(self, *, most: int = FIELDS) -> Iterator[Field]:
        """Yield the fields of a message, offsets counted as this field's own; raises Malformed, OverLimit."""
        return _walk(self._source, self.start, self.start + self.length, (self._window, self._base), most)

    def read(self, most: int) -> bytes:
        """Read the content of a BYTES field, at most so many bytes of it."""
        length = min(self.length, most)
        at = self.start - self._base
        if at + length <= len(self._window):
            return self._window[at : at + length]
        return self._source.read_at(self.start, length)

    def text(self, most: int = 1 << 16) -> str:
        """Read the content as UTF-8; what is not becomes a visible escape."""
        return self.read(most).decode("utf-8", "backslashreplace")

    def signed(self) -> int:
        """See a VARINT as int32, int64 or enum: two's complement of 64 bits."""
        return self.value - (1 << 64) if self.value >> 63 else self.value

    def number_f32(self) -> float:
        """See a FIXED32 as float."""
        found: float = _F32.unpack(self.value.to_bytes(4, "little"))[0]
        return found

    def number_f64(self) -> float:
        """See a FIXED64 as double."""
        found: float = _F64.unpack(self.value.to_bytes(8, "little"))[0]
        return found

    def packed(self, most: int = 1 << 20) -> list[int]:
        """Read a packed repeated field of varints; a single VARINT counts as one. Raises Malformed, OverLimit."""
        if self.kind != BYTES:
            return [self.value]
        if self.length > most:
            raise OverLimit(f"a packed field of {self.length} bytes", offset=self.start)
        content, at, found = self.read(most), 0, []
        while at < len(content):
            number, at = _varint(content, at, self.start)
            found.append(number)
        return found


def fields(source: ByteSource, *, most: int = FIELDS) -> Iterator[Field]:
    """Yield the fields of one message in order; raises Malformed where it breaks, OverLimit past ``most`` fields."""
    return _walk(source, 0, source.size, (b"", 0), most)


def _walk(source: ByteSource, offset: int, end: int, at_hand: tuple[bytes, int], most: int) -> Iterator[Field]:
    """Walk the message that lies at ``offset``; bytes from a place on may be at hand already."""
    window, base = at_hand
    ahead = base + len(window)
    step, count = _FIRST, 0
    while offset < end:
        if offset + _HEADER > ahead and ahead < end:
            step = min(2 * step, WINDOW) if base < offset <= ahead else _FIRST
            base, window = offset, source.read_at(offset, min(step, end - offset))
            ahead = base + len(window)
            if not window:
                raise Malformed("the bytes end inside a message", offset=offset)
        here = offset - base
        tag = window[here]
        here += 1
        if tag >= 0x80:
            tag, here = _varint(window, here - 1, base)
        number, kind = tag >> 3, tag & 7
        if not number or number >> 29:
            raise Malformed(f"no field has the number {number}", offset=offset)
        count += 1
        if count > most:
            raise OverLimit(f"a message of more than {most} fields", offset=offset)
        held = 0
        if kind == BYTES:
            length, here = _varint(window, here, base)
            start = base + here
        elif kind == VARINT:
            start = base + here
            held, here = _varint(window, here, base)
            length = base + here - start
        elif kind in (FIXED64, FIXED32):
            start, length = base + here, 8 if kind == FIXED64 else 4
            content = window[here : here + length] if here + length <= len(window) else source.read_at(start, length)
            held = int.from_bytes(content, "little")
        elif kind == START_GROUP:
            start = base + here
            length, after = _group(source, number, start, end, most)
            yield Field(source, number, kind, offset, start, length, 0, window, base)
            offset = after
            continue
        else:
            raise Malformed(f"wire type {kind} has no place here", offset=offset)
        if length > end - start:
            raise Malformed(f"a field claims {length} bytes, {max(0, end - start)} are left", offset=offset)
        yield Field(source, number, kind, offset, start, length, held, window, base)
        offset = start + length


def _group(source: ByteSource, number: int, start: int, end: int, most: int) -> tuple[int, int]:
    """Find the length of a group's content, and where what follows the group begins."""
    open_, offset, count = [number], start, 0
    while offset < end:
        head = source.read_at(offset, min(_HEADER, end - offset))
        tag, here = _varint(head, 0, offset)
        inner, kind = tag >> 3, tag & 7
        count += 1
        if not inner or inner >> 29:
            raise Malformed(f"no field has the number {inner}", offset=offset)
        if count > most:
            raise OverLimit(f"a group of more than {most} fields", offset=offset)
        if kind == END_GROUP:
            if open_.pop() != inner:
                raise Malformed(f"the end of group {inner} has no beginning", offset=offset)
            if not open_:
                return offset - start, offset + here
        elif kind == START_GROUP:
            open_.append(inner)
            if len(open_) > GROUPS:
                raise OverLimit(f"more than {GROUPS} groups within each other", offset=offset)
        elif kind == VARINT:
            _, here = _varint(head, here, offset)
        elif kind == BYTES:
            length, here = _varint(head, here, offset)
            here += length
        elif kind in (FIXED64, FIXED32):
            here += 8 if kind == FIXED64 else 4
        else:
            raise Malformed(f"wire type {kind} has no place here", offset=offset)
        offset += here
    raise Malformed(f"group {number} has no end", offset=start)


def _varint(window: bytes, at: int, begin: int) -> tuple[int, int]:
    number = shift = 0
    for here in range(at, min(len(window), at + _LONGEST_VARINT)):
        byte = window[here]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & _WORD, here + 1
        shift += 7
    raise Malformed("a number breaks off or is longer than ten bytes", offset=begin + at)
