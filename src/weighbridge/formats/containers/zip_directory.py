"""The directory of a zip archive as miniz (torch's reader) and as ``zipfile`` would find it, and what neither sees.

Both take the last end record near the end of the file. ``zipfile`` then corrects offsets for bytes before the archive,
takes the zip64 record right before its locator and reads as many bytes of directory as announced; miniz takes offsets
as they stand, the zip64 record where the locator points and as many entries as announced. Every directory that one of
them could arrive at is read, every local header is compared, and the bytes between are walked for members that no
directory names. Only headers are read, never the data of a member.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Oddity
from weighbridge.core.values import replace, value
from weighbridge.formats.containers.oddities import Notes, Remark, comment, excerpt, span
from weighbridge.formats.containers.zip_ends import claims, end_records, end_remarks, end_spans
from weighbridge.formats.containers.zip_local import local_header
from weighbridge.formats.containers.zip_records import (
    CENTRAL,
    CENTRAL_FIXED,
    FULL32,
    LOCAL_FIXED,
    LOCKED,
    STREAMED,
    Entry,
    decode_name,
    descriptor_length,
    extra_fields,
    unicode_path,
    zip64_values,
)
from weighbridge.formats.containers.zip_walk import local_entry, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.oddities import Span
    from weighbridge.formats.containers.zip_ends import Claim
    from weighbridge.formats.containers.zip_local import Listed
    from weighbridge.formats.containers.zip_records import EndRecord
    from weighbridge.formats.node import Bench

    Choice: TypeAlias = Callable[[Entry], bool]
    Chooser: TypeAlias = Callable[[Sequence[Entry]], Choice]
    """Given all entries of a directory, tells which of them are passed over."""

_BLOCK = 1 << 20
_LONGEST = CENTRAL_FIXED.size + 3 * 0xFFFF
_OTHERS = 50
"""Directories read beside the first. Two readers arrive at four at most; more are there to waste time."""
_NAMES = 32 << 20
"""Bytes of names in one archive: 160 for each of the most members that are read."""
_PLAIN_EXTRA = 64  # blocks up to here are times, ids and paths of the known kinds
_SLACK = 0xFFFF + 24  # what a local header that is not read may hold besides its name, and a data descriptor


@value
class Directory:
    """All that is known of an archive without reading its data.

    ``entries`` are in directory order, then those that no directory names, by offset. ``alternatives`` are the same
    members once more as their local header describes the data, where it contradicts the directory. ``trouble`` is
    what ended the reading early; what was found before it is here.
    """

    entries: tuple[Entry, ...]
    alternatives: tuple[Entry, ...]
    notes: tuple[Remark | Span, ...]
    trouble: Malformed | OverLimit | None = None


def read_directory(source: ByteSource, bench: Bench, chooser: Chooser | None = None) -> Directory:
    """Read everything but the data of a zip archive; ``Directory.trouble`` tells what was in the way.

    Counts one member of ``bench.meter`` for each entry. Local headers of members that ``chooser`` passes over are not
    read, nor is what lies between them as long as a header could hold it.
    """
    survey = _Survey(source, bench, chooser)
    try:
        survey.read()
        survey.account()
    except OverLimit as over:
        survey.trouble = over
    return Directory(
        entries=tuple(survey.entries),
        alternatives=tuple(survey.alternatives),
        notes=tuple(survey.notes.said),
        trouble=survey.trouble,
    )


class _Survey:
    """What has been read so far."""

    def __init__(self, source: ByteSource, bench: Bench, chooser: Chooser | None) -> None:
        self.source = source
        self.chooser = chooser
        self.choice: Choice | None = None
        self.meter = bench.meter
        self.entries: list[Entry] = []
        self.alternatives: list[Entry] = []
        self.notes = Notes()
        self.trouble: Malformed | OverLimit | None = None
        self.named = False  # whether some directory was read
        self.named_bytes = 0
        self.taken: list[tuple[int, int, str]] = []  # start, end, what lies there
        self.least: dict[tuple[int, int, str], None] = {}  # the same for what is passed over, which may end later

    def remark(self, kind: Oddity, member: str, detail: str, *at: int) -> None:
        offset, length = (*at, None, None)[:2]
        self.notes.add(Remark(kind=kind, member=excerpt(member), detail=detail, offset=offset, length=length))

    # -- which directories there are ----------------------------------------------------------------------------------

    def read(self) -> None:
        """Read the directory that readers use, then every other one that a reader could arrive at."""
        ends = end_records(self.source)
        usable = [(end, found) for end in ends if (found := claims(self.source, end))]
        if not usable:
            self.trouble = Malformed("no end record leads to a central directory", offset=self.source.size)
            return
        self.named = True
        end, found = usable[0]
        self.notes.add(*end_remarks(self.source, end))
        if ends[0] is not end:
            detail = "the last end record leads to no directory, an earlier one does"
            self.remark(Oddity.SECOND_DIRECTORY, "", detail, ends[0].offset, ends[0].length)
        self._take_end(end)
        at = self._read_claim(found[0])
        if at < found[0].end:
            self.trouble = Malformed("the central directory breaks off", offset=at)
        others = dict.fromkeys(found[1:], end)
        inside = self._data_spans() if usable[1:] else []
        for other_end, claimed in usable[1:]:
            # The end record of a zip that is a member is that member's own affair.
            new = [claim for claim in claimed if claim not in others and claim != found[0]]
            if new and not _covers(inside, other_end.offset):
                self._take_end(other_end)
                others |= dict.fromkeys(new, other_end)
        for count, (claim, claiming) in enumerate(others.items()):
            if count == _OTHERS:
                raise OverLimit(f"more than {_OTHERS} other directories", offset=claim.start)
            self._read_other(claim, claiming)

    def _data_spans(self) -> list[tuple[int, int]]:
        return sorted((e.data_offset, e.data_offset + e.packed) for e in self.entries if e.data_offset is not None)

    def _take_end(self, end: EndRecord) -> None:
        self.taken.extend(end_spans(self.source, end))
        start = end.offset + end.length
        length = min(end.comment, self.source.size - start)
        if length < end.comment:
            self.remark(Oddity.BAD_HEADER, "", "the archive comment is cut short", end.offset, end.length)
        if length:
            self.taken.append((start, start + length, "comment"))
            self._comment("", start, length, "tail")

    def _comment(self, member: str, offset: int, length: int, where: str) -> None:
        self.remark(Oddity.COMMENT, member, f"{length} bytes", offset, length)
        after = f"directory entry of {excerpt(member)}" if member else "end record"
        self.notes.add(comment(self.source, where, offset, offset + length, after))

    def _read_other(self, claim: Claim, end: EndRecord) -> None:
        """Read one more directory and keep only what the first one does not say."""
        detail = f"an end record at {end.offset} leads to another directory of {claim.entries} entries"
        self.remark(Oddity.SECOND_DIRECTORY, "", detail, claim.start, claim.end - claim.start)
        known = {(e.header_offset, e.raw, e.method, e.packed) for e in self.entries}
        taken, first = dict.fromkeys(self.taken), len(self.entries)
        self._read_claim(claim)
        self.taken = [*taken, *dict.fromkeys(one for one in self.taken if one not in taken)]
        others = self.entries[first:]
        del self.entries[first:]
        for entry in others:
            if (entry.header_offset, entry.raw, entry.method, entry.packed) not in known:
                self._hide(entry, "named only by another directory")

    def _hide(self, entry: Entry, why: str) -> None:
        self.entries.append(replace(entry, hidden=True))
        if self.named:
            self.remark(Oddity.HIDDEN_MEMBER, entry.name, why, entry.header_offset)

    # -- the central directory (4.3.12) and the local headers it points to (4.3.7) ------------------------------------

    def _read_claim(self, claim: Claim) -> int:
        """Read one directory; gives where it really ends."""
        at, count, first = claim.start, 0, len(self.entries)
        for entry, extra, stop in self._central(claim):
            count += 1
            self.meter.spend_member()
            self.named_bytes += len(entry.raw)
            if self.named_bytes > _NAMES:
                raise OverLimit(f"member names of more than {_NAMES} bytes", offset=at)
            if at >= claim.end:
                self._hide(entry, "named after the announced end of the directory")
            else:
                self.entries.append(entry)
            if extra:
                self._central_extra(entry, at, extra)
            at = stop
        if self.chooser is not None:
            self._locate(self.chooser, first)
        if at > claim.start:
            self.taken.append((claim.start, at, "central directory"))
        if count != claim.entries:
            detail = f"the end record counts {claim.entries} entries, the directory holds {count}"
            self.remark(Oddity.HEADER_MISMATCH, "", detail, claim.start, at - claim.start)
        return at

    def _locate(self, chooser: Chooser, first: int) -> None:
        """Read the local headers of the entries from ``first`` on, except for those that are passed over."""
        self.choice = self.choice or chooser(self.entries)
        for number in range(first, len(self.entries)):
            entry = self.entries[number]
            start = entry.header_offset + LOCAL_FIXED.size + len(entry.raw)
            if entry.header_offset >= 0 and start + entry.packed <= self.source.size and self.choice(entry):
                self.entries[number] = replace(entry, data_offset=start, passed_over=True)
                self.least[entry.header_offset, start + entry.packed, entry.name] = None
            else:
                listed = entry.name, entry.raw, entry.flags, entry.method, entry.crc or 0, entry.packed, entry.size
                self.entries[number] = replace(entry, data_offset=self._local(listed, entry.header_offset))

    def _central(self, claim: Claim) -> Iterator[tuple[Entry, bytes, int]]:
        """Walk the directory as long as signatures follow each other; gives each entry, its extra field and its end."""
        fixed, read_at = CENTRAL_FIXED, self.source.read_at
        place, block, at = claim.start, b"", 0
        while True:
            if len(block) - at < _LONGEST:
                place, at, block = place + at, 0, read_at(place + at, _BLOCK)
            room = len(block) if place + at >= claim.end else min(len(block), claim.end - place)
            if room - at < fixed.size or block[at : at + 4] != CENTRAL:
                return
            head = fixed.unpack_from(block, at)
            _, made_by, _, flags, method, _, _, crc, packed, size, *lengths, _, _, external, header = head
            # zipfile takes what the directory holds of a last name, extra field or comment, whatever their lengths say.
            name_end = min(at + fixed.size + lengths[0], room)
            extra_end = min(name_end + lengths[1], room)
            stop = min(extra_end + lengths[2], room)
            if stop - at < fixed.size + sum(lengths):
                self.remark(Oddity.BAD_HEADER, "", "an entry reaches past the end of the directory", place + at)
            raw, extra = block[at + fixed.size : name_end], block[name_end:extra_end]
            if FULL32 in (size, packed, header):
                size, packed, header = zip64_values(extra, (size, packed, header))
            name = decode_name(raw, flags)
            header += claim.base
            entry = Entry(
                name=name,
                raw=raw,
                flags=flags,
                method=method,
                crc=crc,
                packed=packed,
                size=size,
                made_by=made_by,
                external=external,
                central_offset=place + at,
                header_offset=header,
                data_offset=None
                if self.chooser
                else self._local((name, raw, flags, method, crc, packed, size), header),
            )
            if stop > extra_end:
                self._comment(name, place + extra_end, stop - extra_end, "gap")
            at = stop
            yield entry, extra, place + at

    def _central_extra(self, entry: Entry, at: int, extra: bytes) -> None:
        self._extra(extra, at + CENTRAL_FIXED.size + len(entry.raw), entry.raw, entry.name)
        if b"up" in extra and (path := unicode_path(extra, entry.raw)) and _skeleton(path) != _skeleton(entry.name):
            self.remark(Oddity.NAME_OVERRIDE, entry.name, f"a Unicode path says {excerpt(path)!r}", at)

    def _extra(self, extra: bytes, offset: int, raw: bytes, name: str) -> None:
        """Tell blocks that are too long to be what extra fields are for; padding is one byte over and over."""
        for kind, start, length in extra_fields(extra):
            body = extra[start : start + length]
            if body != body[:1] * length and (kind < 0 or length > _PLAIN_EXTRA + 4 * len(raw)):
                where, after = offset + start, f"extra field of {excerpt(name)}"
                self.notes.add(span(self.source, "gap", where, where + length, after))

    def _local(self, listed: Listed, offset: int) -> int | None:
        """Read a local header, tell where it differs from what the directory lists; gives where the data starts."""
        name, raw, flags, method, crc, packed, size = listed
        found = local_header(self.source, listed, offset)
        if found is None:
            self.remark(Oddity.HEADER_MISMATCH, name, "no local header where the directory points", offset)
            return None
        start, own_flags, extra, wrong = found
        if extra:
            self._extra(extra, start - len(extra), raw, name)
        if own_flags & LOCKED and not flags & LOCKED:
            detail = f"only the local header has flags {own_flags:#x}"
            self.remark(Oddity.FALSE_ENCRYPTION_FLAG, name, detail, offset, start - offset)
        if wrong:
            detail = f"the local header has {', '.join(wrong)}"
            self.remark(Oddity.HEADER_MISMATCH, name, detail, offset, start - offset)
            self._alternative(offset, method, packed)
        stop = start + packed
        if own_flags & STREAMED:
            stop += descriptor_length(self.source, stop, crc, packed, size)
        self.taken.append((offset, stop, name))
        return start

    def _alternative(self, offset: int, method: int, packed: int) -> None:
        """Keep the member as its local header tells it, when that makes other data of it."""
        own = local_entry(self.source, offset, self.source.size)
        if own is None:
            return
        if own.crc is None:  # sizes follow the data, so only the method can differ
            own = replace(own, packed=packed)
        if (own.method, own.packed) != (method, packed) and own.packed:
            self.alternatives.append(replace(own, hidden=False, crc=None))

    # -- accounting for every byte ------------------------------------------------------------------------------------

    def account(self) -> None:
        """Find what lies twice, and what lies between, before and after everything that was read."""
        self._stretch()
        cursor, last = 0, ""
        for start, end, what in sorted(self.taken):
            if start < cursor:
                detail = f"shares bytes with {excerpt(last)!r}"
                self.remark(Oddity.OVERLAP, what, detail, start, min(end, cursor) - start)
            elif start > cursor:
                self._gap(cursor, start, last)
            if end > cursor:
                cursor, last = end, what
        if cursor < self.source.size:
            self._gap(cursor, self.source.size, last)

    def _stretch(self) -> None:
        """Let members that were passed over reach up to what comes next."""
        from bisect import bisect_left

        starts = sorted(start for start, _, _ in (*self.taken, *self.least)) if self.least else []
        for start, end, name in self.least:
            at = bisect_left(starts, end)
            edge = starts[at] if at < len(starts) else end
            self.taken.append((start, edge if edge - end <= _SLACK else end, name))

    def _gap(self, start: int, end: int, after: str) -> None:
        at = start
        for entry, stop in walk(self.source, start, end):
            self.meter.spend_member()
            self._hide(entry, "no directory names it")
            self._rest(at, entry.header_offset, after)
            at, after = stop, entry.name
        self._rest(at, end, after)

    def _rest(self, start: int, end: int, after: str) -> None:
        if start < end and (self.named or self.entries):
            where = "prefix" if start == 0 else "tail" if end == self.source.size else "gap"
            self.notes.add(span(self.source, where, start, end, after))


def _covers(spans: list[tuple[int, int]], offset: int) -> bool:
    from bisect import bisect_right

    at = bisect_right(spans, (offset, 1 << 64)) - 1
    return at >= 0 and offset < spans[at][1]


def _skeleton(name: str) -> str:
    """Keep what every code page spells alike."""
    return "".join(letter for letter in name if letter.isascii() and letter.isalnum())
