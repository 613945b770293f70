"""Compressed streams come back as what went in, by the standard library and by lz4 and zstandard."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib

import pytest

from tests.builders import streams
from tests.builders.noise import noise

CONTENTS = [b"", b"a", b"hello" * 3, noise(1000), noise(300_000)]


@pytest.mark.parametrize("data", CONTENTS, ids=len)
def test_standard_codecs(data: bytes) -> None:
    assert gzip.decompress(streams.gzipped(data)) == data
    assert gzip.decompress(streams.gzipped(data, name=b"x", extra=b"IN\x02\x00ab", comment=b"c")) == data
    assert zlib.decompress(streams.zlibbed(data)) == data
    assert zlib.decompress(streams.deflated(data), -15) == data
    assert zlib.decompress(streams.deflate_stored(data), -15) == data
    assert bz2.decompress(streams.bzipped(data)) == data
    assert lzma.decompress(streams.xz(data)) == data
    assert lzma.decompress(streams.legacy_lzma(data)) == data


def test_gzip_members_tails_and_lies() -> None:
    assert gzip.decompress(streams.gzip_members(b"a", b"", b"b")) == b"ab"
    with pytest.raises(gzip.BadGzipFile, match="Not a gzipped file"):
        gzip.decompress(streams.gzip_with_tail(b"a"))
    with pytest.raises(gzip.BadGzipFile, match="CRC"):
        gzip.decompress(streams.gzip_with_wrong_crc(b"a"))


def test_xxh32_of_the_reference() -> None:
    assert streams.xxh32(b"") == 0x02CC5D05
    assert streams.xxh32(b"abc") == 0x32D153FF
    assert streams.xxh32(b"Nobody inspects the spammish repetition") == 0xE2293B2F


@pytest.mark.libraries
@pytest.mark.parametrize("data", [*CONTENTS, noise(5 << 20)], ids=len)
@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("sized", [True, False])
def test_lz4_frames(data: bytes, stored: bool, sized: bool) -> None:
    frames = pytest.importorskip("lz4.frame")
    size = len(data) if sized else None
    frame = streams.lz4_frame(data, stored=stored, content_size=size, checksum=len(data) <= 1000)
    assert frames.decompress(frame) == data


@pytest.mark.libraries
def test_lz4_frame_with_a_false_size() -> None:
    frames = pytest.importorskip("lz4.frame")
    with pytest.raises(RuntimeError):
        frames.decompress(streams.lz4_frame(b"INERT", content_size=1 << 20))


@pytest.mark.libraries
@pytest.mark.parametrize("data", [*CONTENTS, noise(5 << 20)], ids=len)
def test_zstd_frames(data: bytes) -> None:
    reader = pytest.importorskip("zstandard").ZstdDecompressor()
    assert reader.decompress(streams.zstd_frame(data)) == data
    assert reader.decompress(streams.zstd_bomb(len(data))) == bytes(len(data))


@pytest.mark.libraries
def test_skippable_frames_are_stepped_over() -> None:
    reader = pytest.importorskip("zstandard").ZstdDecompressor().decompressobj(read_across_frames=True)
    assert reader.decompress(streams.skippable_frame(b"INERT") + streams.zstd_frame(b"a")) == b"a"


def test_bombs_are_small() -> None:
    assert len(streams.zstd_bomb(1 << 30)) < 40_000
