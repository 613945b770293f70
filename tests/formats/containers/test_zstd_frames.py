"""Zstandard frames, walked block by block."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import streams
from tests.builders.noise import noise
from tests.formats.containers.driver import until_break
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.decoders import STEP, End
from weighbridge.formats.containers.zstd_frames import missing, unzstd

zstandard = pytest.importorskip("zstandard")


def run(packed: bytes, end: End | None = None, start: int = 0) -> list[bytes]:
    return list(unzstd(BytesSource(packed), start, len(packed), end or End()))


@given(data=st.binary(max_size=500), copies=st.integers(1, 2000), tail=st.binary(max_size=9), level=st.integers(1, 19))
@settings(max_examples=60, deadline=None)
def test_frames_of_the_library(data: bytes, copies: int, tail: bytes, level: int) -> None:
    packer = zstandard.ZstdCompressor(level=level, write_checksum=bool(copies % 2), write_content_size=bool(copies % 3))
    packed, end = packer.compress(data * copies), End()
    assert b"".join(run(b"head" + packed + tail, end, 4)) == data * copies
    assert end.consumed == len(packed)
    assert end.closed


def test_blocks_are_bounded() -> None:
    blocks = run(streams.zstd_bomb(100 << 20))
    assert sum(map(len, blocks)) == 100 << 20
    assert max(map(len, blocks)) <= STEP


def test_a_cut_gives_what_came_before() -> None:
    data = noise(300_000)
    packed = streams.zstd_frame(data)
    found, reason = until_break(unzstd(BytesSource(packed[:200_000]), 0, 200_000, End()))
    assert reason == "the stream is cut short"
    assert data.startswith(found)
    assert len(found) > 199_900


@pytest.mark.parametrize("data", [b"", b"\x28\xb5\x2f", b"\x28\xb5\x2f\xfd", b"no frame at all"])
def test_no_frame(data: bytes) -> None:
    with pytest.raises(Malformed):
        run(data)


def test_bad_blocks() -> None:
    packed = bytearray(streams.zstd_frame(b"content"))
    packed[14] |= 6  # a reserved kind of block
    with pytest.raises(Malformed, match="block header"):
        run(bytes(packed))


def test_wrong_content_size() -> None:
    with pytest.raises(Malformed):
        run(streams.zstd_frame(b"content", content_size=3))


def test_windows_are_bounded() -> None:
    packed = bytearray(zstandard.ZstdCompressor(write_content_size=False).compress(b"content" * 100_000))
    if not packed[4] & 0x20:
        packed[5] = 0xF8  # 2 TiB
        with pytest.raises(OverLimit):
            run(bytes(packed))


def test_any_bytes_end() -> None:
    good = streams.zstd_frame(noise(1000))
    for at in range(len(good)):
        for flip in (1, 0x80):
            bad = bytearray(good)
            bad[at] ^= flip
            until_break(unzstd(BytesSource(bytes(bad)), 0, len(bad), End()))


def test_the_library_is_there() -> None:
    assert missing() == ""
