"""Where the chunks of a dataset are: the five indexes of the format (section III.A.1, III.B and appendix C)."""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.hdf5.trees import new_records, old_leaves

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from weighbridge.formats.hdf5.image import Fields, Image
    from weighbridge.formats.hdf5.messages import Layout

    Chunk: TypeAlias = tuple[int, int, int, "int | tuple[int, ...]"]
    """Address, size, a bit for each filter that was left out, and where it is: place in the grid, or its number."""

CHUNKS = 1_000_000
"""Chunks of one dataset that are looked for; chunks of ten kB make ten gigabytes of these."""


def stored(image: Image, layout: Layout, rank: int, plain: int, count: int) -> Iterator[tuple[int, int]]:
    """Yield address and size of every chunk: ``plain`` is its size unfiltered, ``count`` how many the shape asks for.

    Chunks that lie in a row are one. Raises Malformed and OverLimit.
    """
    if layout.address is not None and layout.index == "implicit":
        yield layout.address, plain * count
        return
    for address, size, _, _ in located(image, layout, rank, plain, count):
        yield address, size


def located(image: Image, layout: Layout, rank: int, plain: int, count: int) -> Iterator[Chunk]:
    """Yield every chunk of its own, with the filters that it went past and its place in the dataset.

    ``count`` is how many an index without entries has. Raises Malformed and OverLimit.
    """
    if layout.address is None:
        return
    if layout.index == "single":
        found: Iterator[Chunk] = iter([(layout.address, layout.filtered or plain, layout.mask, 0)])
    elif layout.index == "implicit":
        begin = layout.address
        found = ((begin + number * plain, plain, 0, number) for number in range(count))
    elif layout.index == "v1 tree":
        keys = old_leaves(image, layout.address, 1, 8 + 8 * (rank + 1))
        found = (_old(key, address, layout.chunk) for key, address in keys)
    elif layout.index == "v2 tree":
        found = _tree(image, layout.address, rank, plain)
    elif layout.index == "fixed array":
        found = _fixed(image, layout.address, plain)
    elif layout.index == "extensible array":
        found = _extensible(image, layout.address, plain)
    else:
        raise Malformed(f"chunk index {layout.index}")
    for number, chunk in enumerate(found):
        if number >= CHUNKS:
            raise OverLimit(f"more than {CHUNKS} chunks", offset=image.base + layout.address)
        yield chunk


