from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from weighbridge.inventory.advisories.versions import Order, after, bounds, is_literal, key, literal, order_of, public

_numbers = st.sampled_from((0, 1, 2, 9, 10, 255, 256, 65_535, 65_536, 10**30))


@st.composite
def versions(draw: st.DrawFn) -> str:
    """Versions of PEP 440 of every form."""
    text = f"{draw(_numbers)}!" if draw(st.booleans()) else ""
    text += ".".join(map(str, draw(st.lists(_numbers, min_size=1, max_size=4))))
    if draw(st.booleans()):
        text += draw(st.sampled_from(("a", "b", "rc", "alpha", "-beta.", "c"))) + str(draw(_numbers))
    if draw(st.booleans()):
        text += f".post{draw(_numbers)}"
    if draw(st.booleans()):
        text += f".dev{draw(_numbers)}"
    if draw(st.booleans()):
        text += "+" + ".".join(draw(st.lists(st.sampled_from(("1", "10", "2", "cu124", "a", "ab", "0")), min_size=1)))
    return text


@given(versions(), versions())
def test_keys_sort_as_packaging_sorts(one: str, other: str) -> None:
    first, second = key(Order.PEP440, one), key(Order.PEP440, other)
    assert first is not None
    assert second is not None
    assert (first < second, first == second) == (Version(one) < Version(other), Version(one) == Version(other))
    if first < second:
        assert after(first) < second
        assert not second.startswith(first)


NEAR = (
    "1", "1.0", "1.0.0", "1.1", "1.0a1", "1.0b2", "1.0rc1", "1.0.dev1", "1.0a1.dev2", "1.0a1.post3", "1.0.post1",
    "1.0.post1.dev3", "1.0+cu1", "1.0+1", "1.0+a.1", "1.0+a", "1!0.1", "256", "1.256", "0", "1.10", "1.9",
)  # fmt: skip


@pytest.mark.parametrize("one", NEAR)
def test_versions_that_are_close_together_sort_too(one: str) -> None:
    for other in NEAR:
        first, second = (key(Order.PEP440, text) or pytest.fail("no key") for text in (one, other))
        assert (first < second, first == second) == (Version(one) < Version(other), Version(one) == Version(other))


@given(versions())
def test_the_local_builds_of_a_version_lie_between_its_bounds(version: str) -> None:
    low, high = bounds(public(version)) or pytest.fail("there is none")
    assert low <= (key(Order.PEP440, version) or pytest.fail("there is none")) < high


SEMVER = (
    "0.0.1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
    "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0", "256.0.0",
)  # fmt: skip
"""In the order of section 11 of the specification, which has most of them as its example."""


def test_semantic_versions_have_the_order_of_the_specification() -> None:
    places = [key(Order.SEMVER, one) or pytest.fail("there is none") for one in SEMVER]
    assert all(one < other and after(one) < other for one, other in pairwise(places))
    assert key(Order.SEMVER, "v1.2") == key(Order.SEMVER, "1.2.0+build.7")


@pytest.mark.parametrize("text", ["", "one", "1..2", "2019-09-12", "1.0-", "٣.٠", "1" * 400, "9" * 250 + "!" * 10])
def test_what_is_no_version_has_no_place_and_equals_itself_only(text: str) -> None:
    assert key(Order.PEP440, text) is None
    assert bounds(text) is None
    assert is_literal(literal(text))
    assert not is_literal(key(Order.PEP440, "999999999999999999!1") or pytest.fail("there is none"))


def test_an_order_that_is_not_known_gives_no_place() -> None:
    assert order_of("Debian:12") is Order.UNKNOWN
    assert key(Order.UNKNOWN, "1.0") is None
    assert (order_of("PyPI"), order_of("crates.io")) == (Order.PEP440, Order.SEMVER)


def test_tags_lie_in_the_order_of_their_numbers() -> None:
    written = ["b1", "b999", "b5662", "b10000"]
    assert sorted(written, key=lambda one: key(Order.TAGS, one) or b"") == written
    assert [key(Order.TAGS, one) for one in ("v1.2", "1.2.0", "release-1.2")] == [key(Order.TAGS, "1.2")] * 3
    assert (key(Order.TAGS, "25.07") or b"") < (key(Order.TAGS, "25.8") or b"") < (key(Order.TAGS, "25.10") or b"")


@pytest.mark.parametrize("text", ["", "b", "1.2-rc1", "b12-cuda", "1.2.3.4.5", "9" * 40, "ab" * 20, "1..2", "b 1"])
def test_what_is_no_plain_tag_has_no_place(text: str) -> None:
    assert key(Order.TAGS, text) is None
