"""Tar archives: members as children, links and devices as facts, and every place where two readers would part.

Sources: POSIX.1-2017 `pax`, the GNU tar manual, and what ``tarfile`` of Python makes of them. Where readers differ,
the walk goes on as Python does.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Oddity, ResourceClaim
from weighbridge.core.source import SubSource
from weighbridge.formats.containers import tar_sparse
from weighbridge.formats.containers.oddities import Oddities, excerpt, span
from weighbridge.formats.containers.paths import Names, disguises, escapes, link_escapes, normalised
from weighbridge.formats.containers.search import past_zeros
from weighbridge.formats.containers.tar_header import (
    BLOCK,
    DIRECTORY,
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
    from collections.abc import Iterator

    from weighbridge.core.facts import Fact
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

__all__ = ["extract", "looks_like"]

_LONGEST_EXTENSION = 1 << 20
"""Bytes of a pax header or a GNU long name: names and attributes, never content."""
_SCAN = 1 << 20
_USTAR_SIZE = 8**11
_DEVICES = {"3": "character device", "4": "block device", "6": "FIFO"}


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
        self.long_names: list[str] = []
        self.long_links: list[str] = []

    # -- from block to block ------------------------------------------------------------------------------------------

    def walk(self) -> Iterator[Yield]:
        at: int | None = 0
        while at is not None and at < self.source.size:
            block = self.source.read_at(at, BLOCK)
            if block == ZEROS:
                at = yield from self.resume(at, "the end of the archive")
                continue
            if len(block) < BLOCK:
                yield from self.tell.tell(span(self.source, "tail", at, self.source.size, "tar members"))
                return
            header = parse(block)
            if not header.valid or header.size < 0:
                yield from self.bad(at, header)
                if block[257:262] != b"ustar" or header.size < 0 or at + BLOCK + header.size > self.source.size:
                    self.forget()
                    at = yield from self.resume(at + BLOCK, "a bad header")
                    continue
            at = yield from self.one(at, block, header)

    def bad(self, at: int, header: Header) -> Iterator[Fact]:
        detail = header.odd if header.valid else "the checksum is wrong"
        yield from self.tell.note(Oddity.BAD_HEADER, header.name, detail, at, BLOCK)
        self.broken = self.broken or Malformed(f"bad tar header: {detail}", offset=at)
        self.hidden = self.hidden or "after a bad header"

    def resume(self, at: int, what: str) -> Iterator[Fact]:  # returns int | None
        """Find the next header after a place where readers stop; what lies before it is trailing data."""
        start = past_zeros(self.source, at, self.source.size)
        found = self.next_header(start // BLOCK * BLOCK)
        end = self.source.size if found is None else found
        if start < end:
            yield from self.tell.tell(span(self.source, "tail" if found is None else "gap", start, end, what))
        self.hidden = self.hidden or f"after {what}"
        return found

    def next_header(self, at: int) -> int | None:
        while at < self.source.size:
            area = self.source.read_at(at, _SCAN)
            for start in range(0, len(area) - BLOCK + 1, BLOCK):
                if has_sum(area[start : start + BLOCK]):
                    return at + start
            at += _SCAN
        return None

    def one(self, at: int, block: bytes, header: Header) -> Iterator[Yield]:  # returns int
        """Take one header with its data; gives where the next header is."""
        self.bench.meter.spend_member()
        start = at + BLOCK
        after = start + header.size + -header.size % BLOCK
        if header.kind in (PAX, PAX_GLOBAL, PAX_SOLARIS, GNU_LONG_NAME, GNU_LONG_LINK):
            self.extend(start, header)
            return after
        if header.odd:
            yield from self.tell.note(Oddity.BAD_HEADER, header.name, header.odd, at, BLOCK)
        size, after = yield from self.measure(at, header)
        sparse = self.sparse(at, block, header)
        name = yield from self.name(at, header, sparse=sparse is not None)
        if self.hidden:
            yield from self.tell.note(Oddity.HIDDEN_MEMBER, name, self.hidden, at)
        if header.kind in (HARD_LINK, SYMLINK):
            yield from self.link(at, name, header)
        elif header.kind in _DEVICES:
            yield from self.tell.note(Oddity.SPECIAL_FILE, name, _DEVICES[header.kind], at)
        elif header.kind != DIRECTORY:
            yield from self.content(name, start, size, sparse)
            if sparse is not None:
                after += sparse.start - start if header.kind == GNU_SPARSE else 0
            end = (start if sparse is None or header.kind != GNU_SPARSE else sparse.start) + size
            if end > self.source.size:
                raise Malformed(f"member {excerpt(name)!r} is cut short", offset=self.source.size)
            if self.source.read_at(end, after - end).strip(b"\0"):
                yield from self.tell.tell(span(self.source, "gap", end, after, f"padding of {excerpt(name)}"))
        self.forget()
        return after
