"""A file in pieces reads like a whole one, asks for no byte twice and for none that there is not."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighbridge.engine import sparse
from weighbridge.engine.sparse import SparseFile

CONTENT = random.Random(7).randbytes(200_000)


class Supplier:
    """Puts pieces of ``CONTENT`` into a file and remembers which; ``refuses`` offsets from there on."""

    def __init__(self, refuses: int = 1 << 60) -> None:
        self.descriptor = os.memfd_create("supplied")
        os.ftruncate(self.descriptor, len(CONTENT))
        self.refuses = refuses
        self.asked: list[tuple[int, int]] = []

    def __call__(self, offset: int, length: int) -> str:
        if offset + length > self.refuses:
            return "No more"
        self.asked.append((offset, length))
        os.pwrite(self.descriptor, CONTENT[offset : offset + length], offset)
        return ""

    @property
    def offsets(self) -> list[int]:
        return [at for offset, length in self.asked for at in range(offset, offset + length)]


@pytest.fixture
def supplier() -> Iterator[Supplier]:
    made = Supplier()
    yield made
    os.close(made.descriptor)


READS = st.lists(st.tuples(st.integers(0, 210_000), st.integers(0, 40_000)), max_size=12)


@settings(deadline=None)
@given(READS)
def test_it_reads_like_a_whole_file(reads: list[tuple[int, int]]) -> None:
    supplier = Supplier()
    try:
        file = SparseFile(supplier.descriptor, supplier)
        for offset, length in reads:
            assert file.read_at(offset, length) == CONTENT[offset : offset + length]
        offsets = supplier.offsets
        assert len(offsets) == len(set(offsets)), "a byte was asked for twice"
        assert set(offsets) <= set(range(len(CONTENT)))
        assert file.is_whole == (len(offsets) == len(CONTENT))
    finally:
        os.close(supplier.descriptor)


def test_little_brings_a_little_more_along(supplier: Supplier) -> None:
    file = SparseFile(supplier.descriptor, supplier)
    file.read_at(0, 8)
    file.read_at(8, 4_000)
    assert supplier.asked == [(0, sparse.LEAST)]
    file.read_at(199_990, 10)
    assert supplier.asked[1:] == [(199_990, 10)]


def test_who_goes_on_gets_twice_as_much_each_time(supplier: Supplier) -> None:
    file = SparseFile(supplier.descriptor, supplier)
    for offset in range(0, 100_000, 100):
        file.read_at(offset, 100)
    assert [length for _, length in supplier.asked] == [sparse.LEAST << step for step in range(len(supplier.asked))]


def test_who_takes_much_gets_no_more(supplier: Supplier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparse, "MOST_AHEAD", 50_000)
    file = SparseFile(supplier.descriptor, supplier)
    file.read_at(0, 50_000)
    file.read_at(50_000, 50_001)
    assert supplier.asked == [(0, 50_000), (50_000, 50_001)]


def test_long_ranges_come_in_pieces(supplier: Supplier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparse, "LONGEST", 60_000)
    file = SparseFile(supplier.descriptor, supplier)
    file.read_at(100_000, 1)
    file.complete()
    assert file.is_whole
    assert max(length for _, length in supplier.asked) == 60_000
    assert sorted(supplier.offsets) == list(range(len(CONTENT)))


def test_a_refusal_is_an_error_and_what_is_there_stays() -> None:
    supplier = Supplier(refuses=100_000)
    file = SparseFile(supplier.descriptor, supplier)
    assert file.read_at(0, 90_000) == CONTENT[:90_000]
    with pytest.raises(OSError, match="No more"):
        file.read_at(80_000, 40_000)
    assert file.read_at(0, 90_000) == CONTENT[:90_000]
    assert not file.is_whole
    os.close(supplier.descriptor)


def test_before_the_beginning_there_is_nothing_to_ask_for(supplier: Supplier) -> None:
    file = SparseFile(supplier.descriptor, supplier)
    with pytest.raises(OSError, match="nvalid"):
        file.read_at(-5, 3)
    assert supplier.asked == []
