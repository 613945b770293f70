"""Compressed streams around any content: gzip, bz2, xz, legacy lzma, zlib, lz4 frames and zstd frames (SCN-15, SCN-18).

What the standard library can compress it compresses; headers that matter, and lz4 and zstd altogether, are written by
hand. Sources: RFC 1952 (gzip), RFC 8878 (zstd), the LZ4 frame and block formats and XXH32 of their reference pages.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib

_LZ4_MAGIC = 0x184D2204
_LZ4_BLOCK = 1 << 20  # below the 4 MB that the frame descriptor allows, so that literal runs fit too
_ZSTD_MAGIC = 0xFD2FB528
_ZSTD_BLOCK = 128 << 10  # Block_Maximum_Size
_SKIPPABLE_MAGIC = 0x184D2A50


def gzipped(data: bytes, *, name: bytes = b"", extra: bytes = b"", comment: bytes = b"", level: int = 6) -> bytes:
    """One gzip member with mtime 0; `name`, `extra` and `comment` set FNAME, FEXTRA and FCOMMENT."""
    flags = (4 if extra else 0) | (8 if name else 0) | (16 if comment else 0)
    header = b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0" + b"\0\xff"
    if extra:
        header += struct.pack("<H", len(extra)) + extra
    header += (name + b"\0" if name else b"") + (comment + b"\0" if comment else b"")
    return header + deflated(data, level) + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def gzip_members(*parts: bytes) -> bytes:
    """Several gzip members in a row; readers join their contents."""
    return b"".join(gzipped(part) for part in parts)


def gzip_with_tail(data: bytes, tail: bytes = b"INERT tail") -> bytes:
    """A gzip member and bytes that belong to no member (SCN-11)."""
    return gzipped(data) + tail


def gzip_with_wrong_crc(data: bytes) -> bytes:
    """A gzip member whose CRC does not fit its content."""
    good = gzipped(data)
    return good[:-8] + bytes([good[-8] ^ 0xFF]) + good[-7:]


def deflated(data: bytes, level: int = 6) -> bytes:
    """A raw deflate stream (RFC 1951)."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def deflate_stored(data: bytes) -> bytes:
    """A raw deflate stream of stored blocks only, which deflate64 readers accept too."""
    parts = [data[start : start + 0xFFFF] for start in range(0, len(data), 0xFFFF)] or [b""]
    last = len(parts) - 1
    return b"".join(
        struct.pack("<BHH", number == last, len(part), len(part) ^ 0xFFFF) + part for number, part in enumerate(parts)
    )


def zlibbed(data: bytes, level: int = 6) -> bytes:
    """A zlib stream (RFC 1950)."""
    return zlib.compress(data, level)


def bzipped(data: bytes) -> bytes:
    """A bz2 stream."""
    return bz2.compress(data)


def xz(data: bytes) -> bytes:
    """An xz container."""
    return lzma.compress(data, format=lzma.FORMAT_XZ)


def legacy_lzma(data: bytes) -> bytes:
    """A stream in the old `.lzma` container, of unknown size with an end marker."""
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


def xxh32(data: bytes, seed: int = 0) -> int:
    """The 32-bit xxHash that LZ4 frames use as checksum."""
    p1, p2, p3, p4, p5 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1
    mask = 0xFFFFFFFF
    full = len(data) // 16 * 16
    if full:
        lanes = [(seed + p1 + p2) & mask, (seed + p2) & mask, seed, (seed - p1) & mask]
        for words in struct.iter_unpack("<4I", data[:full]):
            lanes = [_rotated(lane + word * p2, 13) * p1 & mask for lane, word in zip(lanes, words, strict=True)]
        total = sum(_rotated(lane, turn) for lane, turn in zip(lanes, (1, 7, 12, 18), strict=True))
    else:
        total = seed + p5
    total += len(data)
    words_end = len(data) // 4 * 4
    for (word,) in struct.iter_unpack("<I", data[full:words_end]):
        total = _rotated(total + word * p3, 17) * p4
    for byte in data[words_end:]:
        total = _rotated(total + byte * p5, 11) * p1
    total &= mask
    total = (total ^ total >> 15) * p2 & mask
    total = (total ^ total >> 13) * p3 & mask
    return total ^ total >> 16


def _rotated(value: int, turn: int) -> int:
    value &= 0xFFFFFFFF
    return (value << turn | value >> (32 - turn)) & 0xFFFFFFFF


def lz4_block(data: bytes) -> bytes:
    """A compressed LZ4 block of literals only: token, length, bytes."""
    if len(data) < 15:
        return bytes([len(data) << 4]) + data
    rest = len(data) - 15
    return b"\xf0" + b"\xff" * (rest // 255) + bytes([rest % 255]) + data


def lz4_frame(data: bytes, *, stored: bool = True, content_size: int | None = None, checksum: bool = False) -> bytes:
    """An LZ4 frame of independent blocks, stored or as literal runs; `content_size` may lie."""
    flags = 0x60 | (0x08 if content_size is not None else 0) | (0x04 if checksum else 0)
    descriptor = bytes([flags, 0x70]) + (b"" if content_size is None else struct.pack("<Q", content_size))
    frame = struct.pack("<I", _LZ4_MAGIC) + descriptor + bytes([xxh32(descriptor) >> 8 & 0xFF])
    for start in range(0, len(data), _LZ4_BLOCK):
        part = data[start : start + _LZ4_BLOCK]
        block = part if stored else lz4_block(part)
        frame += struct.pack("<I", len(block) | (1 << 31 if stored else 0)) + block
    frame += struct.pack("<I", 0)
    return frame + struct.pack("<I", xxh32(data)) if checksum else frame


def zstd_frame(data: bytes, *, content_size: int | None = None) -> bytes:
    """A zstd frame of raw blocks with a 64-bit content size, which may lie."""
    frame = _zstd_header(len(data) if content_size is None else content_size)
    parts = [data[start : start + _ZSTD_BLOCK] for start in range(0, len(data), _ZSTD_BLOCK)] or [b""]
    for number, part in enumerate(parts):
        frame += _zstd_block(len(part), 0, last=number == len(parts) - 1) + part
    return frame


def zstd_bomb(size: int, byte: bytes = b"\0") -> bytes:
    """A zstd frame of run-length blocks: four bytes for each 128 kB (SCN-18)."""
    whole, rest = divmod(size, _ZSTD_BLOCK)
    lengths = [_ZSTD_BLOCK] * whole + ([rest] if rest or not whole else [])
    blocks = (_zstd_block(length, 1, last=number == len(lengths) - 1) + byte for number, length in enumerate(lengths))
    return _zstd_header(size) + b"".join(blocks)


def _zstd_header(content_size: int) -> bytes:
    window = 0x50  # Window_Descriptor: 1 MB; Frame_Content_Size_flag 3 means eight bytes
    return struct.pack("<IBBQ", _ZSTD_MAGIC, 0xC0, window, content_size)


def _zstd_block(size: int, kind: int, *, last: bool) -> bytes:
    return (last | kind << 1 | size << 3).to_bytes(3, "little")


def skippable_frame(data: bytes, number: int = 0) -> bytes:
    """A skippable frame, which zstd and lz4 readers step over; a place to hide bytes."""
    return struct.pack("<II", _SKIPPABLE_MAGIC + number, len(data)) + data


CODECS = {
    "gz": gzipped,
    "bz2": bzipped,
    "xz": xz,
    "lzma": legacy_lzma,
    "zlib": zlibbed,
    "lz4": lz4_frame,
    "zst": zstd_frame,
}
