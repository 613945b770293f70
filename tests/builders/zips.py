"""Zip archives written record by record, so that every field of every header can be chosen.

An `Entry` is honest by default. `Claims` replace single fields of its local or central header, an `End` those of the
end records; nothing is checked. Layout: PKWARE APPNOTE 6.3.10.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tests.builders import streams, zipcrypto

STORED, DEFLATE, DEFLATE64, BZIP2, LZMA, ZSTD, XZ, AES = 0, 8, 9, 12, 14, 93, 95, 99
ENCRYPTED, DESCRIPTOR, PATCHED, STRONG, UTF8 = 0x1, 0x8, 0x20, 0x40, 0x800

_NO_MOMENT = (0, 0x21)  # DOS time and date of 1980-01-01
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_ZIP64_EXTRA = 0x0001


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Fields of one header that say something else than the entry; `offset` counts in central headers only."""

    name: bytes | str | None = None
    flags: int | None = None
    method: int | None = None
    crc: int | None = None
    packed_size: int | None = None
    size: int | None = None
    offset: int | None = None


_TRUE = Claims()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One member: `data` is packed by `method` unless `payload` gives the packed bytes as they are."""

    name: bytes | str
    data: bytes = b""
    method: int = STORED
    payload: bytes | None = None
    flags: int = 0
    extra: bytes = b""
    central_extra: bytes = b""
    comment: bytes = b""
    attributes: int = 0
    made_by: int = 0x0314
    needed: int = 20
    moment: tuple[int, int] = _NO_MOMENT
    descriptor: Literal["none", "signed", "bare"] = "none"
    zip64: bool = False
    local: Claims = _TRUE
    central: Claims = _TRUE
    before: bytes = b""
    present: bool = True
    listed: bool = True

    def packed(self) -> bytes:
        """The bytes between the headers."""
        return packed(self.data, self.method) if self.payload is None else self.payload

    def all_flags(self) -> int:
        """General purpose flags, with those that names, descriptors and LZMA end markers need."""
        utf8 = UTF8 if isinstance(self.name, str) and not self.name.isascii() else 0
        descriptor = DESCRIPTOR if self.descriptor != "none" else 0
        return self.flags | utf8 | descriptor | (0x2 if self.method == LZMA else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of the archive: false counts and places, a comment, zip64 records and what those say."""

    comment: bytes = b""
    entries: int | None = None
    size: int | None = None
    offset: int | None = None
    zip64: bool = False
    zip64_entries: int | None = None
    zip64_offset: int | None = None


_HONEST_END = End()


def packed(data: bytes, method: int) -> bytes:
    """`data` packed by a zip method; deflate64 as stored blocks, AES as it is."""
    match method:
        case 8:
            return streams.deflated(data)
        case 9:
            return streams.deflate_stored(data)
        case 12:
            return bz2.compress(data)
        case 14:
            dictionary = 1 << 16
            properties = struct.pack("<BBHBI", 9, 20, 5, 0x5D, dictionary)
            filters = [{"id": lzma.FILTER_LZMA1, "dict_size": dictionary}]
            return properties + lzma.compress(data, format=lzma.FORMAT_RAW, filters=filters)
        case 93:
            return streams.zstd_frame(data)
        case 95:
            return streams.xz(data)
        case _:
            return data


def _name(name: bytes | str) -> bytes:
    return name if isinstance(name, bytes) else name.encode()


def _chosen(claim: int | None, truth: int) -> int:
    return truth if claim is None else claim


def local_record(entry: Entry) -> bytes:
    """Local header, packed bytes and descriptor."""
    body, claims = entry.packed(), entry.local
    name = _name(entry.name if claims.name is None else claims.name)
    streaming = entry.descriptor != "none"
    crc, packed_size, size = (0, 0, 0) if streaming else (zlib.crc32(entry.data), len(body), len(entry.data))
    crc, packed_size = _chosen(claims.crc, crc), _chosen(claims.packed_size, packed_size)
    size, extra = _chosen(claims.size, size), entry.extra
    if entry.zip64:
        extra += struct.pack("<HHQQ", _ZIP64_EXTRA, 16, size, packed_size)
        packed_size = size = _FULL32
    flags, method = _chosen(claims.flags, entry.all_flags()), _chosen(claims.method, entry.method)
    header = struct.pack(
        "<4sHHHHHIIIHH",
        b"PK\x03\x04",
        entry.needed,
        flags,
        method,
        *entry.moment,
        crc,
        packed_size,
        size,
        len(name),
        len(extra),
    )
    return header + name + extra + body + _descriptor(entry, len(body))


