"""Sources and windows of sources read what a slice of the bytes would, and nothing beyond."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.errors import Malformed
from weighbridge.core.location import Location
from weighbridge.core.reader import Reader
from weighbridge.core.source import BytesSource, SubSource

CONTENT = st.binary(max_size=40)
PLACES = st.integers(0, 60)


@given(CONTENT, PLACES, PLACES)
def test_bytes_read_as_a_slice(content: bytes, offset: int, length: int) -> None:
    source = BytesSource(content)
    assert source.size == len(content)
    assert source.read_at(offset, length) == content[offset : offset + length]


@given(CONTENT, PLACES, PLACES, PLACES, PLACES)
def test_a_window_never_shows_what_is_outside(content: bytes, start: int, size: int, offset: int, length: int) -> None:
    window = SubSource(BytesSource(content), start, size)
    inside = content[start : start + size]
    assert window.size == len(inside)
    assert window.read_at(offset, length) == inside[offset : offset + length]


@given(CONTENT, st.integers(-60, 60), st.integers(-60, 60))
def test_a_window_with_claims_that_cannot_be_is_cut_to_what_there_is(content: bytes, start: int, size: int) -> None:
    window = SubSource(BytesSource(content), start, size)
    assert 0 <= window.size <= len(content)
    assert len(window.read_at(0, 1 << 40)) == window.size


@given(CONTENT, PLACES, PLACES, PLACES, PLACES)
def test_windows_of_windows(content: bytes, first: int, size: int, second: int, inner: int) -> None:
    window = SubSource(SubSource(BytesSource(content), first, size), second, inner)
    assert window.read_at(0, 1 << 40) == content[first : first + size][second : second + inner]


def test_a_reader_reads_fields_in_order() -> None:
    reader = Reader(BytesSource(bytes(range(1, 24)) + b"\xff" * 8))
    assert (reader.u8(), reader.u16(), reader.u32()) == (0x01, 0x0302, 0x07060504)
    assert reader.u64() == int.from_bytes(bytes(range(8, 16)), "little")
    assert reader.exactly(8) == bytes(range(16, 24))
    assert reader.left == 8
    assert reader.i64() == -1
    assert reader.left == 0


@pytest.mark.parametrize("length", [3, 1 << 70, -1])
def test_a_reader_refuses_what_is_not_there_and_says_where(length: int) -> None:
    reader = Reader(BytesSource(b"abcd"), offset=2)
    with pytest.raises(Malformed, match=f"{length} bytes are announced, 2 are left") as refused:
        reader.exactly(length)
    assert refused.value.offset == 2
    assert reader.exactly(2) == b"cd", "a refused read moves nothing"


def test_a_source_that_ends_sooner_than_it_said_is_malformed() -> None:
    class Shrunk(BytesSource):
        def read_at(self, offset: int, length: int) -> bytes:
            return b"a"

    with pytest.raises(Malformed, match="4 bytes are announced, 1 could be read"):
        Reader(Shrunk(b"abcd")).u32()


@pytest.mark.parametrize(
    ("location", "words"),
    [
        (Location(), ""),
        (Location(offset=0), "@0"),
        (Location(member=("a.zip", "b")), "a.zip > b"),
        (Location(member=("a.zip", "b"), offset=17, length=2), "a.zip > b @17"),
    ],
)
def test_a_location_in_words(location: Location, words: str) -> None:
    assert str(location) == words
