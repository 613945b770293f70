"""The sliding window: whatever its size, the same bytes, lines and offsets."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.source import BytesSource
from weighbridge.formats.pickle import window as module
from weighbridge.formats.pickle.window import LINE, Window


class Counting(BytesSource):
    """A source that remembers the longest read."""

    longest = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.longest = max(self.longest, length)
        return super().read_at(offset, length)


@given(st.binary(max_size=300), st.integers(0, 310), st.integers(0, 310), st.integers(1, 64))
def test_bytes_are_those_of_the_source_wherever_the_window_is(data: bytes, at: int, offset: int, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        window = Window(BytesSource(data), min(at, len(data)))
        assert window.bytes_at(offset, 20) == data[offset : offset + 20]
        window.slide(min(offset, len(data)))
        assert data.startswith(window.content, window.base)
        assert window.last == (window.base + len(window.content) >= len(data))


@given(st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b"\0"]), max_size=60), st.integers(1, 16))
def test_lines_are_those_of_a_file(pieces: list[bytes], block: int) -> None:
    data = b"".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        window, file = Window(BytesSource(data), 0), io.BytesIO(data)
        while line := file.readline():
            # What no newline ends loses its last byte: both unpicklers cut it off unseen.
            assert window.line_at(file.tell() - len(line)) == (line[:-1], file.tell())


def test_a_line_that_is_too_long_is_cut_but_stepped_over() -> None:
    for length in (LINE - 1, LINE, LINE + 1, 3 * LINE):
        data = b"x" * length + b"\nnext"
        line, after = Window(BytesSource(data), 0).line_at(0)
        assert line == b"x" * min(length, LINE)
        assert after == length + 1


def test_a_read_far_away_does_not_move_the_window() -> None:
    data = bytes(range(256)) * 10_000
    source = Counting(data)
    window = Window(source, 0)
    assert window.bytes_at(2_000_000, 16) == data[2_000_000:2_000_016]
    assert window.base == 0
    assert source.longest <= module.BLOCK


def test_sliding_keeps_what_it_has() -> None:
    source = Counting(bytes(3 * module.BLOCK))
    window = Window(source, 0)
    window.slide(module.FIRST - 100)
    assert window.base == module.FIRST - 100
    assert len(window.content) == 2 * module.FIRST + 100


def test_it_reads_a_little_at_first_and_twice_as_much_each_time() -> None:
    window = Window(Counting(bytes(16 * module.BLOCK)), 0)
    held = []
    for _ in range(10):
        held.append(len(window.content))
        window.slide(window.base + len(window.content))
    assert held == [min(module.FIRST << step, module.BLOCK) for step in range(10)]
