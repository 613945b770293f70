"""A local file header (APPNOTE 4.3.7) beside what the directory says of the same member: where do they differ?"""

from __future__ import annotations

from weighbridge.formats.containers.oddities import excerpt
from weighbridge.formats.containers.zip_records import (
    FULL32,
    LOCAL,
    LOCAL_FIXED,
    LOCKED,
    STREAMED,
    UTF8,
    decode_name,
    zip64_values,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_records import Entry

    Listed: TypeAlias = tuple[str, bytes, int, int, int, int, int]
    """What a directory entry says: name, its bytes, flags, method, CRC-32, packed size, size."""

_LOCAL_EXTRA = 128  # torch pads up to 64 bytes here; more is read when there is more


def beginning_of_data(source: ByteSource, entry: Entry) -> int | None:
    """Find where the data of a member begins, also of one that was passed over; None where no header says so."""
    if not entry.passed_over:
        return entry.data_offset
    listed = entry.name, entry.raw, entry.flags, entry.method, entry.crc or 0, entry.packed, entry.size
    found = local_header(source, listed, entry.header_offset)
    return found[0] if found else None


def local_header(source: ByteSource, listed: Listed, offset: int) -> tuple[int, int, bytes, list[str]] | None:
    """Read the local header at ``offset``: where the data starts, its flags, its extra field, what differs.

    None when no local header is there. Sums and sizes that follow the data (bit 3) are zero here and differ from
    nothing; of the flags only those count by which a reader decides how to read.
    """
    _, raw, flags, method, crc, packed, size = listed
    head = source.read_at(offset, LOCAL_FIXED.size + len(raw) + _LOCAL_EXTRA) if offset >= 0 else b""
    if len(head) < LOCAL_FIXED.size or not head.startswith(LOCAL):
        return None
    (_, _, own_flags, own_method, _, _, own_crc, own_packed, own_size, name_length, extra_length) = (
        LOCAL_FIXED.unpack_from(head)
    )
    name_end = LOCAL_FIXED.size + name_length
    data: int = name_end + extra_length
    if data > len(head):
        head = source.read_at(offset, data)
    own_raw, extra = head[LOCAL_FIXED.size : name_end], head[name_end:data]
    if FULL32 in (own_size, own_packed):
        own_size, own_packed = zip64_values(extra, (own_size, own_packed))
    wrong = []
    if own_raw != raw:
        wrong.append(f"name {excerpt(decode_name(own_raw, own_flags))!r}")
    if own_method != method:
        wrong.append(f"method {own_method}, not {method}")
    if (own_flags ^ flags) & (LOCKED if raw.isascii() else LOCKED | UTF8):
        wrong.append(f"flags {own_flags:#x}, not {flags:#x}")
    streamed = own_flags & STREAMED
    for what, own, other in (("crc", own_crc, crc), ("packed size", own_packed, packed), ("size", own_size, size)):
        if own != other and not (streamed and not own):
            wrong.append(f"{what} {own}, not {other}")
    return offset + data, own_flags, extra, wrong
