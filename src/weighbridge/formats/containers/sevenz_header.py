"""The header database of a 7z archive, as ``7zFormat.txt`` of the LZMA SDK lays it out."""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.limits import Meter

END, HEADER, ARCHIVE_PROPERTIES, ADDITIONAL_STREAMS, MAIN_STREAMS, FILES = range(6)
PACK_INFO, UNPACK_INFO, SUBSTREAMS, SIZE, CRC, FOLDER, UNPACK_SIZE, UNPACK_STREAMS = range(6, 14)
EMPTY_STREAM, EMPTY_FILE, ANTI, NAMES, _, _, _, ATTRIBUTES, _, ENCODED_HEADER = range(0x0E, 0x18)

_MOST = 1_000_000
"""Packed streams or folders: at most a handful for each member."""


@value
class Coder:
    """One step of a folder: what it is, its properties, and how many streams go in and out."""

    method: bytes
    properties: bytes
    inputs: int
    outputs: int


@value
class Folder:
    """Streams packed together: coders, how they are bound, the packed streams they read, unpacked sizes, the CRC."""

    coders: tuple[Coder, ...]
    binds: tuple[tuple[int, int], ...]
    packed: tuple[int, ...]
    sizes: tuple[int, ...]
    crc: int | None

    @property
    def size(self) -> int:
        """Bytes that the folder expands to: the output that feeds no other coder."""
        bound = {output for _, output in self.binds}
        return next((size for index, size in enumerate(self.sizes) if index not in bound), 0)


@value
class Streams:
    """The packed streams as (offset after the signature header, length), the folders, sizes and sums of files."""

    packed: tuple[tuple[int, int], ...] = ()
    folders: tuple[Folder, ...] = ()
    parts: tuple[tuple[tuple[int, int | None], ...], ...] = ()


@value
class File:
    """One file: whether it has a stream, whether it is a directory or an anti item, its attributes if given."""

    name: str
    has_stream: bool
    directory: bool
    anti: bool
    attributes: int


