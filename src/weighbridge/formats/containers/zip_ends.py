"""Where the directory of a zip archive may be: end records, zip64 records, and what each reader makes of them."""

from __future__ import annotations

from weighbridge.core.facts import Oddity
from weighbridge.core.values import value
from weighbridge.formats.containers.oddities import Remark
from weighbridge.formats.containers.zip_records import (
    CENTRAL,
    CENTRAL_FIXED,
    END,
    FULL16,
    FULL32,
    SCAN,
    EndRecord,
    end64_places,
    end64_record,
    end_record,
    locator64_span,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource


@value
class Claim:
    """One way to read the directory: where it starts, its announced end, what to add to offsets, entries announced."""

    start: int
    end: int
    base: int
    entries: int


def end_records(source: ByteSource) -> list[EndRecord]:
    """Find the end records that a reader could take, the last one first as both readers do."""
    start = max(0, source.size - SCAN)
    tail = source.read_at(start, SCAN)
    found, at = [], tail.rfind(END)
    while at >= 0:
        record = end_record(source, start + at)
        if record is not None:
            found.append(record)
        at = tail.rfind(END, 0, at + len(END) - 1)
    return found


def zip64_records(source: ByteSource, end: EndRecord) -> list[EndRecord]:
    """Find the zip64 records that belong to an end record, the one of ``zipfile`` first."""
    places = dict.fromkeys(end64_places(source, end.offset))
    return [record for place in places if (record := end64_record(source, place))]


def claims(source: ByteSource, end: EndRecord) -> list[Claim]:
    """List the directories that readers could find from one end record, the one of ``zipfile`` first.

    Each record gives two: right before itself (``zipfile``, which then shifts all offsets) and at the offset it
    names (miniz). Only those count where an entry starts or where nothing is announced.
    """
    found: dict[tuple[int, int, int], Claim] = {}
    larger = zip64_records(source, end)
    for record in (*larger, end):
        size = record.directory_size
        # Where there is a zip64 record, nobody looks for the directory right before the other one: the bytes there are
        # the end of the directory, and may by chance be the start of an entry.
        before = () if larger and record is end else (record.offset - size,)
        if not before and record.directory_offset == FULL32:
            continue  # the zip64 record says where it is
        for start in (*before, record.directory_offset):
            head = source.read_at(start, len(CENTRAL)) if start >= 0 else b""
            if (head == CENTRAL and size >= CENTRAL_FIXED.size) or (size == record.entries == 0):
                base = start - record.directory_offset
                claim = Claim(start=start, end=start + size, base=base, entries=record.entries)
                found.setdefault((start, size, base), claim)
            if not size:
                break
    return list(found.values())


def end_spans(source: ByteSource, end: EndRecord) -> Iterator[tuple[int, int, str]]:
    """Give the bytes that an end record and its zip64 records take."""
    wide = zip64_records(source, end)
    for record in wide:
        yield record.offset, record.offset + record.length, "zip64 end record"
    if wide:
        yield (*locator64_span(end.offset), "zip64 locator")
    yield end.offset, end.offset + end.length, "end record"


def end_remarks(source: ByteSource, end: EndRecord) -> Iterator[Remark]:
    """Say where an end record and its zip64 records contradict each other."""
    wide = zip64_records(source, end)
    for record in wide:
        plain = (end.entries, FULL16), (end.directory_size, FULL32), (end.directory_offset, FULL32)
        other = record.entries, record.directory_size, record.directory_offset
        if any(one not in (full, long) for (one, full), long in zip(plain, other, strict=True)):
            detail = "the end record and the zip64 end record name different directories"
            yield _remark(Oddity.HEADER_MISMATCH, detail, end)
    if len(wide) > 1:
        detail = "two zip64 end records: one before the locator, one where it points"
        yield _remark(Oddity.SECOND_DIRECTORY, detail, wide[1])
    last = wide[0] if wide else end
    if last.entries_here != last.entries or last.disk not in (0, 1) or last.disk != last.directory_disk:
        yield _remark(Oddity.BAD_HEADER, "the archive claims to be a part of several", last)


def _remark(kind: Oddity, detail: str, record: EndRecord) -> Remark:
    return Remark(kind=kind, member="", detail=detail, offset=record.offset, length=record.length)
