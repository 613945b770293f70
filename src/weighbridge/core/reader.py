"""A bounded cursor over a byte source, for parsers of binary headers."""

from __future__ import annotations

from struct import Struct

from weighbridge.core.errors import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource

_U16, _U32, _U64, _I64 = Struct("<H"), Struct("<I"), Struct("<Q"), Struct("<q")


class Reader:
    """Reads little-endian fields one after the other; raises Malformed where the bytes end too soon."""

    __slots__ = ("offset", "source")

    def __init__(self, source: ByteSource, offset: int = 0) -> None:
        self.source = source
        self.offset = offset

    @property
    def left(self) -> int:
        """Bytes from here to the end."""
        return max(0, self.source.size - self.offset)

    def exactly(self, length: int) -> bytes:
        """Read ``length`` bytes and step over them."""
        if length < 0 or length > self.left:
            raise Malformed(f"{length} bytes are announced, {self.left} are left", offset=self.offset)
        found = self.source.read_at(self.offset, length)
        if len(found) != length:
            raise Malformed(f"{length} bytes are announced, {len(found)} could be read", offset=self.offset)
        self.offset += length
        return found

    def u8(self) -> int:
        """Read an unsigned byte."""
        return self.exactly(1)[0]

    def u16(self) -> int:
        """Read an unsigned 16-bit integer."""
        number: int = _U16.unpack(self.exactly(2))[0]
        return number

    def u32(self) -> int:
        """Read an unsigned 32-bit integer."""
        number: int = _U32.unpack(self.exactly(4))[0]
        return number

    def u64(self) -> int:
        """Read an unsigned 64-bit integer."""
        number: int = _U64.unpack(self.exactly(8))[0]
        return number

    def i64(self) -> int:
        """Read a signed 64-bit integer."""
        number: int = _I64.unpack(self.exactly(8))[0]
        return number
