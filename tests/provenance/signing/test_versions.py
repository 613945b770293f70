"""Versions compare as people mean them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighbridge.core.errors import UsageError
from weighbridge.provenance.signing.versions import Version

RISING = (
    "0", "0.1", "0.9.9", "0.10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
    "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2", "1.10", "2", "2024.12.01", "2025.1",
)  # fmt: skip


def test_each_is_older_than_the_next() -> None:
    for older, newer in pairwise(map(Version.parse, RISING)):
        assert older < newer
        assert older != newer
        assert not newer < older


@pytest.mark.parametrize(("one", "two"), [("1", "1.0.0"), ("v1.2", "1.2"), ("1.2+build.7", "1.2"), ("01.2", "1.2")])
def test_one_version_in_two_ways(one: str, two: str) -> None:
    assert Version.parse(one) == Version.parse(two)
    assert hash(Version.parse(one)) == hash(Version.parse(two))


@pytest.mark.parametrize(
    "text", ["", "v", "new", "1.", ".1", "1..2", "1.2-", "1.2-a..b", "1 .2", "-1", "١.٢", "1" * 200, "1.2-ä", "1.2-a b"]
)
def test_what_cannot_be_compared(text: str) -> None:
    with pytest.raises(UsageError, match="no version that can be compared"):
        Version.parse(text)


numbers = st.lists(st.integers(0, 50), min_size=1, max_size=4)


@settings(deadline=None)
@given(numbers, numbers)
def test_numbers_compare_as_numbers(one: list[int], two: list[int]) -> None:
    longest = max(len(one), len(two))
    padded = [[*each, *[0] * (longest - len(each))] for each in (one, two)]
    first, second = (Version.parse(".".join(map(str, each))) for each in (one, two))
    assert (first < second) == (padded[0] < padded[1])
    assert (first == second) == (padded[0] == padded[1])