class Cursor:
    """Reads the bytes of a header; raises Malformed where they end too soon."""

    __slots__ = ("at", "body")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def take(self, length: int) -> bytes:
        """Read ``length`` bytes."""
        found = self.body[self.at : self.at + length]
        if len(found) != length:
            raise Malformed("the 7z header is cut short", offset=self.at)
        self.at += length
        return found

    def byte(self) -> int:
        """Read one byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """Read a NUMBER: the leading ones of the first byte count the bytes that follow."""
        first, mask, found = self.byte(), 0x80, 0
        for index in range(8):
            if not first & mask:
                return found | (first & (mask - 1)) << (8 * index)
            found |= self.byte() << (8 * index)
            mask >>= 1
        return found

    def count(self, least: int) -> int:
        """Read how many things follow that take at least ``least`` bits each in the rest of the header."""
        count = self.number()
        if count * least > 8 * (len(self.body) - self.at):
            raise Malformed(f"the 7z header announces {count} things that it cannot hold", offset=self.at)
        if count > _MOST:
            raise OverLimit(f"more than {_MOST} streams or folders in a 7z header", offset=self.at)
        return count

    def bits(self, count: int) -> list[bool]:
        """Read a bit vector, first bit highest."""
        packed = self.take((count + 7) // 8)
        return [bool(packed[index >> 3] & 0x80 >> (index & 7)) for index in range(count)]

    def optional_bits(self, count: int) -> list[bool]:
        """Read a byte that says that all are set, or else the bit vector."""
        return [True] * count if self.byte() else self.bits(count)

    def sums(self, count: int) -> list[int | None]:
        """Read Digests: which are there, then their values."""
        return [int.from_bytes(self.take(4), "little") if there else None for there in self.optional_bits(count)]


def read_streams(cursor: Cursor, meter: Meter) -> Streams:
    """Read StreamsInfo up to its end mark; its parts come once each and in this order, as 7-Zip reads them."""
    last, position, packed_sizes, folders = 0, 0, list[int](), list[Folder]()
    parts: list[tuple[tuple[int, int | None], ...]] | None = None
    while (mark := cursor.byte()) != END:
        if mark <= last:
            raise Malformed(f"mark {mark:#x} stands too late in the streams of a 7z header", offset=cursor.at)
        last = mark
        if mark == PACK_INFO:
            position, packed_sizes = _pack_info(cursor)
        elif mark == UNPACK_INFO:
            folders = _unpack_info(cursor)
        elif mark == SUBSTREAMS:
            parts = _substreams(cursor, folders, meter)
        else:
            raise Malformed(f"unknown mark {mark:#x} in the streams of a 7z header", offset=cursor.at)
    whole = parts if parts is not None else [((folder.size, folder.crc),) for folder in folders]
    packed = []
    for size in packed_sizes:
        packed.append((position, size))
        position += size
    if sum(len(folder.packed) for folder in folders) > len(packed):
        raise Malformed("folders without packed streams", offset=cursor.at)
    return Streams(packed=tuple(packed), folders=tuple(folders), parts=tuple(whole))


def _pack_info(cursor: Cursor) -> tuple[int, list[int]]:
    position, count = cursor.number(), cursor.count(8)
    sizes: list[int] = []
    while (mark := cursor.byte()) != END:
        if mark == SIZE:
            sizes = [cursor.number() for _ in range(count)]
        elif mark == CRC:
            cursor.sums(count)
        else:
            raise Malformed(f"unknown mark {mark:#x} in the pack info of a 7z header", offset=cursor.at)
    if len(sizes) != count:
        raise Malformed("packed streams without sizes", offset=cursor.at)
    return position, sizes


def _unpack_info(cursor: Cursor) -> list[Folder]:
    if cursor.byte() != FOLDER:
        raise Malformed("unpack info without folders", offset=cursor.at)
    count = cursor.count(16)
    if cursor.byte():
        raise Malformed("folders outside the header", offset=cursor.at)
    shapes = [_folder(cursor) for _ in range(count)]
    sizes: list[tuple[int, ...]] = []
    sums: list[int | None] = [None] * count
    while (mark := cursor.byte()) != END:
        if mark == UNPACK_SIZE:
            sizes = [tuple(cursor.number() for coder in one[0] for _ in range(coder.outputs)) for one in shapes]
        elif mark == CRC:
            sums = cursor.sums(count)
        else:
            raise Malformed(f"unknown mark {mark:#x} in the unpack info of a 7z header", offset=cursor.at)
    if len(sizes) != count:
        raise Malformed("folders without sizes", offset=cursor.at)
    return [
        Folder(coders=coders, binds=binds, packed=packed, sizes=size, crc=crc)
        for (coders, binds, packed), size, crc in zip(shapes, sizes, sums, strict=True)
    ]


_Shape = tuple[tuple[Coder, ...], tuple[tuple[int, int], ...], tuple[int, ...]]


def _folder(cursor: Cursor) -> _Shape:
    coders = tuple(_coder(cursor) for _ in range(cursor.count(16)))
    inputs, outputs = sum(coder.inputs for coder in coders), sum(coder.outputs for coder in coders)
    if not 0 < outputs <= 64 or inputs > 64:
        raise Malformed("a folder of too many streams", offset=cursor.at)
    binds = tuple((cursor.number(), cursor.number()) for _ in range(outputs - 1))
    if inputs < len(binds):
        raise Malformed("a folder with more bonds than streams", offset=cursor.at)
    free = inputs - len(binds)
    if free == 1:
        bound = {index for index, _ in binds}
        return coders, binds, tuple(index for index in range(inputs) if index not in bound)[:1]
    return coders, binds, tuple(cursor.number() for _ in range(free))


def _coder(cursor: Cursor) -> Coder:
    flags = cursor.byte()
    if flags & 0xC0:
        raise Malformed("reserved flags of a coder", offset=cursor.at)
    method = cursor.take(flags & 0xF)
    inputs, outputs = (cursor.number(), cursor.number()) if flags & 0x10 else (1, 1)
    properties = cursor.take(cursor.number()) if flags & 0x20 else b""
    return Coder(method=method, properties=properties, inputs=inputs, outputs=outputs)


def _substreams(cursor: Cursor, folders: list[Folder], meter: Meter) -> list[tuple[tuple[int, int | None], ...]]:
    counts = [1] * len(folders)
    mark = cursor.byte()
    if mark == UNPACK_STREAMS:
        counts = [cursor.number() for _ in folders]
        mark = cursor.byte()
    if sum(counts) > meter.limits.members:
        raise OverLimit(f"more than {meter.limits.members} members", offset=cursor.at)
    sizes = [[folder.size] if count else [] for folder, count in zip(folders, counts, strict=True)]
    if mark == SIZE:
        for index, (folder, count) in enumerate(zip(folders, counts, strict=True)):
            if count:
                told = [cursor.number() for _ in range(count - 1)]
                sizes[index] = [*told, folder.size - sum(told)]
        mark = cursor.byte()
    if any(len(told) != count or min(told, default=0) < 0 for told, count in zip(sizes, counts, strict=True)):
        raise Malformed("the sizes of files contradict their folder", offset=cursor.at)
    known = [folder.crc if count == 1 else None for folder, count in zip(folders, counts, strict=True)]
    sums = [[crc] * count for crc, count in zip(known, counts, strict=True)]
    while mark != END:
        if mark != CRC:
            raise Malformed(f"unknown mark {mark:#x} in the substreams of a 7z header", offset=cursor.at)
        open_folders = [index for index, crc in enumerate(known) if crc is None]
        found = iter(cursor.sums(sum(counts[index] for index in open_folders)))
        for index in open_folders:
            sums[index] = [next(found) for _ in range(counts[index])]
        mark = cursor.byte()
    return [tuple(zip(told, crcs, strict=True)) for told, crcs in zip(sizes, sums, strict=True)]


def read_files(cursor: Cursor, meter: Meter) -> list[File]:
    """Read FilesInfo up to its end mark; counts members."""
    count = cursor.number()
    if count > meter.limits.members - meter.members:
        raise OverLimit(f"more than {meter.limits.members} members", offset=cursor.at)
    names, attributes = [""] * count, [0] * count
    empty, not_directory, anti = [False] * count, list[bool](), list[bool]()
    for _ in range(count):
        meter.spend_member()
    while (kind := cursor.byte()) != END:
        length = cursor.number()
        inside = Cursor(cursor.take(length))
        if kind == EMPTY_STREAM:
            empty = inside.bits(count)
        elif kind == EMPTY_FILE:
            not_directory = inside.bits(sum(empty))
        elif kind == ANTI:
            anti = inside.bits(sum(empty))
        elif kind == NAMES:
            names = _names(inside, count)
        elif kind == ATTRIBUTES:
            attributes = _attributes(inside, count)
    files, nth = [], 0
    for name, alone, attribute in zip(names, empty, attributes, strict=True):
        files.append(
            File(
                name=name,
                has_stream=not alone,
                directory=alone and not (nth < len(not_directory) and not_directory[nth]),
                anti=alone and nth < len(anti) and anti[nth],
                attributes=attribute,
            )
        )
        nth += alone
    return files


def _names(cursor: Cursor, count: int) -> list[str]:
    if cursor.byte():
        raise Malformed("names outside the header", offset=cursor.at)
    text = cursor.body[cursor.at :].decode("utf-16-le", "replace")
    names = text.split("\0", count)[:count]
    return names + [""] * (count - len(names))


def _attributes(cursor: Cursor, count: int) -> list[int]:
    there = cursor.optional_bits(count)
    if cursor.byte():
        raise Malformed("attributes outside the header", offset=cursor.at)
    return [int.from_bytes(cursor.take(4), "little") if one else 0 for one in there]
