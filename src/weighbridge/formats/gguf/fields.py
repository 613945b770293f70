"""Reads the fields of a GGUF header one after the other, through a window, in either byte order.

Version 1 has lengths of 32 bits, later ones of 64. Every length is held against the bytes that are left before
anything is read or counted.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.gguf import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource

LONGEST_KEY = 65_535
"""Bytes of a key or of a tensor's name, as the specification has it."""

LONGEST_ARRAY = 1 << 24
"""Strings of one array: 80 times the largest vocabulary with its merges."""

LARGEST_CLAIM = 1 << 30
"""A longer string than this is refused by llama.cpp itself; a claim beyond the end of the file that is smaller is what
a broken download looks like."""

_WINDOW = 1 << 18  # bytes read at a time: where reading is dear, all of the last window but its beginning is in vain
_LONGEST_LOOKED_AT = 1 << 20


class Beyond(Malformed):
    """A length leads past the end of the file; ``claimed`` is the length."""

    def __init__(self, what: str, claimed: int, left: int, offset: int) -> None:
        super().__init__(f"{what} claims {claimed} bytes, {left} are left", offset=offset)
        self.claimed = claimed


class Cursor:
    """A place in the header; ``offset`` is where the next field begins."""

    __slots__ = ("_data", "_length", "_scalars", "_start", "offset", "order", "source", "width")

    def __init__(self, source: ByteSource, offset: int, order: str, width: int) -> None:
        self.source, self.offset, self.order, self.width = source, offset, order, width
        self._length = Struct(order + ("Q" if width == 8 else "I"))
        self._scalars = {kind: Struct(order + code) for kind, code in types.CODES.items()}
        self._data, self._start = b"", 0

    @property
    def left(self) -> int:
        """Bytes from here to the end of the file."""
        return max(0, self.source.size - self.offset)

    def take(self, length: int, what: str) -> bytes:
        """Read ``length`` bytes and step over them; raises Malformed."""
        if length > self.left:
            raise Beyond(what, length, self.left, self.offset)
        at = self.offset - self._start
        if at + length > len(self._data):
            self._data, self._start, at = self.source.read_at(self.offset, max(length, _WINDOW)), self.offset, 0
            if len(self._data) < length:
                raise Beyond(what, length, len(self._data), self.offset)
        self.offset += length
        return self._data[at : at + length]

    def skip(self, length: int, what: str) -> None:
        """Step over bytes; raises Malformed."""
        if length > self.left:
            raise Beyond(what, length, self.left, self.offset)
        self.offset += length

    def scalar(self, kind: int, what: str) -> int | float:
        """Read a value of fixed size."""
        layout = self._scalars[kind]
        found: int | float = layout.unpack(self.take(layout.size, what))[0]
        return found

    def u32(self, what: str) -> int:
        """Read an unsigned integer of 32 bits."""
        return int(self.scalar(types.UINT32, what))

    def u64(self, what: str) -> int:
        """Read an unsigned integer of 64 bits."""
        return int(self.scalar(types.UINT64, what))

    def length(self, what: str) -> int:
        """Read a length or count in the width of the version."""
        found: int = self._length.unpack(self.take(self.width, what))[0]
        return found

    def string(self, what: str, longest: int) -> bytes | None:
        """Read a string; None for one that is longer than ``longest`` and is stepped over."""
        length = self.length(what)
        if length > longest:
            self.skip(length, what)
            return None
        return self.take(length, what)

    def strings(self, count: int, what: str) -> Iterator[list[bytes]]:
        """Read ``count`` strings in batches; one that is longer than a MiB comes as its first bytes."""
        if count > LONGEST_ARRAY:
            raise OverLimit(f"{what} holds {count} strings, more than {LONGEST_ARRAY}", offset=self.offset)
        unpack, width = self._length.unpack_from, self.width
        while count:
            data, begin = self.source.read_at(self.offset, min(_WINDOW, self.left)), self.offset
            at, end = 0, len(data)
            batch: list[bytes] = []
            add = batch.append
            while count and at + width <= end:
                stop = at + width + unpack(data, at)[0]
                if stop > end:
                    break
                add(data[at + width : stop])
                at = stop
                count -= 1
            self.offset = begin + at
            if not batch:
                length = self.length(what)
                add(self.source.read_at(self.offset, min(length, _LONGEST_LOOKED_AT)))
                self.skip(length, what)
                count -= 1
            yield batch

    def element(self, kind: int, count: int, what: str) -> None:
        """Step over ``count`` values of a fixed size."""
        self.skip(types.SIZES[kind] * count, what)
