"""What kind of compressed stream some bytes begin: by magic where the format has one, else by header and a trial."""

from __future__ import annotations

from weighbridge.formats.containers.decoders import WINDOW
from weighbridge.formats.containers.zstd_frames import MAGIC as ZSTD

LZ4 = b"\x04\x22\x4d\x18"
LZ4_LEGACY = b"\x02\x21\x4c\x18"
XZ = b"\xfd7zXZ\0"
GZIP = b"\x1f\x8b\x08"
_BZIP2_BLOCKS = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
HEAD = 4096
"""Bytes that ``recognise`` needs at most."""


def recognise(head: bytes) -> str:
    """Name the kind of stream that begins here: gzip, bzip2, xz, zstd, lz4, lz4.legacy, lzma or zlib; empty for none.

    LZMA utils and zlib have no magic: their header must be consistent and the first ``HEAD`` bytes must decode.
    """
    if head.startswith(GZIP):
        return "gzip"
    if head.startswith(b"BZh") and head[3:4] in b"123456789" and head[4:10] in _BZIP2_BLOCKS:
        return "bzip2"
    if head.startswith(XZ):
        return "xz"
    if head.startswith(ZSTD):
        return "zstd"
    if head.startswith(LZ4):
        return "lz4"
    if head.startswith(LZ4_LEGACY):
        return "lz4.legacy"
    if is_skippable(head[:4]):
        after = 8 + int.from_bytes(head[4:8], "little")
        return "lz4" if head[after : after + 4] == LZ4 else "zstd"
    if _is_zlib(head):
        return "zlib"
    return "lzma" if _is_lzma(head) else ""


def is_skippable(magic: bytes) -> bool:
    """Tell whether a frame is one that readers of zstd and lz4 skip (RFC 8878 3.1.2)."""
    return len(magic) == 4 and magic[0] & 0xF0 == 0x50 and magic[1:] == b"\x2a\x4d\x18"


def _is_zlib(head: bytes) -> bool:
    """Check CMF and FLG (RFC 1950 2.2): deflate, a window of at most 32 KiB, no dictionary, and the sum."""
    if len(head) < 2 or head[0] & 0xF != 8 or head[0] >> 4 > 7 or head[1] & 0x20 or int.from_bytes(head[:2]) % 31:
        return False
    from zlib import decompressobj, error

    try:
        decoder = decompressobj(-15)
        found = decoder.decompress(head[2:HEAD], 1 << 16)
    except error:
        return False
    return bool(found) or decoder.eof


def _is_lzma(head: bytes) -> bool:
    """Check the 13 bytes of LZMA utils: properties, a dictionary of 2^n or 2^n + 2^(n-1), a size under 256 GiB or none.

    The range coder begins with a zero byte. A stream of size 0 is a row of zeros as any file may begin with.
    """
    if len(head) < 18 or head[0] >= 225 or head[13]:
        return False
    dictionary, size = int.from_bytes(head[1:5], "little"), int.from_bytes(head[5:13], "little")
    low = dictionary & -dictionary
    if dictionary not in (low, 3 * low, 0xFFFFFFFF) or dictionary < 4096:
        return False
    if not size or (size >= 1 << 38 and size != (1 << 64) - 1):
        return False
    if dictionary > WINDOW:
        return True  # what a trial would cost is the reader's to refuse
    import lzma

    try:
        decoder = lzma.LZMADecompressor(lzma.FORMAT_ALONE)
        found = decoder.decompress(head[:HEAD], 1 << 12)
    except (lzma.LZMAError, MemoryError):
        return False
    return bool(found) or decoder.eof