def _old(key: Fields, address: int, sides: tuple[int, ...]) -> Chunk:
    """Read the key of a chunk in a version 1 tree: its offsets count elements."""
    size, mask = key.whole(4), key.whole(4)
    return address, size, mask, tuple(key.whole(8) // max(1, side) for side in sides)


def _tree(image: Image, address: int, rank: int, plain: int) -> Iterator[Chunk]:
    for kind, record in new_records(image, address):
        at, size, mask = record.address(), plain, 0
        if kind == 11:
            # Records of filtered chunks hold size and mask too; the width of the size is what is left.
            size = record.whole(max(0, record.left - 4 - 8 * rank))
            mask = record.whole(4)
        if at is not None:
            yield at, size, mask, tuple(record.whole(8) for _ in range(rank))


def _elements(fields: Fields, numbers: range, client: int, width: int, plain: int) -> Iterator[Chunk]:
    for number in numbers:
        at, size, mask = fields.address(), plain, 0
        if client:
            size = fields.whole(max(0, width - fields.image.address_bytes - 4))
            mask = fields.whole(4)
        if at is not None:
            yield at, size, mask, number


def _fixed(image: Image, address: int, plain: int) -> Iterator[Chunk]:
    head = image.signed(b"FAHD", address, 12 + image.length_bytes + image.address_bytes)
    head.take(1)
    client, width, bits, count, at = head.whole(1), head.whole(1), head.whole(1), head.length(), head.address()
    if at is None:
        return
    prefix = 6 + image.address_bytes
    if bits > 32 or count > CHUNKS:
        raise OverLimit(f"a fixed array of {count} chunks", offset=head.start)
    page = 1 << bits
    if count <= page:
        block = image.signed(b"FADB", at, prefix + count * width + 4)
        block.take(prefix - 4)
        yield from _elements(block, range(count), client, width, plain)
        return
    pages = -(-count // page)
    block = image.signed(b"FADB", at, prefix + (pages + 7) // 8 + 4)
    block.take(prefix - 4)
    used = block.take((pages + 7) // 8)
    place = at + len(block.data)
    for number in range(pages):
        held = min(page, count - number * page)
        if used[number // 8] >> (7 - number % 8) & 1:
            fields = image.fields(place, held * width + 4)
            yield from _elements(fields, range(number * page, number * page + held), client, width, plain)
        place += page * width + 4


class _Array:
    """The shape of an extensible array."""

    def __init__(self, image: Image, address: int, plain: int) -> None:
        self.image, self.plain = image, plain
        head = image.signed(b"EAHD", address, 16 + 6 * image.length_bytes + image.address_bytes)
        head.take(1)
        self.client, self.width, bits, self.held, self.least, self.pointers, self.page_bits = (
            head.whole(1) for _ in range(7)
        )
        head.take(6 * image.length_bytes)
        self.at = head.address()
        usable = bits <= 64 and self.least and self.pointers and self.page_bits <= 32
        if not usable or self.least & (self.least - 1) or self.pointers & (self.pointers - 1):
            raise Malformed("an extensible array of impossible shape", offset=head.start)
        self.offset_bytes = (bits + 7) // 8
        self.blocks = 1 + bits - (self.least.bit_length() - 1)
        self.prefix = 6 + image.address_bytes

    def data(self, at: int, first: int, count: int) -> Iterator[Chunk]:
        """Read a data block of ``count`` elements, of which the first has a number."""
        head, page = self.prefix + self.offset_bytes, 1 << self.page_bits
        if count <= page:
            block = self.image.signed(b"EADB", at, head + count * self.width + 4)
            block.take(head - 4)
            yield from _elements(block, range(first, first + count), self.client, self.width, self.plain)
            return
        self.image.signed(b"EADB", at, head + 4)
        for number in range(count // page):
            place = at + head + 4 + number * (page * self.width + 4)
            begin = first + number * page
            pages = self.image.fields(place, page * self.width + 4)
            yield from _elements(pages, range(begin, begin + page), self.client, self.width, self.plain)

    def super_block(self, at: int, first: int, number: int) -> Iterator[Chunk]:
        """Read the data blocks of the super block with a number, whose first element has another."""
        count, held = 1 << number // 2, self.least << (number + 1) // 2
        page = 1 << self.page_bits
        bitmap = count * ((held // page + 7) // 8) if held > page else 0
        size = self.prefix + self.offset_bytes + bitmap + count * self.image.address_bytes + 4
        block = self.image.signed(b"EASB", at, size)
        block.take(self.prefix - 4 + self.offset_bytes + bitmap)
        for _ in range(count):
            child = block.address()
            if child is not None:
                yield from self.data(child, first, held)
            first += held


def _extensible(image: Image, address: int, plain: int) -> Iterator[Chunk]:
    array = _Array(image, address, plain)
    if array.at is None:
        return
    direct, begin = 2 * (array.pointers - 1), 2 * (array.pointers.bit_length() - 1)
    behind = max(0, array.blocks - begin)
    size = array.prefix + array.held * array.width + (direct + behind) * image.address_bytes + 4
    block = image.signed(b"EAIB", array.at, size)
    block.take(array.prefix - 4)
    yield from _elements(block, range(array.held), array.client, array.width, plain)
    row, left, first = 0, 1, array.held
    for _ in range(direct):
        at, held = block.address(), array.least << (row + 1) // 2
        if at is not None:
            yield from array.data(at, first, held)
        first += held
        left -= 1
        if not left:
            row, left = row + 1, 1 << (row + 1) // 2
    for number in range(behind):
        at = block.address()
        if at is not None:
            yield from array.super_block(at, first, begin + number)
        first += (1 << (begin + number) // 2) * (array.least << (begin + number + 1) // 2)
