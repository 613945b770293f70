from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from weighbridge.core.errors import Malformed
from weighbridge.inventory.advisories import ranges
from weighbridge.inventory.advisories.ranges import Interval, complement, fixes, intersection, reach, union
from weighbridge.inventory.advisories.record import Affected, Event, EventKind, Range, RangeType
from weighbridge.inventory.advisories.specifiers import admitted
from weighbridge.inventory.advisories.versions import Order, key, literal


def events(text: str, type_: RangeType = RangeType.ECOSYSTEM) -> Range:
    """Read ``+1.0 -2.0 =3.0 |4.0``: introduced, fixed, last affected, limit."""
    kinds = {
        "+": EventKind.INTRODUCED, "-": EventKind.FIXED, "=": EventKind.LAST_AFFECTED, "|": EventKind.LIMIT,
    }  # fmt: skip
    return Range(type=type_, events=tuple(Event(kind=kinds[one[0]], version=one[1:]) for one in text.split()))


def entry(*some: Range, versions: tuple[str, ...] = (), ecosystem: str = "PyPI") -> Affected:
    return Affected(ecosystem=ecosystem, name="anchor", ranges=some, versions=versions)


def place(version: str) -> bytes:
    return key(Order.PEP440, version) or pytest.fail("there is none")


CASES = (
    ("+0 -2.0", "1.9 2.0rc1 0.dev0", "2.0 2.0.post1 3"),
    ("+0", "0 99", ""),
    ("+1.0 =2.0", "1.0 2.0 1.5", "0.9 2.0.post1 2.0.1"),
    ("-2.0 +1.0", "1.0", "2.0"),
    ("+2.0 -2.1 +0 -1.1", "0.1 2.0 1.0.9", "1.1 1.9 2.1"),
    ("+0 -1.0 -2.0", "0.9", "1.0 1.5 2.0"),
    ("+1.0 +1.5 -2.0", "1.0 1.5", "0.9 2.0"),
    ("+1.0 =1.0", "1.0 1.0.0", "0.9 1.0.1"),
    ("+0 -2.0 |1.0", "0.9", "1.0 1.5"),
    ("+0 |*", "5", ""),
)


@pytest.mark.parametrize(("text", "inside", "outside"), CASES)
def test_events_switch_between_affected_and_not(text: str, inside: str, outside: str) -> None:
    reached = reach(entry(events(text)))
    assert not reached.unknown
    assert not reached.open
    for version in inside.split():
        assert any(one.holds(place(version)) for one in reached.intervals), version
    for version in outside.split():
        assert not any(one.holds(place(version)) for one in reached.intervals), version


@pytest.mark.parametrize("text", ["-2.0", "+2.0 -1.0", "+1.0 -1.0", "+2019-09-12 -3.0", "|1.0"])
def test_what_contradicts_itself_is_unknown_and_not_silent(text: str) -> None:
    reached = reach(entry(events(text)))
    assert reached.unknown
    assert not reached.intervals


def test_what_one_version_fixes_and_introduces_is_open() -> None:
    """Seen in PYSEC-2022-42972: the schema does not say whether 1.0 is affected."""
    reached = reach(entry(events("+0.5 -1.0 +1.0 -2.0")))
    assert reached.intervals == (Interval(low=place("0.5"), high=place("1.0")),)
    assert reached.open == (Interval(low=place("1.0"), high=place("2.0")),)


def test_versions_that_are_listed_are_affected_beside_the_ranges() -> None:
    reached = reach(entry(events("+0 -1.0"), versions=("1.5", "1.5.0", "very-old")))
    assert set(reached.listed) == {place("1.5"), literal("very-old")}


@pytest.mark.parametrize("one", [entry(), entry(events("+0", RangeType.GIT))])
def test_an_entry_that_names_no_version_is_unknown(one: Affected) -> None:
    assert reach(one).unknown


def test_an_ecosystem_without_a_known_order_is_unknown_unless_versions_are_semantic() -> None:
    assert reach(entry(events("+0 -1:2.0"), ecosystem="Debian:12")).unknown
    assert reach(entry(events("+0 -2.0.0", RangeType.SEMVER), ecosystem="Maven")).intervals


def test_fixes_come_lowest_first_and_above_the_version() -> None:
    one = entry(events("+0 -1.9 +2.0 -2.1 +10.0 -10.1"))
    assert fixes(one, place("2.0")) == ("2.1", "10.1")
    assert fixes(one, None) == ("1.9", "2.1", "10.1")


_bounds = st.binary(max_size=2)
_sets = st.lists(st.builds(lambda low, high: Interval(low=low, high=high), _bounds, st.none() | _bounds), max_size=4)


def holds(some: tuple[Interval, ...] | list[Interval], at: bytes) -> bool:
    return any(one.holds(at) for one in some)


@given(_sets, _sets, _bounds)
def test_sets_of_versions_are_sets(one: list[Interval], other: list[Interval], at: bytes) -> None:
    assert holds(union([*one, *other]), at) == (holds(one, at) or holds(other, at))
    assert holds(intersection(one, other), at) == (holds(one, at) and holds(other, at))
    assert holds(complement(one), at) != holds(one, at)


VERSIONS = (
    "0.9", "1.0.dev1", "1.0a1", "1.0rc1", "1.0", "1.0+cu124", "1.0.post1", "1.0.1", "1.1", "1.1.5", "1.2", "1.10",
    "2.0", "2.0rc1", "1!0.5",
)  # fmt: skip
CLAUSES = (
    "==1.0", "==1.*", "==1.1.*", "!=1.0", "!=1.1.*", ">=1.0", ">1.0", "<=1.1", "<1.1", "<2.0", "~=1.0", "~=1.1.0",
    "===1.0", ">=1!0", "<1.0rc1",
)  # fmt: skip


@given(st.lists(st.sampled_from(CLAUSES), max_size=3).map(",".join), st.sampled_from(VERSIONS))
def test_a_specifier_never_admits_less_than_packaging_does(specifier: str, version: str) -> None:
    if SpecifierSet(specifier).contains(Version(version), prereleases=True):
        assert holds(admitted(specifier) or (), place(version))


@pytest.mark.parametrize(("specifier", "version"), [
    ("<1.0", "1.0"), (">1.0", "1.0"), ("==1.0", "1.0.1"), ("==1.*", "2.0"), ("~=1.1.0", "1.2"), ("!=1.0", "1.0"),
    ("!=1.1.*", "1.1.5"), ("<=1.0", "1.0.post1"), (">=1.0", "1.0rc1"), (">1.0", "1.0+cu124"),
])  # fmt: skip
def test_a_specifier_leaves_out_what_it_says(specifier: str, version: str) -> None:
    assert not holds(admitted(specifier) or pytest.fail("there is none"), place(version))


@pytest.mark.parametrize("specifier", ["^1.2", "1.0", "==one", "~=1", ">=1.0;", "*", "==1.0 " * 400])
def test_what_is_no_specifier_is_none(specifier: str) -> None:
    assert admitted(specifier) is None
    assert admitted("") == (ranges.EVERYTHING,)


def test_events_without_a_beginning_are_malformed() -> None:
    with pytest.raises(Malformed):
        ranges.of_range(events("=1.0"), Order.PEP440)
