"""What does not lie raw in a file is unpacked once, within bounds, and copied from there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from tempfile import TemporaryFile

import pytest

from weighbridge.conversion.unpacked import Unpacked, expanded
from weighbridge.core.errors import Malformed, OverLimit


@pytest.fixture
def descriptor() -> Iterator[int]:
    with TemporaryFile(buffering=0) as file:
        yield file.fileno()


def test_addresses_count_on_from_the_end_of_the_file(descriptor: int) -> None:
    sink = Unpacked(100, descriptor)
    assert sink.add([b"abc", b"", b"defg"], 7) == (100, 7)
    inner, base = expanded(iter([b"hij"]), sink, 3)
    assert (base, inner.size, inner.read_at(1, 9)) == (107, 3, b"ij")
    begin = sink.reserve(6, 6, fill=b"xyz")
    sink.write(begin + 1, b"..")
    assert sink.reserve(4, 4) == 116
    assert (sink.size, os.pread(descriptor, 99, 0)) == (20, b"abcdefghijx..xyz\0\0\0\0")
    assert sink.source((100, 7)).read_at(5, 50) == b"fg"


def test_a_bomb_is_refused_before_it_is_written(descriptor: int) -> None:
    sink = Unpacked(100, descriptor)
    with pytest.raises(OverLimit, match="times what is stored"):
        sink.reserve(1 << 32, 1_000)
    with pytest.raises(OverLimit, match="times what is stored"):
        sink.add((bytes(1 << 20) for _ in range(1 << 20)), 1_000)
    assert os.fstat(descriptor).st_size <= 64 << 20
    with pytest.raises(OverLimit, match="gives more than"):
        Unpacked(0, descriptor).reserve(1 << 40, 1 << 40)


def test_a_full_disk_is_told() -> None:
    full = os.open("/dev/full", os.O_RDWR)
    try:
        with pytest.raises(OverLimit, match="no room"):
            Unpacked(0, full).add([b"a"], 1)
    finally:
        os.close(full)


def test_without_a_file_nothing_is_unpacked() -> None:
    with pytest.raises(Malformed, match="no file to unpack it into"):
        Unpacked(9).add([b"a"], 1)
