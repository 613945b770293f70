"""7z archives written by hand: stored or LZMA members, plain or packed headers, sealed members (SCN-14, SCN-13).

Layout: `7zFormat.txt` of the LZMA SDK.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Mapping

SIGNATURE = b"7z\xbc\xaf\x27\x1c"
COPY, LZMA, AES256 = b"\x00", b"\x03\x01\x01", b"\x06\xf1\x07\x01"

_END, _HEADER, _STREAMS, _FILES, _PACK, _UNPACK, _SUBSTREAMS = 0x00, 0x01, 0x04, 0x05, 0x06, 0x07, 0x08
_SIZE, _CRC, _FOLDER, _UNPACK_SIZE, _COUNT, _EMPTY, _NAMES = 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x11
_EMPTY_FILE, _ATTRIBUTES, _ENCODED_HEADER = 0x0F, 0x15, 0x17
_DICTIONARY = 1 << 16
_ALL = b"\x01"


def number(value: int) -> bytes:
    """A 7z variable-length integer: leading ones of the first byte count the bytes that follow."""
    for extra in range(8):
        if value < 1 << (7 * (extra + 1)):
            first = (0xFF00 >> extra & 0xFF) | value >> (8 * extra)
            return bytes([first]) + (value & ((1 << 8 * extra) - 1)).to_bytes(extra, "little")
    return b"\xff" + struct.pack("<Q", value)


def _coder(method: bytes, properties: bytes) -> bytes:
    flags = len(method) | (0x20 if properties else 0)
    return bytes([flags]) + method + (number(len(properties)) + properties if properties else b"")


def _packed(data: bytes, method: bytes) -> tuple[bytes, bytes]:
    """Packed bytes and coder properties; AES has a made-up salt and its bytes stay as they are."""
    if method == LZMA:
        filters = [{"id": lzma.FILTER_LZMA1, "dict_size": _DICTIONARY}]
        return lzma.compress(data, format=lzma.FORMAT_RAW, filters=filters), struct.pack("<BI", 0x5D, _DICTIONARY)
    return data, b"\x13\x00" if method == AES256 else b""


def _crcs(*blocks: bytes) -> bytes:
    return bytes([_CRC]) + _ALL + b"".join(struct.pack("<I", zlib.crc32(block)) for block in blocks)


def _streams(at: int, packed_size: int, unpacked: bytes, coder: bytes, parts: tuple[bytes, ...]) -> bytes:
    """Pack, coder and substream information of one folder that starts `at` bytes after the start header."""
    pack = bytes([_PACK]) + number(at) + number(1) + bytes([_SIZE]) + number(packed_size) + bytes([_END])
    folder = bytes([_UNPACK, _FOLDER]) + number(1) + b"\0" + number(1) + coder
    folder += bytes([_UNPACK_SIZE]) + number(len(unpacked))
    if not parts:
        return pack + folder + _crcs(unpacked) + bytes([_END])
    sizes = b"".join(number(len(part)) for part in parts[:-1])
    substreams = bytes([_SUBSTREAMS, _COUNT]) + number(len(parts)) + (bytes([_SIZE]) + sizes if sizes else b"")
    return pack + folder + bytes([_END]) + substreams + _crcs(*parts) + bytes([_END])


def _property(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + number(len(body)) + body


def _bits(flags: list[bool]) -> bytes:
    padded = flags + [False] * (-len(flags) % 8)
    return bytes(
        sum(flag << (7 - place) for place, flag in enumerate(padded[start : start + 8]))
        for start in range(0, len(padded), 8)
    )


def _files(members: Mapping[str, bytes], attributes: Mapping[str, int]) -> bytes:
    names = b"\0" + b"".join(name.encode("utf-16-le") + b"\0\0" for name in members)
    empty = [not data for data in members.values()]
    written = bytes([_FILES]) + number(len(members))
    if any(empty):
        written += _property(_EMPTY, _bits(empty)) + _property(_EMPTY_FILE, _bits([True] * sum(empty)))
    written += _property(_NAMES, names)
    if attributes:
        values = b"".join(struct.pack("<I", attributes.get(name, 0x20)) for name in members)
        written += _property(_ATTRIBUTES, _ALL + b"\0" + values)
    return written + bytes([_END])


def _start(at: int, header: bytes, crc: int | None) -> bytes:
    place = struct.pack("<QQI", at, len(header), zlib.crc32(header) if crc is None else crc)
    return SIGNATURE + b"\0\x04" + struct.pack("<I", zlib.crc32(place)) + place


def archive(
    members: Mapping[str, bytes],
    *,
    method: bytes = COPY,
    packed_header: bool = False,
    attributes: Mapping[str, int] | None = None,
    header_crc: int | None = None,
    tail: bytes = b"",
) -> bytes:
    """One solid folder of all members that are not empty; `packed_header` hides the names in an LZMA stream."""
    parts = tuple(data for data in members.values() if data)
    solid = b"".join(parts)
    body, properties = _packed(solid, method)
    header = bytes([_HEADER])
    if parts:
        coder = _coder(method, properties)
        header += bytes([_STREAMS]) + _streams(0, len(body), solid, coder, parts) + bytes([_END])
    header += _files(members, attributes or {}) + bytes([_END])
    if packed_header:
        hidden, hidden_properties = _packed(header, LZMA)
        body, at, plain = body + hidden, len(body), header
        header = bytes([_ENCODED_HEADER])
        header += _streams(at, len(hidden), plain, _coder(LZMA, hidden_properties), ()) + bytes([_END])
    return _start(len(body), header, header_crc) + body + header + tail


def plain(members: Mapping[str, bytes]) -> bytes:
    """An honest archive with stored members and a readable header."""
    return archive(members)


def sealed(members: Mapping[str, bytes]) -> bytes:
    """An archive whose folder says AES-256: its content cannot be known without a password (SCN-13)."""
    return archive(members, method=AES256)


def symlink(name: str = "link", target: bytes = b"/inert/absent") -> bytes:
    """A symbolic link, by the Unix mode in the attributes (SCN-17)."""
    return archive({name: target}, attributes={name: 0x8000 | 0o120777 << 16})


def false_header_crc(members: Mapping[str, bytes]) -> bytes:
    """An archive whose header does not fit the CRC in the start header."""
    return archive(members, header_crc=0x12345678)
