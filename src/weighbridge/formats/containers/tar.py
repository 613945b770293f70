"""Tar archives: members as children, links and devices as facts, and every place where two readers would part.

Sources: POSIX.1-2017 `pax`, the GNU tar manual, and what ``tarfile`` of Python makes of them. Where readers differ,
the walk goes on as Python does.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, Oddity, ResourceClaim
from weighbridge.core.source import SubSource
from weighbridge.formats.containers import tar_sparse
from weighbridge.formats.containers.oddities import Oddities, excerpt, span
from weighbridge.formats.containers.paths import Names, disguises, escapes, link_escapes, normalised
from weighbridge.formats.containers.search import past_zeros
from weighbridge.formats.containers.tar_header import (
    BLOCK,
    BLOCK_DEVICE,
    CHARACTER,
    DIRECTORY,
    FIFO,
    GNU_LONG_LINK,
    GNU_LONG_NAME,
    GNU_SPARSE,
    HARD_LINK,
    PAX,
    PAX_GLOBAL,
    PAX_SOLARIS,
    SYMLINK,
    WITHOUT_DATA,
    ZEROS,
    Header,
    has_sum,
    looks_like,
    parse,
    pax_records,
    text,
)
from weighbridge.formats.node import Child, Packed, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from weighbridge.core.facts import Fact
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

__all__ = ["extract", "looks_like"]

_LONGEST_EXTENSION = 1 << 20
"""Bytes of a pax header or a GNU long name: names and attributes, never content."""
_SCAN = 1 << 20
_USTAR_SIZE = 8**11
_EXTENSIONS = frozenset((PAX, PAX_GLOBAL, PAX_SOLARIS, GNU_LONG_NAME, GNU_LONG_LINK))
_DEVICES = {CHARACTER: "character device", BLOCK_DEVICE: "block device", FIFO: "FIFO"}


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Give the members of a tar archive; raises Malformed after them where the archive is broken."""
    yield Identity(at=node.at(), format="tar")
    archive = _Archive(source, node, bench)
    yield from archive.walk()
    yield from archive.tell.rest()
    if archive.broken is not None:
        raise archive.broken


