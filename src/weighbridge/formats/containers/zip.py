"""Zip archives (APPNOTE.TXT): members as children, and everything in which two readers of the archive could differ."""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, Oddity, ResourceClaim
from weighbridge.core.source import SubSource
from weighbridge.core.values import value
from weighbridge.formats.containers.decoders import End
from weighbridge.formats.containers.oddities import Oddities, excerpt, span
from weighbridge.formats.containers.paths import Names, disguises, escapes, link_escapes
from weighbridge.formats.containers.zip_content import (
    STORED,
    Unreadable,
    beginning,
    blocks_of,
    is_locked,
    is_plain,
    stored_crc,
)
from weighbridge.formats.containers.zip_directory import read_directory
from weighbridge.formats.containers.zip_records import utf8_reading
from weighbridge.formats.node import Child, Packed, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from weighbridge.core.facts import Fact
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_directory import Directory
    from weighbridge.formats.containers.zip_records import Entry
    from weighbridge.formats.node import Bench, Node, Yield

SUMMED = 4 << 20
"""Stored members up to here have their CRC-32 checked: more would be a second pass over bulk data."""
SUMMED_WHEN_DEAR = 16 << 10
"""The same where reading is dear, for members that are not read for another reason."""
_PATH_MAX = 4096
_FILE_TYPE, _LINK, _REGULAR, _DIRECTORY = 0o170000, 0o120000, 0o100000, 0o040000


