"""The records of a zip archive one by one, under the numbers of APPNOTE.TXT 6.3.10; a record is what its bytes say."""

from __future__ import annotations

from struct import Struct

from weighbridge.core.values import value
from weighbridge.formats.containers.paths import readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource

LOCAL, CENTRAL, DESCRIPTOR = b"PK\3\4", b"PK\1\2", b"PK\7\x08"
END, END64, LOCATOR64 = b"PK\5\6", b"PK\6\6", b"PK\6\7"

LOCAL_FIXED = Struct("<4s5H3I2H")
CENTRAL_FIXED = Struct("<4s6H3I5H2I")
_END_FIXED = Struct("<4s4H2IH")
_END64_FIXED = Struct("<4sQ2H2I4Q")
_LOCATOR64_FIXED = Struct("<4sIQI")
_TLV, _U64 = Struct("<HH"), Struct("<Q")

ENCRYPTED, STREAMED, PATCHED, STRONG, UTF8, MASKED = 0x1, 0x8, 0x20, 0x40, 0x800, 0x2000
"""Bits of the general purpose flag (4.4.4)."""
LOCKED = ENCRYPTED | PATCHED | STRONG | MASKED
"""Flag bits that tell a reader not to read the data plainly."""
FULL32, FULL16 = 0xFFFFFFFF, 0xFFFF
"""What a field holds when its value stands in a zip64 record."""

_BLOCKS = 100
_ZIP64_EXTRA = 0x0001
_UNICODE_PATH = 0x7075

SCAN = 65_535 + _END_FIXED.size + 4096
"""How far from the end readers look for the end record: zipfile 64 KiB and a record, miniz up to a buffer more."""


@value
class Entry:
    """One member as one of the headers describes it.

    ``name`` is decoded (bit 11: UTF-8, else cp437; what cannot be decoded is escaped), ``raw`` its bytes. Sizes and
    offsets are the 64-bit ones where there are any; offsets count from the start of the source. ``data_offset`` is
    None when no local header stands where the directory points. ``central_offset`` is None and ``crc`` may be None
    for a member that only its local header shows. ``hidden``: the directory that readers use does not name it.
    ``passed_over``: its local header is not read, and ``data_offset`` is the least that it can be.
    """

    name: str
    raw: bytes
    flags: int
    method: int
    crc: int | None
    packed: int
    size: int
    made_by: int
    external: int
    central_offset: int | None
    header_offset: int
    data_offset: int | None
    hidden: bool = False
    passed_over: bool = False


@value
class EndRecord:
    """An end of central directory record, plain (4.3.16) or zip64 (4.3.14).

    ``length`` is its own, ``comment`` the announced length of the comment after it.
    """

    offset: int
    length: int
    disk: int
    directory_disk: int
    entries_here: int
    entries: int
    directory_size: int
    directory_offset: int
    comment: int = 0


def end_record(source: ByteSource, offset: int) -> EndRecord | None:
    """Read the end of central directory record at ``offset`` (4.3.16)."""
    head = source.read_at(offset, _END_FIXED.size) if offset >= 0 else b""
    if len(head) != _END_FIXED.size or not head.startswith(END):
        return None
    _, disk, directory_disk, here, entries, size, start, comment = _END_FIXED.unpack(head)
    return EndRecord(
        offset=offset,
        length=_END_FIXED.size,
        disk=disk,
        directory_disk=directory_disk,
        entries_here=here,
        entries=entries,
        directory_size=size,
        directory_offset=start,
        comment=comment,
    )


def end64_record(source: ByteSource, offset: int) -> EndRecord | None:
    """Read the zip64 end of central directory record at ``offset`` (4.3.14)."""
    head = source.read_at(offset, _END64_FIXED.size) if offset >= 0 else b""
    if len(head) != _END64_FIXED.size or not head.startswith(END64):
        return None
    _, length, _, _, disk, directory_disk, here, entries, size, start = _END64_FIXED.unpack(head)
    return EndRecord(
        offset=offset,
        length=max(_END64_FIXED.size, min(length + 12, source.size - offset)),
        disk=disk,
        directory_disk=directory_disk,
        entries_here=here,
        entries=entries,
        directory_size=size,
        directory_offset=start,
    )


