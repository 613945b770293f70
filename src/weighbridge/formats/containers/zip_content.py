"""The data of one zip member: which decoder its method needs (APPNOTE 4.4.5), and whether encryption flags are true."""

from __future__ import annotations

from struct import Struct
from zlib import crc32

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.source import SubSource
from weighbridge.core.values import value
from weighbridge.formats.containers.decoders import (
    End,
    Inflate,
    bunzip2,
    chunks,
    decoded,
    lzma1,
    raw_lzma,
    unxz,
)
from weighbridge.formats.containers.zip_records import LOCKED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_records import Entry

STORED, DEFLATED, BZIP2, LZMA, ZSTD_OLD, ZSTD, XZ, AES = 0, 8, 12, 14, 20, 93, 95, 99
_NAMES = {
    1: "shrink", 2: "reduce", 3: "reduce", 4: "reduce", 5: "reduce", 6: "implode", 9: "deflate64",
    10: "PKWARE DCL", 16: "CMPSC", 18: "TERSE", 19: "LZ77", 94: "MP3", 96: "JPEG", 97: "WavPack", 98: "PPMd",
}  # fmt: skip
_EOS = 0x2  # bit 1 with method 14: the stream marks its own end (4.4.4)
_LZMA_HEAD = Struct("<BBH")
_PROBE = 1 << 16


@value
class Unreadable:
    """Why the data of a member cannot be read, in words for people."""

    reason: str


def blocks_of(entry: Entry, source: ByteSource, end: End) -> Callable[[], Iterator[bytes]] | Unreadable:
    """Choose the decoder of a compressed member; ``end`` is told how far it came."""
    start = entry.data_offset or 0
    stop = start + entry.packed
    if entry.method == DEFLATED:
        return lambda: decoded(lambda: chunks(source, start, stop), Inflate, end)
    if entry.method == BZIP2:
        return lambda: decoded(lambda: chunks(source, start, stop), bunzip2, end)
    if entry.method == XZ:
        return lambda: decoded(lambda: chunks(source, start, stop), unxz, end)
    if entry.method == LZMA:
        return lambda: _lzma(entry, source, start, stop, end)
    if entry.method in (ZSTD, ZSTD_OLD):
        from weighbridge.formats.containers.zstd_frames import missing, unzstd

        return Unreadable(reason=missing()) if missing() else lambda: unzstd(source, start, stop, end)
    if entry.method == AES:
        return Unreadable(reason="encrypted with AES")
    return Unreadable(reason=f"compression method {entry.method} ({_NAMES.get(entry.method, 'unknown')})")


def _lzma(entry: Entry, source: ByteSource, start: int, stop: int, end: End) -> Iterator[bytes]:
    """Decode method 14: version, size of properties, properties, then a bare LZMA stream (5.8.8)."""
    head = source.read_at(start, _LZMA_HEAD.size + 5)
    if len(head) < _LZMA_HEAD.size + 5:
        raise Malformed("LZMA data without a header", offset=start)
    _, _, length = _LZMA_HEAD.unpack_from(head)
    chain = [lzma1(head[_LZMA_HEAD.size :])]
    begin = start + _LZMA_HEAD.size + length
    limit = None if entry.flags & _EOS else entry.size
    yield from decoded(lambda: chunks(source, begin, stop), lambda: raw_lzma(chain), end, limit=limit)
    end.consumed += begin - start


def beginning(entry: Entry, source: ByteSource, length: int) -> bytes:
    """Read the first ``length`` bytes of a member's content, fewer where it ends or breaks."""
    if entry.data_offset is None:
        return b""
    if entry.method == STORED:
        return SubSource(source, entry.data_offset, entry.packed).read_at(0, length)
    blocks, found = blocks_of(entry, source, End()), b""
    if isinstance(blocks, Unreadable):
        return found
    try:
        for block in blocks():
            found += block
            if len(found) >= length:
                break
    except (Malformed, OverLimit):
        pass  # whoever reads the whole member reports it
    return found[:length]


def is_plain(entry: Entry, source: ByteSource) -> bool:
    """Tell whether data that is flagged as encrypted can be read as it stands.

    Every scheme puts a header before the data, so stored data as long as its content is plain; ciphertext does not
    decompress.
    """
    if entry.method == STORED:
        return entry.packed == entry.size
    end = End()
    blocks, seen = blocks_of(entry, source, end), 0
    if isinstance(blocks, Unreadable):
        return False
    try:
        for block in blocks():
            seen += len(block)
            if seen >= _PROBE:
                return True
    except (Malformed, OverLimit):
        return False
    return end.consumed == entry.packed


def is_locked(entry: Entry) -> bool:
    """Tell whether the header forbids to read the data plainly."""
    return entry.method == AES or bool(entry.flags & LOCKED)


def stored_crc(source: ByteSource, start: int, size: int) -> int:
    """Compute the CRC-32 of a stored member."""
    crc = 0
    for chunk in chunks(source, start, start + size):
        crc = crc32(chunk, crc)
    return crc