@value
class Description:
    """What an enclosing layout (torch, npz) knows of a member; the fields are those of ``Child``."""

    role: str = ""
    formats: tuple[str, ...] = ()
    quiet: bool = False
    storages: Mapping[str, int] | None = None


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Give the members of a zip archive of which no layout is known."""
    yield Identity(at=node.at(), format="zip")
    directory = read_directory(source, bench)
    plain = Description()
    yield from members(directory, source, node, bench, lambda _: plain)


def members(
    directory: Directory,
    source: ByteSource,
    node: Node,
    bench: Bench,
    describe: Callable[[Entry], Description],
) -> Iterator[Yield]:
    """Give all facts about an archive, then its members, then raise what broke the reading of its directory.

    CRC-32 is checked for members that are decompressed and for stored ones up to ``SUMMED`` bytes that are not
    quiet; larger stored members are not summed. Two entries over the same data with the same description give one
    child.
    """
    yield from _Archive(directory, source, node, bench).members(describe)


class _Archive:
    """One archive whose directory is read."""

    __slots__ = ("bench", "directory", "node", "source", "summed", "tell")

    def __init__(self, directory: Directory, source: ByteSource, node: Node, bench: Bench) -> None:
        self.directory = directory
        self.source = source
        self.node = node
        self.bench = bench
        self.tell = Oddities("zip", node)
        self.summed = 0

    def members(self, describe: Callable[[Entry], Description]) -> Iterator[Yield]:
        tell, directory = self.tell, self.directory
        for one in directory.notes:
            yield from tell.say(one)
        yield from self._names()
        yield from self._claims()
        shared = any(one.kind is Oddity.OVERLAP for one in directory.notes)
        seen: set[tuple[object, ...]] = set()
        for entry in (*directory.entries, *directory.alternatives):
            description = describe(entry)
            yield from self._special(entry)
            if shared:
                key = (entry.data_offset, entry.packed, entry.method, description.role, description.formats)
                if key in seen:
                    continue
                seen.add(key)
            yield from self._member(entry, description)
        yield from tell.rest()
        if directory.trouble is not None:
            raise directory.trouble

    def _names(self) -> Iterator[Fact]:
        names = Names()
        for entry in self.directory.entries:
            offset = entry.header_offset if entry.central_offset is None else entry.central_offset
            name, other = entry.name, utf8_reading(entry)
            clash = names.add(name) or (names.add(other) if other else None)
            if clash is not None:
                yield from self.tell.note(clash, name, "an earlier member has this name", offset)
            reason = escapes(name) or escapes(other)
            if reason:
                yield from self.tell.note(Oddity.PATH_ESCAPE, name, reason, offset)
            disguise = disguises(name) or disguises(other or "x")
            if disguise:
                yield from self.tell.note(Oddity.NAME_OVERRIDE, name, disguise, offset)

    def _claims(self) -> Iterator[Fact]:
        limits, total, worst, most = self.bench.limits, 0, None, 0
        for entry in self.directory.entries:
            if entry.method != STORED:
                total += entry.size
                allowed = max(limits.ratio_floor, entry.packed * limits.ratio)
                if entry.size > allowed and (worst is None or entry.size > worst.size):
                    worst, most = entry, allowed
        if worst is not None:
            at, what = self.node.at(worst.header_offset), f"expanded size of {excerpt(worst.name)}"
            yield ResourceClaim(at=at, what=what, claimed=worst.size, limit=most, unit="bytes")
        if total > limits.expanded_bytes:
            what, most = "expanded size of all members", limits.expanded_bytes
            yield ResourceClaim(at=self.node.at(), what=what, claimed=total, limit=most, unit="bytes")

    def _special(self, entry: Entry) -> Iterator[Fact]:
        """Tell links and devices: the file mode stands in the upper half of the external attributes (4.4.15)."""
        name, kind = entry.name, (entry.external >> 16) & _FILE_TYPE
        if not is_special(entry):
            return
        if kind == _LINK:
            target = beginning(entry, self.source, _PATH_MAX).decode("utf-8", "backslashreplace")
            yield from self.tell.note(Oddity.LINK, name, f"to {excerpt(target)!r}", entry.central_offset)
            reason = link_escapes(name, target, from_root=False)
            if reason:
                detail = f"{reason}: {excerpt(target)!r}"
                yield from self.tell.note(Oddity.LINK_ESCAPE, name, detail, entry.central_offset)
        else:
            yield from self.tell.note(Oddity.SPECIAL_FILE, name, f"file type {kind:#o}", entry.central_offset)

    def _member(self, entry: Entry, description: Description) -> Iterator[Yield]:
        name, start, node = excerpt(entry.name), entry.data_offset, self.node
        if entry.passed_over:
            return
        if start is None:
            yield node.gap(GapKind.UNPARSED, f"member {name!r} has no local header", entry.header_offset)
            return
        if entry.name.endswith("/"):
            if not entry.packed:
                return
            if entry.size:  # zipfile compresses the nothing of a directory to two bytes
                detail = "a directory that holds data"
                yield from self.tell.note(Oddity.HIDDEN_MEMBER, name, detail, start, entry.packed)
        if start + entry.packed > self.source.size:
            yield node.gap(GapKind.UNPARSED, f"member {name!r} reaches past the end of the file", start)
        readable = True
        if is_locked(entry):
            readable = is_plain(entry, self.source)
            kind = Oddity.FALSE_ENCRYPTION_FLAG if readable else Oddity.ENCRYPTED
            yield from self.tell.note(kind, name, f"flags {entry.flags:#x}", entry.header_offset)
        if not readable:
            yield node.gap(GapKind.UNSUPPORTED, f"member {name!r} is encrypted", start, entry.packed)
            content = Stored(SubSource(self.source, start, entry.packed))
            yield Child(entry.name, content, offset=start, quiet=True)
        elif entry.method == STORED:
            yield from self._stored(entry, start, description)
        else:
            end = End()
            blocks = blocks_of(entry, self.source, end)
            if isinstance(blocks, Unreadable):
                yield node.gap(GapKind.UNSUPPORTED, f"member {name!r}: {blocks.reason}", start, entry.packed)
                return
            yield _child(entry, Packed(blocks, stored=entry.packed), description)
            # The child has been drained by now; a broken stream has been reported by whoever drained it.
            if end.complete:
                yield from self._drained(entry, start, end)

    def _stored(self, entry: Entry, start: int, description: Description) -> Iterator[Yield]:
        length = entry.packed
        if entry.packed != entry.size:
            # zipfile gives the smaller number of bytes, miniz `size` of them, others all that is packed.
            detail = f"stored, but {entry.packed} bytes packed and {entry.size} unpacked"
            yield from self.tell.note(Oddity.HEADER_MISMATCH, entry.name, detail, entry.header_offset)
            length = max(length, min(entry.size, self.source.size - start))
        # Members that overlap could make this many passes; members that do not are together as long as the file.
        most = SUMMED_WHEN_DEAR if self.node.headers_only and not description.formats else SUMMED
        allowed = min(most, self.source.size - self.summed)
        if entry.crc is not None and entry.size <= allowed and not description.quiet:
            self.summed += entry.size
            found = stored_crc(self.source, start, entry.size)
            if found != entry.crc:
                yield from self._checksum(entry, found, start)
        yield _child(entry, Stored(SubSource(self.source, start, length)), description)

    def _drained(self, entry: Entry, start: int, end: End) -> Iterator[Fact]:
        if end.closed and end.consumed < entry.packed:
            unused = start + end.consumed, start + entry.packed
            yield from self.tell.say(span(self.source, "gap", *unused, f"the data of {excerpt(entry.name)}"))
        if entry.crc is None:
            return
        if end.produced != entry.size:
            detail = f"the data expands to {end.produced} bytes, not {entry.size}"
            yield from self.tell.note(Oddity.HEADER_MISMATCH, entry.name, detail, start, entry.packed)
        if end.crc != entry.crc:
            yield from self._checksum(entry, end.crc, start)

    def _checksum(self, entry: Entry, found: int, start: int) -> Iterator[Fact]:
        detail = f"CRC-32 {found:#010x}, not {entry.crc:#010x}"
        yield from self.tell.note(Oddity.CHECKSUM_MISMATCH, entry.name, detail, start, entry.packed)


def is_special(entry: Entry) -> bool:
    """Tell a link or a device by the file mode of an entry."""
    return (entry.external >> 16) & _FILE_TYPE not in (0, _REGULAR, _DIRECTORY)


def _child(entry: Entry, content: Stored | Packed, description: Description) -> Child:
    return Child(
        entry.name,
        content,
        offset=entry.data_offset,
        role=description.role,
        formats=description.formats,
        quiet=description.quiet,
        storages=description.storages,
    )