class _Archive:
    """One archive and what the headers read so far mean for the next member."""

    def __init__(self, source: ByteSource, node: Node, bench: Bench) -> None:
        self.source = source
        self.node = node
        self.bench = bench
        self.tell = Oddities("tar", node)
        self.names = Names()
        self.links: set[str] = set()
        self.broken: Malformed | None = None
        self.hidden = ""  # why a reader may not come here
        self.everywhere: dict[str, str] = {}  # global pax records
        self.forget()

    def forget(self) -> None:
        """Forget what extension headers said of the member that is now done."""
        self.records: list[tuple[str, str]] = []
        self.values: dict[str, str] = {}
        self.renames: list[str] = []
        self.targets: list[str] = []

    # -- from header to header ----------------------------------------------------------------------------------------

    def walk(self) -> Iterator[Yield]:
        at: int | None = 0
        while at is not None and at < self.source.size:
            block = self.source.read_at(at, BLOCK)
            if block == ZEROS:
                at = yield from self.resume(at, "the end of the archive")
                continue
            if len(block) < BLOCK:
                yield from self.tell.say(span(self.source, "tail", at, self.source.size, "the last member"))
                if block.strip(b"\0"):
                    self.broken = self.broken or Malformed("a tar header is cut short", offset=at)
                return
            header = parse(block)
            if not header.valid or header.size < 0:
                yield from self.bad(at, header)
                fits = 0 <= header.size <= self.source.size - at - BLOCK
                if not fits or not block.startswith(b"ustar", 257):
                    self.forget()
                    at = yield from self.resume(at + BLOCK, "a bad header")
                    continue
            try:
                at = yield from self.one(at, block, header)
            except Malformed as broken:
                self.broken = self.broken or broken
                self.forget()
                at = yield from self.resume(at + BLOCK, "a bad header")

    def bad(self, at: int, header: Header) -> Iterator[Fact]:
        detail = header.odd if header.valid else "the checksum is wrong"
        yield from self.tell.note(Oddity.BAD_HEADER, header.name, detail, at, BLOCK)
        self.broken = self.broken or Malformed(f"bad tar header: {detail}", offset=at)
        self.hidden = self.hidden or "after a bad header"

    def resume(self, at: int, what: str) -> Generator[Fact, None, int | None]:
        """Find the next header after a place where readers stop; what lies before it is trailing data."""
        start = past_zeros(self.source, at, self.source.size)
        found = self.next_header(start // BLOCK * BLOCK)
        end = self.source.size if found is None else found
        if start < end:
            yield from self.tell.say(span(self.source, "tail" if found is None else "gap", start, end, what))
        self.hidden = self.hidden or f"after {what}"
        return found

    def next_header(self, at: int) -> int | None:
        room = 8 * BLOCK  # little at first, so that many searches cost no more than one pass
        while at < self.source.size:
            area = self.source.read_at(at, room)
            for start in range(0, len(area) - BLOCK + 1, BLOCK):
                if has_sum(area[start : start + BLOCK]):
                    return at + start
            at += room
            room = min(2 * room, _SCAN)
        return None

    def one(self, at: int, block: bytes, header: Header) -> Generator[Yield, None, int]:
        """Take one header with its data; gives where the next header is."""
        self.bench.meter.spend_member()
        start = at + BLOCK
        if header.kind in _EXTENSIONS:
            if header.size > _LONGEST_EXTENSION:
                reason = f"a tar extension header of {header.size} bytes"
                yield self.node.gap(GapKind.OVER_LIMIT, reason, start, header.size)
            else:
                odd = self.extend(start, header)
                if odd:
                    yield from self.tell.note(Oddity.BAD_HEADER, header.name, odd, start, header.size)
            return start + _padded(header.size)
        if header.odd:
            yield from self.tell.note(Oddity.BAD_HEADER, header.name, header.odd, at, BLOCK)
        size, after = yield from self.measure(at, header)
        sparse = tar_sparse.of_pax(self.source, self.records, start)
        if header.kind == GNU_SPARSE:
            sparse = tar_sparse.old_gnu(self.source, at, block)
            start, after = sparse.start, after + sparse.start - start
        name = yield from self.name(at, header, sparse=sparse is not None)
        if self.hidden:
            yield from self.tell.note(Oddity.HIDDEN_MEMBER, name, self.hidden, at)
        if header.kind in (HARD_LINK, SYMLINK):
            yield from self.link(at, name, header)
        elif header.kind in _DEVICES:
            yield from self.tell.note(Oddity.SPECIAL_FILE, name, _DEVICES[header.kind], at)
        elif header.kind != DIRECTORY:
            yield from self.content(name, start, size, sparse)
            end = start + size
            if end > self.source.size:
                cut = Malformed(f"member {excerpt(name)!r} is cut short", offset=self.source.size)
                self.broken = self.broken or cut
            elif self.source.read_at(end, after - end).strip(b"\0"):
                yield from self.tell.say(span(self.source, "gap", end, after, f"member {excerpt(name)}"))
        self.forget()
        return after

    def extend(self, start: int, header: Header) -> str:
        """Take in a header that speaks about the next member or about all that follow; gives what is odd about it."""
        body = self.source.read_at(start, _padded(header.size))
        if len(body) < header.size:
            raise Malformed("a tar extension header is cut short", offset=start)
        if header.kind in (GNU_LONG_NAME, GNU_LONG_LINK):
            (self.renames if header.kind == GNU_LONG_NAME else self.targets).append(text(body))
            return ""
        records, odd = pax_records(body, header.size)
        values = dict(records)
        if header.kind == PAX_GLOBAL:
            self.everywhere |= values
            return odd
        self.records += records
        self.values = values | self.values  # Python lets the first of several headers win
        self.renames += [values["path"]] if "path" in values else []
        self.targets += [values["linkpath"]] if "linkpath" in values else []
        return odd

    # -- what the headers of one member say together ------------------------------------------------------------------

    def measure(self, at: int, header: Header) -> Generator[Fact, None, tuple[int, int]]:
        """Give the size of the member and where the next header is."""
        start, size, step = at + BLOCK, header.size, header.size
        told = self.values.get("size", self.everywhere.get("size", ""))
        if told.isascii() and told.isdigit() and len(told) < 20:
            size = int(told)
            step = size if "size" in self.values else step  # Python does not move on by a global size
            if size != header.size and (header.size or size < _USTAR_SIZE):
                detail = f"the pax header says {size} bytes, the member's own header {header.size}"
                yield from self.tell.note(Oddity.HEADER_MISMATCH, header.name, detail, at, BLOCK)
        if header.kind in WITHOUT_DATA and size:
            yield from self.tell.note(Oddity.BAD_HEADER, header.name, f"{size} bytes of data where none belong", at)
            next_block = self.source.read_at(start, BLOCK)
            if not next_block or next_block == ZEROS or has_sum(next_block):
                step = 0
            size = 0
        return size, start + _padded(step)

    def name(self, at: int, header: Header, *, sparse: bool) -> Generator[Fact, None, str]:
        """Give the name that Python reads; tell where others read another, and what is wrong with it."""
        name = self.renames[0] if self.renames else self.everywhere.get("path", header.other_name)
        name = self.values.get("GNU.sparse.name", name)
        seen = [other for other in (*self.renames[1:], header.name) if other.rstrip("/") != name.rstrip("/")]
        if seen and not sparse and not all(_abbreviates(other, name) for other in seen):
            yield from self.tell.note(Oddity.NAME_OVERRIDE, name, f"also called {excerpt(seen[-1])!r}", at)
        clash = self.names.add(name)
        if clash is not None:
            yield from self.tell.note(clash, name, "an earlier member has this name", at)
        reason = escapes(name) or self.below_link(name)
        if reason:
            yield from self.tell.note(Oddity.PATH_ESCAPE, name, reason, at)
        disguise = disguises(name)
        if disguise:
            yield from self.tell.note(Oddity.NAME_OVERRIDE, name, disguise, at)
        return name

    def below_link(self, name: str) -> str:
        """Tell whether a path leads through a link that the archive makes before."""
        if not self.links:
            return ""
        parts = normalised(name).split("/")
        for depth in range(1, len(parts)):
            parent = "/".join(parts[:depth])
            if parent in self.links:
                return f"through the link {excerpt(parent)!r}"
        return ""

    def link(self, at: int, name: str, header: Header) -> Iterator[Fact]:
        target = self.targets[0] if self.targets else self.everywhere.get("linkpath", header.link)
        what = "symbolic" if header.kind == SYMLINK else "hard"
        yield from self.tell.note(Oddity.LINK, name, f"{what} link to {excerpt(target)!r}", at)
        reason = link_escapes(name, target, from_root=header.kind == HARD_LINK) or self.below_link(target)
        if reason:
            yield from self.tell.note(Oddity.LINK_ESCAPE, name, f"{reason}: {excerpt(target)!r}", at)
        if header.kind == SYMLINK:
            self.links.add(normalised(name))

    def content(self, name: str, start: int, size: int, sparse: tar_sparse.Sparse | None) -> Iterator[Yield]:
        if sparse is None:
            yield Child(name, Stored(SubSource(self.source, start, size)), offset=start)
            return
        stored = max(0, size - (sparse.start - start))
        most = max(self.bench.limits.ratio_floor, stored * self.bench.limits.ratio)
        if sparse.size > most:
            what, at = f"expanded size of {excerpt(name)}", self.node.at(start, size)
            yield ResourceClaim(at=at, what=what, claimed=sparse.size, limit=most, unit="bytes")
        if not tar_sparse.is_sound(sparse, stored):
            detail = "the areas of a sparse member contradict its size or its data"
            yield from self.tell.note(Oddity.BAD_HEADER, name, detail, sparse.start, stored)
            yield Child(name, Stored(SubSource(self.source, sparse.start, stored)), offset=sparse.start)
        blocks = Packed(lambda: tar_sparse.expand(self.source, sparse), stored=stored)
        yield Child(name, blocks, offset=sparse.start)


def _padded(size: int) -> int:
    return size + -size % BLOCK


def _abbreviates(shown: str, real: str) -> bool:
    """Tell whether a header shows what fits of a name that needs an extension: cut, or without its other letters."""
    if real.isascii() and len(real) < 100:
        return False
    plain = real.encode("ascii", "replace").decode()
    return plain.startswith(shown.rstrip("/")) or real.startswith(shown.rstrip("/")) or _last(shown)[:8] in plain


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]
