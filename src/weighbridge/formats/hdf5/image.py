"""The bytes of one HDF5 file as its structures see them: little-endian fields of varying width, relative addresses."""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource

SLACK = 64 << 20
"""Bytes of structures that are read whatever the size of the file."""

PASSES = 4
"""How often the bytes of a file may be read as structures: honest files need each once, and heads of heaps again."""

LARGEST = 16 << 20
"""Bytes of one structure that are read at once: a header, a node, a heap of names."""

PIECES = 300_000
"""Pieces of a file that are remembered, to find what lies between them: 40 MB. Neighbours count as one."""


class Fields:
    """A cursor over bytes already read; raises Malformed where they end too soon."""

    __slots__ = ("at", "data", "image", "start")

    def __init__(self, data: bytes, image: Image, start: int = 0) -> None:
        self.data, self.image, self.start = data, image, start
        self.at = 0

    @property
    def left(self) -> int:
        """Bytes that are left."""
        return len(self.data) - self.at

    def take(self, length: int) -> bytes:
        """Take so many bytes."""
        end = self.at + length
        if length < 0 or end > len(self.data):
            raise Malformed("a structure ends too soon", offset=self.start + len(self.data))
        found = self.data[self.at : end]
        self.at = end
        return found

    def whole(self, width: int) -> int:
        """Take an unsigned integer of ``width`` bytes."""
        return int.from_bytes(self.take(width), "little")

    def address(self) -> int | None:
        """Take an address; None where it is undefined."""
        width = self.image.address_bytes
        found = self.whole(width)
        return None if found == (1 << 8 * width) - 1 else found

    def length(self) -> int:
        """Take a size."""
        return self.whole(self.image.length_bytes)

    def text(self) -> bytes:
        """Take bytes up to a NUL, and the NUL."""
        end = self.data.find(b"\0", self.at)
        if end < 0:
            raise Malformed("a name has no end", offset=self.start + self.at)
        return self.take(end + 1 - self.at)[:-1]


class Image:
    """A file: where its addresses count from, how wide they are, and which bytes its structures have taken."""

    def __init__(self, source: ByteSource, base: int, address_bytes: int, length_bytes: int) -> None:
        self.source, self.base = source, base
        self.address_bytes, self.length_bytes = address_bytes, length_bytes
        self.taken: list[tuple[int, int]] = []
        self._budget = SLACK + PASSES * source.size

    def read(self, address: int, length: int) -> bytes:
        """Read exactly ``length`` bytes at an address; raises Malformed and OverLimit."""
        at = self.base + address
        if length > LARGEST:
            raise OverLimit(f"a structure of {length} bytes", offset=min(at, self.source.size))
        if at + length > self.source.size:
            raise Malformed(f"{length} bytes at {at} lie outside of the file", offset=min(at, self.source.size))
        self._budget -= length
        if self._budget < 0:
            raise OverLimit("structures overlap so often that reading them has no end", offset=at)
        found = self.source.read_at(at, length)
        if len(found) != length:
            raise Malformed(f"{length} bytes at {at} could not be read", offset=at)
        return found

    def fields(self, address: int, length: int) -> Fields:
        """Read a structure and mark its bytes as taken."""
        data = self.read(address, length)
        self.take(address, length)
        return Fields(data, self, self.base + address)

    def signed(self, signature: bytes, address: int, length: int) -> Fields:
        """Read a structure that begins with its signature, and step over that."""
        fields = self.fields(address, length)
        if fields.take(len(signature)) != signature:
            raise Malformed(f"there is no {signature.decode()} here", offset=self.base + address)
        return fields

    def take(self, address: int, length: int) -> None:
        """Mark bytes as taken."""
        begin = self.base + address
        end = min(begin + length, self.source.size)
        if self.taken and self.taken[-1][1] == begin:
            self.taken[-1] = (self.taken[-1][0], end)
        elif len(self.taken) < PIECES:
            self.taken.append((begin, end))

    def holes(self, end: int) -> list[tuple[int, int]]:
        """List what lies between the taken bytes, up to ``end``."""
        found, cursor = [], self.base
        for begin, until in sorted(self.taken):
            if begin > cursor:
                found.append((cursor, min(begin, end)))
            cursor = max(cursor, until)
        if cursor < end:
            found.append((cursor, end))
        return [(begin, until) for begin, until in found if begin < until]


def width_of(number: int) -> int:
    """Tell in how many bytes a number up to ``number`` is written."""
    return max(1, (number.bit_length() + 7) // 8)
