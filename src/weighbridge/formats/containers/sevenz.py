"""7z archives (``7zFormat.txt`` of the LZMA SDK): folders expanded once, their files cut out of them in order."""

from __future__ import annotations

from struct import Struct
from zlib import crc32

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Oddity, ResourceClaim
from weighbridge.core.source import SubSource
from weighbridge.formats.containers.decoders import End, chunks
from weighbridge.formats.containers.oddities import Oddities, excerpt, span
from weighbridge.formats.containers.paths import Names, disguises, escapes, link_escapes, readable
from weighbridge.formats.containers.sevenz_coders import AES, COPY, expand, obstacle
from weighbridge.formats.containers.sevenz_folder import Content, Drained, Part
from weighbridge.formats.containers.sevenz_header import (
    ADDITIONAL_STREAMS,
    ARCHIVE_PROPERTIES,
    ENCODED_HEADER,
    FILES,
    HEADER,
    MAIN_STREAMS,
    Cursor,
    Streams,
    read_files,
    read_streams,
)
from weighbridge.formats.containers.sevenz_header import END as END_MARK
from weighbridge.formats.node import Child, Packed, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from weighbridge.core.facts import Fact
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.sevenz_header import File, Folder
    from weighbridge.formats.node import Bench, Node, Yield

SIGNATURE = b"7z\xbc\xaf\x27\x1c"
SUMMED = 4 << 20
"""Stored files up to here have their CRC-32 checked: more would be a second pass over bulk data."""
_HEADER_BYTES = 32 << 20
"""A header: 160 bytes for each of the most members that are read, names in UTF-16 included."""
_START = Struct("<6s2sIQQI")
_LAYERS = 4
"""Encoded headers within encoded headers; 7-Zip writes one."""
_UNIX, _FILE_TYPE, _LINK, _REGULAR, _DIRECTORY = 0x8000, 0o170000, 0o120000, 0o100000, 0o040000
_PATH_MAX = 4096


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Give the files of a 7z archive.

    CRC-32 is checked for files that are expanded and for stored ones up to ``SUMMED`` bytes.
    """
    yield Identity(at=node.at(), format="7z")
    yield from _Archive(source, node, bench).read()


class _Archive:
    """One archive; ``taken`` are the spans that something needs."""

    def __init__(self, source: ByteSource, node: Node, bench: Bench) -> None:
        self.source = source
        self.node = node
        self.bench = bench
        self.tell = Oddities("7z", node)
        self.taken: list[tuple[int, int, str]] = []
        self.most = min(bench.limits.header_bytes, _HEADER_BYTES)

    def read(self) -> Iterator[Yield]:
        head = self.source.read_at(0, _START.size)
        if len(head) < _START.size or not head.startswith(SIGNATURE):
            raise Malformed("no 7z signature header")
        _, _, start_crc, offset, size, crc = _START.unpack(head)
        self.taken.append((0, _START.size, "signature header"))
        if crc32(head[12:]) != start_crc:
            yield from self.tell.note(Oddity.CHECKSUM_MISMATCH, "", "signature header", 0, _START.size)
        place = _START.size + offset
        if place + size > self.source.size:
            raise Malformed("the 7z header lies outside the file", offset=place)
        self.taken.append((place, place + size, "header"))
        if size > self.most:
            raise OverLimit(f"a 7z header of {size} bytes", offset=place)
        body = self.source.read_at(place, size)
        if crc32(body) != crc:
            yield from self.tell.note(Oddity.CHECKSUM_MISMATCH, "", "header", place, size)
        found = yield from self.database(body)
        if found is None:
            return
        streams, files = found
        yield from self.unused()
        yield from self.names(files)
        yield from self.contents(streams, files)
        yield from self.tell.rest()

    # -- the header ---------------------------------------------------------------------------------------------------

    def database(self, body: bytes) -> Generator[Yield, None, tuple[Streams, list[File]] | None]:
        """Read the header, through the layers that it may be packed in; None when they cannot be unpacked."""
        for _ in range(_LAYERS):
            cursor = Cursor(body)
            mark = cursor.byte() if body else END_MARK
            if mark == HEADER:
                return self.header(cursor)
            if mark == END_MARK:
                return Streams(), []
            if mark != ENCODED_HEADER:
                raise Malformed(f"unknown mark {mark:#x} at the start of a 7z header")
            streams = read_streams(cursor, self.bench.meter)
            if len(streams.folders) != 1:
                raise Malformed("an encoded 7z header of several folders")
            folder = streams.folders[0]
            if any(coder.method == AES for coder in folder.coders):
                yield from self.tell.note(Oddity.ENCRYPTED, "", "the header with all names")
            reason = obstacle(folder)
            if reason:
                yield self.node.gap(GapKind.UNSUPPORTED, f"the 7z header is packed: {reason}")
                return None
            if folder.size > self.most:
                raise OverLimit(f"a 7z header of {folder.size} bytes")
            start, stop = self.take(streams, 0)
            packed, unpacked = stop - start, bytearray()
            for block in expand(folder, self.feed(start, stop), End()):
                unpacked += block
                self.bench.meter.spend_expanded(len(block), stored=packed, total=len(unpacked))
                if len(unpacked) >= folder.size:
                    break
            body = bytes(unpacked[: folder.size])
            if folder.crc is not None and crc32(body) != folder.crc:
                yield from self.tell.note(Oddity.CHECKSUM_MISMATCH, "", "encoded header", start, packed)
        raise Malformed("a 7z header within too many others")

    def header(self, cursor: Cursor) -> tuple[Streams, list[File]]:
        streams = Streams()
        files: list[File] = []
        last = 0
        while (mark := cursor.byte()) != END_MARK:
            if mark <= last:
                # Its parts come once each and in this order; of two lists of files only one would be looked at.
                raise Malformed(f"mark {mark:#x} stands too late in a 7z header", offset=cursor.at)
            last = mark
            if mark == ARCHIVE_PROPERTIES:
                while cursor.byte() != END_MARK:
                    cursor.take(cursor.number())
            elif mark == ADDITIONAL_STREAMS:
                read_streams(cursor, self.bench.meter)
            elif mark == MAIN_STREAMS:
                streams = read_streams(cursor, self.bench.meter)
            elif mark == FILES:
                files = read_files(cursor, self.bench.meter)
            else:
                raise Malformed(f"unknown mark {mark:#x} in a 7z header", offset=cursor.at)
        for index in range(len(streams.packed)):
            self.take(streams, index)
        return streams, files

    def take(self, streams: Streams, index: int) -> tuple[int, int]:
        """Give the span of a packed stream, which is needed from now on."""
        offset, length = streams.packed[index]
        start = _START.size + offset
        if start + length > self.source.size:
            raise Malformed("a packed stream lies outside the file", offset=start)
        self.taken.append((start, start + length, "packed stream"))
        return start, start + length

    def feed(self, start: int, stop: int) -> Callable[[], Iterator[bytes]]:
        return lambda: chunks(self.source, start, stop)

    def unused(self) -> Iterator[Fact]:
        """Tell what lies twice and what nothing needs."""
        cursor, last = 0, ""
        for start, end, what in sorted(self.taken):
            if start < cursor < end:
                yield from self.tell.note(Oddity.OVERLAP, "", f"{what} shares bytes with {last}", start, cursor - start)
            if start > cursor:
                yield from self.tell.say(span(self.source, "gap", cursor, start, last))
            if end > cursor:
                cursor, last = end, what
        if cursor < self.source.size:
            yield from self.tell.say(span(self.source, "tail", cursor, self.source.size, last))

    # -- the files ----------------------------------------------------------------------------------------------------

    def names(self, files: list[File]) -> Iterator[Fact]:
        names = Names()
        for file in files:
            clash = names.add(file.name)
            if clash is not None:
                yield from self.tell.note(clash, file.name, "an earlier file has this name")
            reason = escapes(file.name)
            if reason:
                yield from self.tell.note(Oddity.PATH_ESCAPE, file.name, reason)
            disguise = disguises(file.name)
            if disguise:
                yield from self.tell.note(Oddity.NAME_OVERRIDE, file.name, disguise)
            if file.anti:
                yield from self.tell.note(Oddity.SPECIAL_FILE, file.name, "anti item: extraction deletes the file")
            if _kind(file) not in (0, _LINK, _REGULAR, _DIRECTORY):
                yield from self.tell.note(Oddity.SPECIAL_FILE, file.name, f"file type {_kind(file):#o}")

    def contents(self, streams: Streams, files: list[File]) -> Iterator[Yield]:
        for file in files:
            if not (file.has_stream or file.directory or file.anti):
                yield Child(file.name, Stored(SubSource(self.source, 0, 0)))
        waiting, first = iter([file for file in files if file.has_stream]), 0
        for folder, parts in zip(streams.folders, streams.parts, strict=True):
            members, at = [], 0
            for size, crc in parts:
                members.append(Part(file=next(waiting, None), start=at, size=size, crc=crc))
                at += size
            offset, length = streams.packed[first] if folder.packed else (0, 0)
            first += len(folder.packed)
            yield from self.folder(folder, members, _START.size + offset, length)
        for file in waiting:
            yield self.node.gap(GapKind.UNPARSED, f"file {excerpt(file.name)!r} has no content in any folder")

    def folder(self, folder: Folder, parts: list[Part], start: int, length: int) -> Iterator[Yield]:
        for part in parts:
            if part.file is None:
                yield from self.tell.note(Oddity.HIDDEN_MEMBER, "", "content that no file names", start, length)
        reason = obstacle(folder)
        if reason:
            names = ", ".join(repr(excerpt(part.name)) for part in parts[:3]) + (" …" if len(parts) > 3 else "")
            if any(coder.method == AES for coder in folder.coders):
                yield from self.tell.note(Oddity.ENCRYPTED, parts[0].name if parts else "", reason, start, length)
            yield self.node.gap(GapKind.UNSUPPORTED, f"{names}: {reason}", start, length)
        elif [coder.method for coder in folder.coders] == [COPY]:
            if folder.size != length:
                detail = f"stored, but {length} bytes packed and {folder.size} unpacked"
                yield from self.tell.note(Oddity.HEADER_MISMATCH, "", detail, start, length)
            if folder.size < length:
                yield from self.tell.say(span(self.source, "gap", start + folder.size, start + length, "stored files"))
            for part in parts:
                yield from self.stored(part, start)
        else:
            yield from self.expanded(folder, parts, start, length)

    def stored(self, part: Part, start: int) -> Iterator[Yield]:
        source, at = SubSource(self.source, start + part.start, part.size), start + part.start
        if source.size < part.size:
            yield self.node.gap(GapKind.UNPARSED, f"file {excerpt(part.name)!r} reaches past the end", at)
        if part.crc is not None and part.size <= SUMMED:
            found = 0
            for chunk in chunks(source, 0, source.size):
                found = crc32(chunk, found)
            yield from self.check(part, found, at)
        yield from self.link(part, source.read_at(0, _PATH_MAX))
        yield Child(part.name, Stored(source), offset=at)

    def expanded(self, folder: Folder, parts: list[Part], start: int, length: int) -> Iterator[Yield]:
        most = max(self.bench.limits.ratio_floor, length * self.bench.limits.ratio)
        if folder.size > most:
            at, what = self.node.at(start, length), "expanded size of a folder"
            yield ResourceClaim(at=at, what=what, claimed=folder.size, limit=most, unit="bytes")
        end = End()
        try:
            blocks = expand(folder, self.feed(start, start + length), end)
        except (Malformed, OverLimit) as bad:
            kind = GapKind.OVER_LIMIT if isinstance(bad, OverLimit) else GapKind.UNPARSED
            yield self.node.gap(kind, f"a folder: {bad}", start, length)
            return
        content = Content(blocks, self.bench.meter, length)
        for part in parts:
            drained = Drained()
            share = max(1, length * part.size // max(1, folder.size))
            yield Child(part.name, Packed(content.reader(part, drained), stored=share), offset=start)
            # The child has been drained by now; a broken stream has been reported by whoever drained it.
            if drained.complete:
                yield from self.check(part, drained.crc, start)
                yield from self.link(part, drained.head)
        if content.at == folder.size:
            yield from self.surplus(content, end, start, start + length)

    def surplus(self, content: Content, end: End, start: int, stop: int) -> Iterator[Yield]:
        """Tell what a folder holds beyond its files, packed or unpacked."""
        try:
            more = content.has_more()
        except (Malformed, OverLimit) as bad:
            yield self.node.gap(GapKind.UNPARSED, f"the end of a folder: {bad}", start, stop - start)
            return
        if more:
            yield from self.tell.say(span(self.source, "gap", start, stop, "the files of a folder"))
        elif end.closed and end.consumed < stop - start:
            yield from self.tell.say(span(self.source, "gap", start + end.consumed, stop, "a packed stream"))

    def check(self, part: Part, found: int, offset: int) -> Iterator[Fact]:
        if part.crc is not None and found != part.crc:
            detail = f"CRC-32 {found:#010x}, not {part.crc:#010x}"
            yield from self.tell.note(Oddity.CHECKSUM_MISMATCH, part.name, detail, offset)

    def link(self, part: Part, content: bytes) -> Iterator[Fact]:
        """Tell a symbolic link, whose target is its content."""
        if part.file is None or _kind(part.file) != _LINK:
            return
        target = readable(content)
        yield from self.tell.note(Oddity.LINK, part.name, f"to {excerpt(target)!r}")
        reason = link_escapes(part.name, target, from_root=False)
        if reason:
            yield from self.tell.note(Oddity.LINK_ESCAPE, part.name, f"{reason}: {excerpt(target)!r}")


def _kind(file: File) -> int:
    """Give the Unix file type, which 7-Zip keeps in the upper half of the attributes; 0 when there is none."""
    return (file.attributes >> 16) & _FILE_TYPE if file.attributes & _UNIX else 0
