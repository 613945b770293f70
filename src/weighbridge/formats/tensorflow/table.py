"""Sorted tables of LevelDB's form, in which TensorFlow keeps the index of a checkpoint.

Source: ``tensorflow/core/lib/io/table_format.txt`` and LevelDB's ``doc/table_format.md``: blocks of entries whose
keys share prefixes, each with a type and a CRC-32C behind it; a footer of 48 bytes names the index block and ends
with a magic number.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource

FOOTER = 48
MAGIC = bytes.fromhex("57fb808b247547db")

BLOCK = 8 << 20
"""Bytes of one block; TensorFlow writes blocks of 256 KiB, and longer ones for a single long entry."""

CHECKED = 4 << 20
"""Bytes of a file whose CRC-32C is computed: some three seconds in the slowest case, and no honest index is longer."""

_TRAILER = 5
_LONGEST = 5  # bytes of a varint of 32 bits
_MASK = 0xA282EAD8
_POLYNOMIAL = 0x82F63B78
_STEPS: list[int] = []


class Block:
    """Where a block lies."""

    __slots__ = ("length", "offset")

    def __init__(self, offset: int, length: int) -> None:
        self.offset = offset
        self.length = length


class Table:
    """A table in a source; ``spans`` are the blocks that were read, with their trailers."""

    def __init__(self, source: ByteSource) -> None:
        self.source = source
        self.spans: list[tuple[int, int]] = []
        self.false_checksums: list[int] = []
        self._checked = 0
        if source.size < FOOTER or source.read_at(source.size - 8, 8) != MAGIC:
            raise Malformed("this is no sorted table", offset=max(0, source.size - 8))

    def entries(self) -> Iterator[tuple[bytes, bytes, int]]:
        """Yield key, value and the offset of their block, in order; raises Malformed, OverLimit."""
        begin = self.source.size - FOOTER
        footer = self.source.read_at(begin, FOOTER)
        meta, at = _handle(footer, 0, begin)
        index, at = _handle(footer, at, begin)
        if any(footer[at : FOOTER - 8]):
            raise Malformed("the footer holds more than two handles", offset=begin + at)
        for _ in self._read(meta):
            pass  # what it names is for filters of its own, which TensorFlow does not write
        blocks = [_handle(content, 0, index.offset)[0] for _, content in self._read(index)]
        for block in blocks:
            for key, content in self._read(block):
                yield key, content, block.offset

    def _read(self, block: Block) -> Iterator[tuple[bytes, bytes]]:
        if block.length < 4 or block.offset + block.length + _TRAILER > self.source.size - FOOTER:
            raise Malformed(f"a block of {block.length} bytes leaves the file", offset=block.offset)
        if block.length > BLOCK:
            raise OverLimit(f"a block of {block.length} bytes", offset=block.offset)
        held = self.source.read_at(block.offset, block.length + _TRAILER)
        self.spans.append((block.offset, block.offset + len(held)))
        kind = held[block.length]
        if kind:
            words = "a block is compressed with Snappy" if kind == 1 else f"a block of type {kind}"
            raise OverLimit(f"{words}, which is not read", offset=block.offset)
        self._checked += len(held)
        if self._checked <= CHECKED:
            wanted = int.from_bytes(held[-4:], "little")
            if masked(held[: block.length + 1]) != wanted:
                self.false_checksums.append(block.offset)
        yield from _entries(held[: block.length], block.offset)


def _entries(held: bytes, begin: int) -> Iterator[tuple[bytes, bytes]]:
    restarts = int.from_bytes(held[-4:], "little")
    end = len(held) - 4 - 4 * restarts
    if end < 0:
        raise Malformed(f"a block with {restarts} restarts", offset=begin)
    at, key = 0, b""
    while at < end:
        shared, at = varint(held, at, begin)
        fresh, at = varint(held, at, begin)
        length, at = varint(held, at, begin)
        if shared > len(key) or at + fresh + length > end:
            raise Malformed("an entry leaves its block", offset=begin + at)
        key = key[:shared] + held[at : at + fresh]
        at += fresh
        yield key, held[at : at + length]
        at += length


def _handle(held: bytes, at: int, begin: int) -> tuple[Block, int]:
    offset, at = varint(held, at, begin, most=10)
    length, at = varint(held, at, begin, most=10)
    return Block(offset, length), at


def varint(held: bytes, at: int, begin: int, *, most: int = _LONGEST) -> tuple[int, int]:
    """Read a number; raises Malformed where it breaks off or is too long."""
    number = shift = 0
    for here in range(at, min(len(held), at + most)):
        number |= (held[here] & 0x7F) << shift
        if held[here] < 0x80:
            return number, here + 1
        shift += 7
    raise Malformed("a number breaks off or is too long", offset=begin + at)


def masked(held: bytes) -> int:
    """Compute the CRC-32C (RFC 3720, B.4) of bytes, masked as LevelDB keeps it."""
    if not _STEPS:
        for code in range(256):
            step = code
            for _ in range(8):
                step = step >> 1 ^ (_POLYNOMIAL if step & 1 else 0)
            _STEPS.append(step)
    steps, crc = _STEPS, 0xFFFFFFFF
    for byte in held:
        crc = steps[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF
