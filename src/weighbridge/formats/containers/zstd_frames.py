"""Zstandard frames (RFC 8878 section 3): walked block by block, so that a step of the decoder gives one block."""

from __future__ import annotations

from zlib import crc32

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.containers.decoders import STEP, WINDOW

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.decoders import End

MAGIC = b"\x28\xb5\x2f\xfd"
_RAW, _RLE, _COMPRESSED = 0, 1, 2
_LARGEST_BLOCK = 128 << 10


def missing() -> str:
    """Say what to install when the decoder is not there; empty when it is."""
    from importlib.util import find_spec

    return "" if find_spec("zstandard") else "zstd: pip install weighbridge[zstd]"


def unzstd(source: ByteSource, start: int, stop: int, end: End) -> Iterator[bytes]:
    """Decode the frame at ``start``; ``end.consumed`` is its length."""
    import zstandard

    decoder = zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj()
    for piece in _pieces(source, start, stop):
        try:
            block = decoder.decompress(piece)
        except zstandard.ZstdError as error:
            if "too much memory" in str(error):
                raise OverLimit(f"a window of more than {WINDOW} bytes is asked for") from error
            raise Malformed(f"the stream is broken: {error}", offset=start + end.consumed) from error
        end.consumed += len(piece)
        end.produced += len(block)
        end.crc = crc32(block, end.crc)
        for at in range(0, len(block), STEP):
            yield block[at : at + STEP]
    end.complete = end.closed = True


def _pieces(source: ByteSource, start: int, stop: int) -> Iterator[bytes]:
    """Give the frame header, each block and the checksum (3.1.1); of a piece that is cut short what there is of it."""
    head = source.read_at(start, min(5, stop - start))
    if len(head) < 5 or not head.startswith(MAGIC):
        raise Malformed("no zstd frame", offset=start)
    descriptor = head[4]
    single, checksum = descriptor & 0x20, 4 if descriptor & 0x4 else 0
    size = (1 if single else 0, 2, 4, 8)[descriptor >> 6]
    at, length = start, 5 + (0 if single else 1) + (0, 1, 2, 4)[descriptor & 3] + size
    last, kind = 0, _RAW
    while length:
        piece = source.read_at(at, min(length, stop - at)) if at < stop else b""
        if piece:
            yield piece
        if len(piece) < length:
            raise Malformed("the stream is cut short", offset=at)
        at += length
        if last:
            length, checksum = checksum, 0
            continue
        header = int.from_bytes(source.read_at(at, 3), "little")
        last, kind, size = header & 1, header >> 1 & 3, header >> 3
        if kind not in (_RAW, _RLE, _COMPRESSED) or size > _LARGEST_BLOCK:
            raise Malformed("the stream is broken: bad block header", offset=at)
        length = 3 + (1 if kind == _RLE else size)
