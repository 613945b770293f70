"""The range cache: what is read is what is there, nothing is fetched twice, and little beyond what is needed."""

from __future__ import annotations

import errno
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.noise import noise
from weighbridge.access.ranges import AHEAD, FIRST, FURTHEST, GAP, LARGEST, RangeSource
from weighbridge.core.errors import AccessError, IntegrityError


class Fetched:
    """A fetcher that notes what it was asked for."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.spans: list[tuple[int, int]] = []

    def __call__(self, start: int, stop: int) -> bytes:
        self.spans.append((start, stop))
        return self.content[start:stop]


def opened(content: bytes, **options: int) -> tuple[RangeSource, Fetched]:
    fetched = Fetched(content)
    return RangeSource(fetched, len(content), **options), fetched


NOISE = noise(300_000)


@given(
    size=st.integers(0, 300_000),
    reads=st.lists(st.tuples(st.integers(-5, 310_000), st.integers(-5, 80_000)), max_size=30),
    first=st.sampled_from([1, 100, FIRST]),
    memory=st.sampled_from([0, 20_000, 1 << 30]),
)
@settings(max_examples=150, deadline=None)
def test_reads_what_is_there_and_fetches_nothing_twice(
    size: int, reads: list[tuple[int, int]], first: int, memory: int
) -> None:
    content = NOISE[:size]
    source, fetched = opened(content, first=first, memory=memory)
    for offset, length in reads:
        expected = content[max(0, offset) : max(0, offset, offset + length)]
        assert source.read_at(offset, length) == expected
    spans = sorted(fetched.spans)
    assert all(start < stop <= size for start, stop in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans)), "a byte was fetched twice"
    assert source.requests == len(spans)
    assert source.moved == sum(stop - start for start, stop in spans)
    source.close()


def test_the_first_read_brings_a_header_with_it() -> None:
    source, fetched = opened(NOISE)
    source.read_at(0, 8)
    source.read_at(8, FIRST - 8)
    assert fetched.spans == [(0, FIRST)]


def test_the_end_is_read_backwards() -> None:
    source, fetched = opened(NOISE)
    source.read_at(len(NOISE) - 22, 22)
    source.read_at(len(NOISE) - 30_000, 30_000)
    assert fetched.spans == [(len(NOISE) - FIRST, len(NOISE))]


def test_reading_in_order_takes_ever_longer_pieces_up_to_a_bound() -> None:
    source, fetched = opened(bytes(12_000_000))
    for offset in range(0, 8_500_000, 4096):
        source.read_at(offset, 4096)
    lengths = [stop - start for start, stop in fetched.spans]
    assert lengths[:4] == [FIRST, AHEAD, 2 * AHEAD, 4 * AHEAD]
    assert max(lengths) == FURTHEST
    assert source.requests < 20
    assert source.moved < 8_500_000 + FURTHEST


def test_scattered_reads_stay_small() -> None:
    source, fetched = opened(bytes(12_000_000))
    for offset in range(0, 12_000_000, 1_000_000):
        source.read_at(offset, 8)
    assert {stop - start for start, stop in fetched.spans} == {FIRST, AHEAD}


def test_a_small_gap_is_fetched_with_what_follows() -> None:
    source, fetched = opened(NOISE)
    source.read_at(0, 8)
    source.read_at(FIRST + GAP, 8)
    assert fetched.spans[1][0] == FIRST
    source.read_at(200_000, 8)
    source.read_at(200_000 + AHEAD + GAP + 1, 8)
    assert fetched.spans[3][0] == 200_000 + AHEAD + GAP + 1


def test_a_long_read_takes_several_fetches() -> None:
    source, fetched = opened(bytes(2 * LARGEST + 5))
    assert len(source.read_at(0, 1 << 40)) == 2 * LARGEST + 5
    assert [stop - start for start, stop in fetched.spans] == [LARGEST, LARGEST, 5]


@pytest.mark.parametrize("wrong", [-1, 1])
def test_another_number_of_bytes_is_an_integrity_error(wrong: int) -> None:
    source = RangeSource(lambda start, stop: bytes(stop - start + wrong), 100)
    with pytest.raises(IntegrityError) as caught:
        source.read_at(0, 8)
    assert caught.value.hint
    assert source.read_at(0, 0) == b""


def test_what_failed_is_asked_for_again() -> None:
    answers = [AccessError("gone"), None]

    def fetch(start: int, stop: int) -> bytes:
        if trouble := answers.pop(0):
            raise trouble
        return NOISE[start:stop]

    source = RangeSource(fetch, len(NOISE))
    with pytest.raises(AccessError):
        source.read_at(5, 5)
    assert source.read_at(5, 5) == NOISE[5:10]


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    source, _ = opened(NOISE, memory=10)
    with pytest.raises(AccessError, match="no room") as caught:
        source.read_at(0, 100)
    assert "TMPDIR" in caught.value.hint
