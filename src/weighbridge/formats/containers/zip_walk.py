"""Zip members found by their local headers alone, where no directory names them: streaming readers see these."""

from __future__ import annotations

from weighbridge.core.errors import OverLimit
from weighbridge.formats.containers.search import find
from weighbridge.formats.containers.zip_records import (
    CENTRAL,
    DESCRIPTOR,
    LOCAL,
    LOCAL_FIXED,
    STREAMED,
    Entry,
    decode_name,
    zip64_values,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource

METHODS = frozenset({*range(21), *range(92, 100)})
"""Compression methods that APPNOTE 4.4.5 names; others mark four bytes that look like a header by chance."""
_LONGEST_NAME = 4096
_VAIN = 100_000
"""Header signatures without a header. By chance there is one in four GiB."""
_NEWEST = 63  # version needed to extract, of APPNOTE 6.3


def walk(source: ByteSource, start: int, end: int) -> Iterator[tuple[Entry, int]]:
    """Find the members between two offsets; gives each with the offset where it ends.

    Raises OverLimit where signatures without a header are strewn to waste time.
    """
    at, vain = find(source, LOCAL, start, end), 0
    while at >= 0:
        entry = local_entry(source, at, end)
        if entry is None or entry.data_offset is None:
            vain += 1
            if vain > _VAIN:
                raise OverLimit(f"more than {_VAIN} signatures of headers that are none", offset=at)
            at = find(source, LOCAL, at + len(LOCAL), end)
            continue
        stop = entry.data_offset + entry.packed
        yield entry, stop
        at = find(source, LOCAL, stop, end)


def local_entry(source: ByteSource, offset: int, end: int) -> Entry | None:
    """Read the local file header at ``offset`` (4.3.7); None when the bytes cannot be one that ends before ``end``.

    When the sizes follow the data (bit 3), the member reaches to the next record signature.
    """
    head = source.read_at(offset, LOCAL_FIXED.size)
    if len(head) != LOCAL_FIXED.size or not head.startswith(LOCAL):
        return None
    _, needed, flags, method, _, _, crc, packed, size, name_length, extra_length = LOCAL_FIXED.unpack(head)
    data_offset = offset + LOCAL_FIXED.size + name_length + extra_length
    if method not in METHODS or needed & 0xFF > _NEWEST or not 0 < name_length <= _LONGEST_NAME or data_offset > end:
        return None
    tail = source.read_at(offset + LOCAL_FIXED.size, name_length + extra_length)
    raw = tail[:name_length]
    size, packed = zip64_values(tail[name_length:], (size, packed))
    known: int | None = crc
    if flags & STREAMED and not packed:
        stop = end
        for mark in (LOCAL, DESCRIPTOR, CENTRAL):  # each looks no further than the one before found
            place = find(source, mark, data_offset, stop)
            stop = place if place >= 0 else stop
        packed = stop - data_offset
        size, known = (packed if method == 0 else 0), None
    return Entry(
        name=decode_name(raw, flags),
        raw=raw,
        flags=flags,
        method=method,
        crc=known,
        packed=min(packed, end - data_offset),
        size=size,
        made_by=0,
        external=0,
        central_offset=None,
        header_offset=offset,
        data_offset=data_offset,
        hidden=True,
    )
