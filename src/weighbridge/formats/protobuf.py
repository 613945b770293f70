"""Protocol Buffers on the wire, bounded and without a schema: fields of one message as they stand.

Source: https://protobuf.dev/programming-guides/encoding/. Messages are never copied: a length-delimited field is
a span of the source, read when somebody asks for it, so a tensor of gigabytes costs nothing.
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

WINDOW = 1 << 16
"""Bytes that are fetched at a time."""

_LONGEST_VARINT = 10
_F32, _F64 = Struct("<f"), Struct("<d")


class Field:
    """One field: ``number``, wire ``kind``, and either ``value`` (VARINT, FIXED32, FIXED64) or the span of its bytes.

    ``start`` and ``length`` locate the content in the message's source; ``offset`` is where the field's tag begins.
    """

    __slots__ = ("_source", "kind", "length", "number", "offset", "start", "value")

    def __init__(
        self, source: ByteSource, number: int, kind: int, *, offset: int, start: int, length: int, value: int = 0
    ) -> None:
        self._source = source
        self.number = number
        self.kind = kind
        self.offset = offset
        self.start = start
        self.length = length
        self.value = value

    @property
    def source(self) -> ByteSource:
        """The content of a BYTES field as a source of its own."""
        return SubSource(self._source, self.start, self.length)

    def read(self, most: int) -> bytes:
        """Read the content of a BYTES field, at most so many bytes of it."""
        return self._source.read_at(self.start, min(self.length, most))

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
    """Yield the fields of one message in order; raises Malformed where it breaks, OverLimit past ``most`` fields.

    Groups, which proto3 does not have and no model format uses, are Malformed.
    """
    size, offset, begin, window = source.size, 0, 0, b""
    count = 0
    while offset < size:
        at = offset - begin
        if at + 2 * _LONGEST_VARINT > len(window) and begin + len(window) < size:
            begin, window, at = offset, source.read_at(offset, WINDOW), 0
        if at >= len(window):
            begin, window, at = offset, source.read_at(offset, WINDOW), 0
        tag, here = _varint(window, at, begin)
        number, kind = tag >> 3, tag & 7
        if not number or number >> 29:
            raise Malformed(f"no field has the number {number}", offset=offset)
        count += 1
        if count > most:
            raise OverLimit(f"a message of more than {most} fields", offset=offset)
        start, length, held = begin + here, 0, 0
        if kind == VARINT:
            held, here = _varint(window, here, begin)
            length = begin + here - start
        elif kind == BYTES:
            length, here = _varint(window, here, begin)
            start = begin + here
        elif kind in (FIXED64, FIXED32):
            length = 8 if kind == FIXED64 else 4
        else:
            raise Malformed(f"wire type {kind} has no place in a model", offset=offset)
        if length > size - start:
            raise Malformed(f"a field claims {length} bytes, {size - start} are left", offset=offset)
        if kind in (FIXED64, FIXED32):
            held = int.from_bytes(source.read_at(start, length), "little")
        yield Field(source, number, kind, offset=offset, start=start, length=length, value=held)
        offset = start + length


def _varint(window: bytes, at: int, begin: int) -> tuple[int, int]:
    number = shift = 0
    for here in range(at, min(len(window), at + _LONGEST_VARINT)):
        byte = window[here]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & 0xFFFF_FFFF_FFFF_FFFF, here + 1
        shift += 7
    raise Malformed("a number breaks off or is longer than ten bytes", offset=begin + at)
