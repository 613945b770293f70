"""Checksums put right after a mutation, where a reader stops at a wrong one and would see nothing of the rest."""

from __future__ import annotations

from zlib import crc32

from tests.builders.sevenzips import SIGNATURE

_BLOCK = 512
_START = 32  # signature, version, CRC of what follows, offset, size and CRC of the header
_SUM = slice(148, 156)


def repaired(data: bytes) -> bytes:
    """Repair whatever the bytes are."""
    return tar(sevenzip(data))


def sevenzip(data: bytes) -> bytes:
    """Put the sums of a 7z archive's start header and header right (7zFormat.txt)."""
    if len(data) < _START or not data.startswith(SIGNATURE):
        return data
    out = bytearray(data)
    offset, size = (int.from_bytes(out[at : at + 8], "little") for at in (12, 20))
    header = data[_START + offset : _START + offset + size]
    if len(header) == size:
        out[28:32] = crc32(header).to_bytes(4, "little")
    out[8:12] = crc32(out[12:32]).to_bytes(4, "little")
    return bytes(out)


def tar(data: bytes) -> bytes:
    """Put the sums of all blocks right that look like a tar header (POSIX.1-2017, pax, ustar Interchange Format)."""
    if data[257:262] != b"ustar":
        return data
    out = bytearray(data)
    for at in range(0, len(out) - _BLOCK + 1, _BLOCK):
        if out[at + 257 : at + 262] == b"ustar":
            out[at + _SUM.start : at + _SUM.stop] = b" " * 8
            total = sum(out[at : at + _BLOCK])
            out[at + _SUM.start : at + _SUM.stop] = b"%06o\0 " % total
    return bytes(out)