def end64_places(source: ByteSource, end: int) -> tuple[int, ...]:
    """Name where readers look for the zip64 record of an end record at ``end``; empty when no locator precedes it.

    ``zipfile`` takes the bytes before the locator (4.3.15), miniz the offset that the locator gives.
    """
    place = end - _LOCATOR64_FIXED.size
    head = source.read_at(place, _LOCATOR64_FIXED.size) if place >= 0 else b""
    if not head.startswith(LOCATOR64):
        return ()
    _, _, told, _ = _LOCATOR64_FIXED.unpack(head)
    return (place - _END64_FIXED.size, told)


def locator64_span(end: int) -> tuple[int, int]:
    """Give the span of the zip64 locator of an end record at ``end``."""
    return end - _LOCATOR64_FIXED.size, end


def decode_name(raw: bytes, flags: int) -> str:
    """Decode a member name; bytes that are not UTF-8 although bit 11 says so are escaped (APPNOTE appendix D)."""
    if raw.isascii():
        return raw.decode("ascii")
    return readable(raw) if flags & UTF8 else raw.decode("cp437")


def utf8_reading(entry: Entry) -> str:
    """Read a name as UTF-8 although bit 11 does not say so, as most of Unix does; empty where that is no other name."""
    if entry.raw.isascii() or entry.flags & UTF8:
        return ""
    try:
        return entry.raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def extra_fields(extra: bytes) -> Iterator[tuple[int, int, int]]:
    """Walk an extra field (4.5): header id, start and length of each block; id -1 for a rest that is no block.

    So is what comes after ``_BLOCKS`` of them: writers use a handful.
    """
    at = 0
    for _ in range(_BLOCKS):
        if len(extra) - at < _TLV.size:
            break
        kind, length = _TLV.unpack_from(extra, at)
        if at + _TLV.size + length > len(extra):
            break
        yield kind, at + _TLV.size, length
        at += _TLV.size + length
    if at < len(extra):
        yield -1, at, len(extra) - at


def zip64_values(extra: bytes, fields: tuple[int, ...]) -> tuple[int, ...]:
    """Replace each of ``fields`` that is full by the next value of the first zip64 block (4.5.3)."""
    if FULL32 not in fields:
        return fields
    for kind, start, length in extra_fields(extra):
        if kind != _ZIP64_EXTRA:
            continue
        found, at = [], start
        for field in fields:
            if field == FULL32 and at + 8 <= start + length:
                found.append(_U64.unpack_from(extra, at)[0])
                at += 8
            else:
                found.append(field)
        return tuple(found)
    return fields


def unicode_path(extra: bytes, raw: bytes) -> str:
    """Give the name of an Info-ZIP Unicode Path block (4.6.9) that belongs to ``raw``; empty when there is none."""
    from zlib import crc32

    for kind, start, length in extra_fields(extra):
        told = int.from_bytes(extra[start + 1 : start + 5], "little")
        if kind == _UNICODE_PATH and length > 5 and told == crc32(raw):
            return readable(extra[start + 5 : start + length])
    return ""


def descriptor_length(source: ByteSource, offset: int, crc: int, packed: int, size: int) -> int:
    """Measure the data descriptor at ``offset`` (4.3.9), with or without signature, 32 or 64 bits; 0 for none."""
    head = source.read_at(offset, 24)
    signed = 4 if head.startswith(DESCRIPTOR) else 0
    told = crc.to_bytes(4, "little")
    for width in (8, 4):
        if packed >> (8 * width) or size >> (8 * width):
            continue
        wanted = told + packed.to_bytes(width, "little") + size.to_bytes(width, "little")
        if head.startswith(wanted, signed):
            return signed + len(wanted)
    return 0