def _descriptor(entry: Entry, packed_size: int) -> bytes:
    if entry.descriptor == "none":
        return b""
    sizes = struct.pack("<QQ" if entry.zip64 else "<II", packed_size, len(entry.data))
    return (b"PK\x07\x08" if entry.descriptor == "signed" else b"") + struct.pack("<I", zlib.crc32(entry.data)) + sizes


def central_record(entry: Entry, offset: int) -> bytes:
    """The central directory header of an entry whose local header is at `offset`."""
    claims = entry.central
    name = _name(entry.name if claims.name is None else claims.name)
    crc, offset = _chosen(claims.crc, zlib.crc32(entry.data)), _chosen(claims.offset, offset)
    packed_size, size = _chosen(claims.packed_size, len(entry.packed())), _chosen(claims.size, len(entry.data))
    extra = entry.central_extra
    if entry.zip64:
        extra += struct.pack("<HHQQQ", _ZIP64_EXTRA, 24, size, packed_size, offset)
        packed_size = size = offset = _FULL32
    flags, method = _chosen(claims.flags, entry.all_flags()), _chosen(claims.method, entry.method)
    header = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        b"PK\x01\x02",
        entry.made_by,
        entry.needed,
        flags,
        method,
        *entry.moment,
        crc,
        packed_size,
        size,
        len(name),
        len(extra),
        len(entry.comment),
        0,
        0,
        entry.attributes,
        offset,
    )
    return header + name + extra + entry.comment


def end_records(count: int, size: int, offset: int, end: End = _HONEST_END) -> bytes:
    """Zip64 end record and locator if wanted, then the end of central directory record; the directory ends here."""
    zip64 = b""
    if end.zip64:
        said = _chosen(end.zip64_entries, count)
        zip64 = struct.pack(
            "<4sQHHIIQQQQ",
            b"PK\x06\x06",
            44,
            0x031E,
            45,
            0,
            0,
            said,
            said,
            size,
            _chosen(end.zip64_offset, offset),
        )
        zip64 += struct.pack("<4sIQI", b"PK\x06\x07", 0, offset + size, 1)
    entries = min(_chosen(end.entries, count), _FULL16)
    return (
        zip64
        + struct.pack(
            "<4sHHHHIIH",
            b"PK\x05\x06",
            0,
            0,
            entries,
            entries,
            _chosen(end.size, size),
            _chosen(end.offset, offset),
            len(end.comment),
        )
        + end.comment
    )


def archive(
    *entries: Entry,
    prefix: bytes = b"",
    shifted: bool = True,
    gap: bytes = b"",
    tail: bytes = b"",
    end: End = _HONEST_END,
) -> bytes:
    """An archive of entries in this order.

    `prefix` stands before the first entry and offsets count from the start of the file (`shifted`) or of the archive,
    as a stub prepended later leaves them; `gap` stands before the central directory, `tail` after the end record.
    """
    base = 0 if shifted else len(prefix)
    whole, directory, count = bytearray(prefix), bytearray(), 0
    for entry in entries:
        whole += entry.before
        at = len(whole) - base
        if entry.present:
            whole += local_record(entry)
        if entry.listed:
            directory += central_record(entry, at)
            count += 1
    whole += gap
    at = len(whole) - base
    return bytes(whole + directory) + end_records(count, len(directory), at, end) + tail


def plain(members: Mapping[str, bytes], *, method: int = STORED, prefix: bytes = b"", tail: bytes = b"") -> bytes:
    """An honest archive of named members."""
    listed = (Entry(name=name, data=data, method=method) for name, data in members.items())
    return archive(*listed, prefix=prefix, tail=tail)


def streamed(members: Mapping[str, bytes], *, method: int = DEFLATE, zip64: bool = False) -> bytes:
    """An honest archive written to a pipe: sizes follow the data in descriptors."""
    return archive(
        *(
            Entry(name=name, data=data, method=method, descriptor="signed", zip64=zip64)
            for name, data in members.items()
        )
    )


def encrypted_entry(name: str, data: bytes, password: bytes = b"INERT") -> Entry:
    """A member that really is encrypted and that `zipfile` opens with the password (SCN-13)."""
    check = zlib.crc32(data) >> 24
    return Entry(
        name=name, data=data, flags=ENCRYPTED, payload=zipcrypto.sealed(b"\0" * 11 + bytes([check]) + data, password)
    )
