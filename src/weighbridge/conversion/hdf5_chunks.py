"""Chunked datasets of HDF5 put together: filters undone in bounded memory, each chunk written where it belongs.

Source: HDF5 File Format Specification 3.0 (IV.A.2.l, VI) and the library's filters (``H5Zdeflate.c``, ``H5Zshuffle.c``,
``H5Zfletcher32.c``, ``H5checksum.c``).
"""

from __future__ import annotations

import zlib
from array import array
from itertools import accumulate
from math import prod
from sys import byteorder

from weighbridge.conversion.hdf5_regions import Region
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.hdf5.chunks import located

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.conversion.hdf5_regions import Grid
    from weighbridge.conversion.unpacked import Unpacked
    from weighbridge.formats.hdf5.elements import Element
    from weighbridge.formats.hdf5.image import Image
    from weighbridge.formats.hdf5.messages import Filter, Layout

DEFLATE, SHUFFLE, FLETCHER32 = 1, 2, 3
UNDONE = (DEFLATE, SHUFFLE, FLETCHER32)
"""Filters that are undone here."""

CHUNK_BYTES = 32 << 20
"""Bytes of a chunk, of which two copies are held; h5py's own choice is at most one MiB."""
_SLACK = 1 << 16
"""Bytes by which a filter may make a chunk longer than it was."""
_SUMMED = 1 << 16
"""Words that are summed at a time."""
_FLETCHER_BYTES = 4


class Chunked:
    """One chunked dataset, whose elements and filters are known to be undone here."""

    def __init__(self, image: Image, layout: Layout, grid: Grid, kind: Element, filters: list[Filter]) -> None:
        self.image, self.layout, self.grid, self.kind, self.filters = image, layout, grid, kind, filters
        self.plain = prod(grid.sides) * kind.size
        if self.plain > CHUNK_BYTES:
            raise OverLimit(f"chunks of {self.plain} bytes; at most {CHUNK_BYTES >> 20} MiB are held at once")

    def into(self, unpacked: Unpacked, fill: bytes) -> tuple[int, int]:
        """Put the dataset together, ``fill`` where no chunk is; gives its place. Raises Malformed and OverLimit."""
        size = prod(self.grid.dims) * self.kind.size
        stored = sum(min(length, self.plain + _SLACK) for _, _, length, _ in self._chunks())
        address = unpacked.reserve(size, stored, fill)
        region = Region(unpacked, address, self.grid, self.kind.size)
        put = region.gather if self.layout.index != "extensible array" and region.is_narrow() else region.scatter
        for origin, at, length, mask in self._chunks():
            put(origin, self._decoded(self._read(at, length), origin, mask))
        region.flush()
        return address, size

    def _chunks(self) -> Iterator[tuple[tuple[int, ...], int, int, int]]:
        """Yield the first element, the address, the length and the filter mask of every chunk within the shape."""
        grid, growing = self.grid, self.layout.index == "extensible array"
        count = prod(grid.counts())
        for at, length, mask, where in located(self.image, self.layout, len(grid.dims), self.plain, count):
            place = where if isinstance(where, tuple) else grid.place(where, growing=growing)
            origin = tuple(number * side for number, side in zip(place, grid.sides, strict=True))
            if all(begin < dim for begin, dim in zip(origin, grid.dims, strict=True)):
                yield origin, at, length, mask

    def _read(self, address: int, length: int) -> bytes:
        begin = self.image.base + address
        if length > self.plain + _SLACK:
            raise Malformed(f"a chunk of {self.plain} bytes is stored in {length}", offset=begin)
        found = self.image.source.read_at(begin, length)
        if len(found) != length:
            raise Malformed(f"a chunk of {length} bytes lies outside of the file", offset=begin)
        return found

    def _decoded(self, content: bytes | bytearray, origin: tuple[int, ...], mask: int) -> bytes | bytearray:
        reach = zip(origin, self.grid.sides, self.grid.dims, strict=True)
        if not (self.layout.whole_only and any(begin + side > dim for begin, side, dim in reach)):
            for at in reversed(range(len(self.filters))):
                if not mask >> at & 1:
                    content = self._undone(self.filters[at], content)
        if len(content) != self.plain:
            raise Malformed(f"a chunk has {len(content)} bytes, not {self.plain}")
        return swapped(content, self.kind.number) if self.kind.swapped else content

    def _undone(self, one: Filter, content: bytes | bytearray) -> bytes | bytearray:
        if one.number == DEFLATE:
            return _inflated(content, self.plain + _FLETCHER_BYTES)
        if one.number == SHUFFLE:
            return unshuffled(content, one.values[0] if one.values else 1)
        return _checked(content)


def swapped(content: bytes | bytearray, width: int) -> bytearray:
    """Turn the bytes of each number round."""
    turned = bytearray(len(content))
    for at in range(width):
        turned[at::width] = content[width - 1 - at :: width]
    return turned


def unshuffled(content: bytes | bytearray, width: int) -> bytes | bytearray:
    """Put the bytes of each element together again; those of no whole element stay at the end."""
    count = len(content) // max(1, width)
    if width <= 1 or count <= 1:
        return content
    found = bytearray(content)
    for at in range(width):
        found[at : count * width : width] = content[at * count : (at + 1) * count]
    return found


def _inflated(content: bytes | bytearray, most: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(content, most + 1)
    except zlib.error as error:
        raise Malformed(f"a chunk does not inflate: {error}") from None
    if len(found) > most or not stream.eof:
        raise Malformed("a chunk inflates to more than it may hold, or is cut short")
    return found


def _checked(content: bytes | bytearray) -> bytes | bytearray:
    """Take the checksum off; an old library wrote the bytes of its halves the other way round, which is read too."""
    body, told = content[:-_FLETCHER_BYTES], content[-_FLETCHER_BYTES:]
    found = fletcher32(body).to_bytes(_FLETCHER_BYTES, "little")
    if told not in (found, bytes((found[1], found[0], found[3], found[2]))):
        raise Malformed("a chunk does not have its checksum")
    return body


def fletcher32(content: bytes | bytearray) -> int:
    """Compute the checksum over big-endian words, an odd last byte being the high half of one."""
    low = high = 0
    view = memoryview(content)
    for begin in range(0, len(view), 2 * _SUMMED):
        piece = bytes(view[begin : begin + 2 * _SUMMED])
        words = array("H", piece + b"\0" if len(piece) % 2 else piece)
        if byteorder == "little":
            words.byteswap()
        high += len(words) * low + sum(accumulate(words))
        low += sum(words)
        low, high = _folded(low), _folded(high)
    return high << 16 | low


def _folded(total: int) -> int:
    """Give a sum modulo 65,535 as repeated folding has it: zero only for zero."""
    return (total - 1) % 0xFFFF + 1 if total else 0
