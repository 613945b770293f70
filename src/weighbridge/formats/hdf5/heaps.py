"""Global and fractal heaps: where long values and the links and attributes of large objects are (III.E and III.G)."""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.formats.hdf5.image import Fields, width_of
from weighbridge.formats.hdf5.trees import new_records

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.hdf5.image import Image

_COLLECTIONS = 64  # collections that are kept at once
_MANAGED, _HUGE, _TINY = range(3)


class GlobalHeap:
    """Objects of the global heap: each is a span of the file."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self._known: dict[int, dict[int, tuple[int, int]]] = {}

    def content(self, address: int, index: int, most: int) -> bytes:
        """Read one object, at most so many bytes of it; raises Malformed."""
        at, size = self.span(address, index)
        return self.image.read(at, min(size, most))

    def span(self, address: int, index: int) -> tuple[int, int]:
        """Tell address and size of an object."""
        if address not in self._known:
            if len(self._known) >= _COLLECTIONS:
                self._known.pop(next(iter(self._known)))
            self._known[address] = self._collection(address)
        if index not in self._known[address]:
            raise Malformed(f"the global heap has no object {index}", offset=self.image.base + address)
        return self._known[address][index]

    def _collection(self, address: int) -> dict[int, tuple[int, int]]:
        wide = self.image.length_bytes
        head = self.image.signed(b"GCOL", address, 8 + wide)
        head.take(4)
        size, at = head.length(), address + 8 + wide
        end, found = address + size, dict[int, tuple[int, int]]()
        self.image.take(address, size)
        while at + 8 + wide <= end:
            entry = Fields(self.image.read(at, 8 + wide), self.image, self.image.base + at)
            index = entry.whole(2)
            entry.take(6)
            length = entry.length()
            if not index:
                break
            found[index] = (at + 8 + wide, length)
            at += 8 + wide + (length + 7) // 8 * 8
        return found


class FractalHeap:
    """A fractal heap: objects by their ids."""

    def __init__(self, image: Image, address: int) -> None:
        self.image = image
        head = image.signed(b"FRHP", address, 22 + 12 * image.length_bytes + 3 * image.address_bytes)
        head.take(1)
        self.id_bytes, filtered = head.whole(2), head.whole(2)
        head.take(1)
        largest = head.whole(4)
        head.length()
        self._huge_at = head.address()
        head.length()
        head.address()
        head.take(8 * image.length_bytes)
        self.columns, self.first, direct = head.whole(2), head.length(), head.length()
        bits = head.whole(2)
        head.take(2)
        self.root = head.address()
        self.rows = head.whole(2)
        image.take(address + 22 + 12 * image.length_bytes + 3 * image.address_bytes, 4)
        if filtered:
            raise Malformed("a heap whose blocks are compressed is not read", offset=head.start)
        if not self.columns or not self.first or direct < self.first:
            raise Malformed("a heap of impossible shape", offset=head.start)
        self.offset_bytes = (bits + 7) // 8
        self.size_bytes = min((direct.bit_length() - 1 + 7) // 8, width_of(largest))
        self.direct_rows = direct.bit_length() - self.first.bit_length() + 2
        self._huge: dict[int, tuple[int, int]] | None = None
        self._blocks: dict[int, list[int | None]] = {}

    def content(self, identity: bytes) -> Fields:
        """Read the object with an id; raises Malformed."""
        kind = identity[0] >> 4 & 3
        fields = Fields(identity[1:], self.image)
        if kind == _MANAGED:
            offset, size = fields.whole(self.offset_bytes), fields.whole(self.size_bytes)
            at = self._place(offset)
            return Fields(self.image.read(at, size), self.image, self.image.base + at)
        if kind == _HUGE:
            at, size = self._huge_place(fields)
            return self.image.fields(at, size)
        if kind == _TINY:
            long = self.id_bytes > 17
            size = (identity[0] & 15) + 1 if not long else ((identity[0] & 15) << 8 | fields.whole(1)) + 1
            return Fields(fields.take(size), self.image)
        raise Malformed("a heap id of an unknown kind")

    def _huge_place(self, fields: Fields) -> tuple[int, int]:
        wide = self.image.address_bytes + self.image.length_bytes
        if fields.left >= wide:
            return fields.address() or 0, fields.length()
        key = fields.whole(fields.left)
        if self._huge is None:
            self._huge = {}
            if self._huge_at is not None:
                for kind, record in new_records(self.image, self._huge_at):
                    if kind == 1:
                        at, size = record.address(), record.length()
                        self._huge[record.length()] = (at or 0, size)
        if key not in self._huge:
            raise Malformed("a heap id of an object that is not there")
        return self._huge[key]

    def _place(self, offset: int) -> int:
        """Find the direct block that holds an offset, from the root down."""
        at, begin, rows, block = self.root, 0, self.rows, self.first
        while at is not None:
            if not rows:
                self._direct(at, block)
                return at + offset - begin
            row, block, start = self._row(offset - begin)
            column = (offset - begin - start) // block
            if row >= rows:
                break
            children = self._indirect(at, rows)
            at, begin = children[row * self.columns + column], begin + start + column * block
            rows = 0 if row < self.direct_rows else block.bit_length() - (self.first * self.columns).bit_length() + 1
            if row >= self.direct_rows and rows < 1:
                break
        raise Malformed(f"the heap has nothing at {offset}")

    def _row(self, offset: int) -> tuple[int, int, int]:
        """Tell row, size of its blocks and offset of its first."""
        whole = self.first * self.columns
        if offset < whole:
            return 0, self.first, 0
        row = (offset // whole).bit_length()
        return row, self.first << (row - 1), whole << (row - 1)

    def _direct(self, at: int, block: int) -> None:
        if at in self._blocks:
            return
        self._blocks[at] = []
        if self.image.read(at, 4) != b"FHDB":
            raise Malformed("there is no FHDB here", offset=self.image.base + at)
        self.image.take(at, block)

    def _indirect(self, at: int, rows: int) -> list[int | None]:
        if at not in self._blocks:
            count = rows * self.columns
            head = 5 + self.image.address_bytes + self.offset_bytes
            fields = self.image.signed(b"FHIB", at, head + count * self.image.address_bytes)
            fields.take(head - 4)
            self._blocks[at] = [fields.address() for _ in range(count)]
            self.image.take(at + head + count * self.image.address_bytes, 4)
        return self._blocks[at]
