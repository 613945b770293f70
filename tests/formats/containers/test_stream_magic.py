"""Which stream begins here."""

from __future__ import annotations

import lzma
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import streams
from tests.builders.noise import noise
from weighbridge.formats.containers.stream_magic import HEAD, is_skippable, recognise

KINDS = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "lzma": "lzma", "zlib": "zlib", "lz4": "lz4", "zst": "zstd"}


@pytest.mark.parametrize("codec", streams.CODECS)
@pytest.mark.parametrize("data", [b"", b"x", b"content " * 1000, noise(20_000)])
def test_every_codec(codec: str, data: bytes) -> None:
    assert recognise(streams.CODECS[codec](data)[:HEAD]) == KINDS[codec]


@pytest.mark.parametrize("level", range(10))
def test_zlib_at_all_levels_and_windows(level: int) -> None:
    for bits in range(9, 16):
        packer = zlib.compressobj(level, zlib.DEFLATED, bits)
        assert recognise((packer.compress(noise(9000)) + packer.flush())[:HEAD]) == "zlib"


@pytest.mark.parametrize("preset", range(10))
def test_lzma_at_all_presets(preset: int) -> None:
    assert recognise(lzma.compress(noise(9000), lzma.FORMAT_ALONE, preset=preset)[:HEAD]) == "lzma"


def test_frames_to_skip() -> None:
    skip = streams.skippable_frame(b"hidden", 7)
    assert is_skippable(skip[:4])
    assert not is_skippable(skip[:3])
    assert recognise(skip + streams.lz4_frame(b"x")) == "lz4"
    assert recognise(skip + streams.zstd_frame(b"x")) == "zstd"


def test_legacy_lz4() -> None:
    assert recognise(b"\x02\x21\x4c\x18" + bytes(10)) == "lz4.legacy"


NOTHING = {
    "empty": b"",
    "a letter": b"x",
    "a formula": b"x^2 + y^2 is the square of the distance\n" * 9,
    "a word": b"BZhello",
    "another method": b"\x1f\x8b\x07",
    "a bracket": b"]\0\0\1\0" + b"\xff" * 30,
    "zeros": bytes(64),
}


@pytest.mark.parametrize("head", NOTHING.values(), ids=NOTHING)
def test_nothing(head: bytes) -> None:
    assert recognise(head) == ""


STARTS = [b"x\x9c", b"x\x01", b"\x08\x1d", b"]\0\0\x80\0" + b"\xff" * 8 + b"\0"]


@given(st.binary(max_size=64), st.sampled_from(STARTS))
def test_weak_magics_need_more_than_a_header(rest: bytes, start: bytes) -> None:
    kind = recognise(start + rest)
    if kind == "zlib":
        zlib.decompressobj(-15).decompress((start + rest)[2:])
    assert kind in ("", "zlib", "lzma")


def test_lzma_with_a_huge_dictionary_is_known_without_a_trial() -> None:
    assert recognise(b"]\0\0\0\x80" + b"\xff" * 8 + bytes(20)) == "lzma"
