"""Decoders: bounded steps, exact ends, and every byte before a break."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import streams
from tests.builders.noise import noise
from tests.formats.containers.driver import until_break
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.decoders import (
    STEP,
    WINDOW,
    End,
    Inflate,
    bunzip2,
    chunks,
    decoded,
    lzma1,
    lzma2,
    raw_lzma,
    unlz4,
    unlzma,
    unxz,
)

if TYPE_CHECKING:
    from weighbridge.formats.containers.decoders import Decoder

PACKERS: dict[str, tuple[Callable[[bytes], bytes], Callable[[], Decoder]]] = {
    "deflate": (streams.deflated, Inflate),
    "bzip2": (bz2.compress, bunzip2),
    "xz": (streams.xz, unxz),
    "lzma": (streams.legacy_lzma, unlzma),
    "lz4": (streams.lz4_frame, unlz4),
}


def run(packed: bytes, make: Callable[[], Decoder], end: End, limit: int | None = None) -> list[bytes]:
    source = BytesSource(packed)
    return list(decoded(lambda: chunks(source, 0, source.size), make, end, limit=limit))


def unpacked(packed: bytes, make: Callable[[], Decoder]) -> tuple[bytes, str]:
    source = BytesSource(packed)
    return until_break(decoded(lambda: chunks(source, 0, source.size), make, End()))


@pytest.mark.parametrize("kind", PACKERS)
@given(data=st.binary(max_size=2000), tail=st.binary(max_size=20), copies=st.integers(1, 200))
@settings(max_examples=30, deadline=None)
def test_streams_end_where_they_end(kind: str, data: bytes, tail: bytes, copies: int) -> None:
    pack, make = PACKERS[kind]
    packed, end = pack(data * copies), End()
    assert b"".join(run(packed + tail, make, end)) == data * copies
    assert (end.consumed, end.produced, end.crc) == (len(packed), len(data) * copies, zlib.crc32(data * copies))
    assert end.complete
    assert end.closed


@pytest.mark.parametrize("kind", PACKERS)
def test_steps_are_bounded_whatever_the_ratio(kind: str) -> None:
    pack, make = PACKERS[kind]
    blocks = run(pack(bytes(5 * STEP + 7)), make, End())
    assert max(map(len, blocks)) <= STEP
    assert sum(map(len, blocks)) == 5 * STEP + 7


@pytest.mark.parametrize("kind", PACKERS)
def test_a_cut_gives_what_came_before(kind: str) -> None:
    pack, make = PACKERS[kind]
    data = noise(3 * STEP)
    packed = pack(data)
    found, reason = unpacked(packed[: len(packed) // 2], make)
    assert reason == "the stream is cut short"
    assert data.startswith(found)
    assert found or kind == "bzip2"


def byte_by_byte(packed: bytes) -> bytes:
    found, reader = b"", zlib.decompressobj(-15)
    try:
        for at in range(0, len(packed), 256):
            rest = packed[at : at + 256]
            while rest or not at:
                found += (byte := reader.decompress(rest, 1))
                rest = reader.unconsumed_tail
                if not byte and not rest:
                    break
    except zlib.error:
        return found
    raise AssertionError("the stream is whole")


def test_a_break_loses_no_byte_that_a_slow_reader_gets() -> None:
    data = noise(STEP + 70_000)
    for at in (10, STEP, STEP + 60_000):
        packed = bytearray(streams.deflate_stored(data))
        block = at // 0xFFFF * (0xFFFF + 5)  # the header of a stored block: length and its complement
        packed[block + 1] ^= 0xFF
        slow = byte_by_byte(bytes(packed))
        found, reason = unpacked(bytes(packed), Inflate)
        assert "broken" in reason
        assert found == slow


def test_a_broken_xz_gives_as_much_as_the_slowest_reader_gets() -> None:
    packed = bytearray(streams.xz(noise(400_000)))
    packed[-5000] ^= 0xFF  # near the end of the data, so that only the sum after it is wrong
    slow, reader, rest = b"", lzma.LZMADecompressor(), bytes(packed)
    while len(slow) < 399_999:
        slow += reader.decompress(rest, 1)
        rest = b""
    with pytest.raises(lzma.LZMAError):
        reader.decompress(b"", 1)
    assert unpacked(bytes(packed), unxz) == (slow, "the stream is broken: Corrupt input data")


def test_a_limit_ends_a_stream_without_an_end() -> None:
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}]
    packed = lzma.compress(b"content" * 100, format=lzma.FORMAT_RAW, filters=filters)
    end = End()
    properties = [lzma1(b"\x5d\0\0\1\0")]
    assert b"".join(run(packed, lambda: raw_lzma(properties), end, limit=50)) == (b"content" * 100)[:50]
    assert end.complete
    assert not end.closed


def test_dictionaries_are_bounded() -> None:
    huge = lzma.compress(b"x", format=lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2 * WINDOW}])
    with pytest.raises(OverLimit):
        run(huge, unxz, End())
    with pytest.raises(OverLimit):
        raw_lzma([lzma1(b"\x5d\xff\xff\xff\xff")])
    assert lzma1(b"\x5d\xff\xff\xff\xff", 100_000)["dict_size"] == 100_000
    assert lzma2(b"\x28", 100_000)["dict_size"] == 100_000


@pytest.mark.parametrize("properties", [b"", b"\xe1\0\0\1\0", b"\x5d\0"])
def test_bad_lzma_properties(properties: bytes) -> None:
    with pytest.raises(Malformed):
        lzma1(properties)


@pytest.mark.parametrize("properties", [b"", b"\x29", b"\x01\x02"])
def test_bad_lzma2_properties(properties: bytes) -> None:
    with pytest.raises(Malformed):
        lzma2(properties)


def test_properties_that_only_liblzma_refuses() -> None:
    with pytest.raises(Malformed):
        raw_lzma([lzma1(bytes([8]) + b"\0\0\1\0") | {"lc": 4, "lp": 4}])


@pytest.mark.parametrize("kind", PACKERS)
@given(data=st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_end(kind: str, data: bytes) -> None:
    unpacked(data, PACKERS[kind][1])
