"""Stretches of a file that are there: their union and what it leaves out, against a set of offsets."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from weighbridge.engine.held import Held

STRETCH = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda one: (one[0], one[0] + one[1]))


@given(st.lists(STRETCH, max_size=20), STRETCH)
def test_what_is_missing_is_what_nobody_added(added: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    held, there = Held(), set[int]()
    for start, stop in added:
        held.add(start, stop)
        there |= set(range(start, stop))
        assert held.total == len(there)
    missing = list(held.missing(*asked))
    assert {offset for start, stop in missing for offset in range(start, stop)} == set(range(*asked)) - there
    assert all(start < stop for start, stop in missing)
    assert all(one[1] < other[0] for one, other in pairwise(missing))


def test_nothing_is_missing_from_nothing() -> None:
    assert list(Held().missing(5, 5)) == []
    assert list(Held().missing(5, 3)) == []
