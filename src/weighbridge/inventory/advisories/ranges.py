"""The evaluation of OSV: which versions a package's entry of an advisory affects, as intervals of keys.

Source: "Evaluation" of https://ossf.github.io/osv-schema/: a version is affected if it is listed, or if it lies in a
range: its events in the order of versions switch between affected and not.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.values import value
from weighbridge.inventory.advisories.record import EventKind, RangeType
from weighbridge.inventory.advisories.versions import Order, after, key, literal, order_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.inventory.advisories.record import Affected, Range

_ENDS_FIRST = {EventKind.FIXED: 0, EventKind.INTRODUCED: 1, EventKind.LAST_AFFECTED: 2}
_BEGINS_FIRST = {EventKind.INTRODUCED: 0, EventKind.FIXED: 1, EventKind.LAST_AFFECTED: 2}
"""What comes first at one version. The schema leaves open whether a fix and an introduction cancel each other."""
OPEN = "something is fixed and introduced at one version, and the schema does not say which holds"
_FIRST = b""
"""The place before all versions."""


@value
class Interval:
    """Keys from ``low`` up to but without ``high``; without an end where that is None."""

    low: bytes
    high: bytes | None = None

    def holds(self, place: bytes) -> bool:
        """Tell whether a key lies inside."""
        return self.low <= place and (self.high is None or place < self.high)


EVERYTHING = Interval(low=_FIRST)
"""All versions that there are and will be."""


@value
class Reach:
    """What an entry affects: the keys of listed versions, intervals, and why some of it cannot be told.

    ``open`` are intervals that are affected or not, as one reads the schema.
    """

    listed: tuple[bytes, ...] = ()
    intervals: tuple[Interval, ...] = ()
    open: tuple[Interval, ...] = ()
    unknown: tuple[str, ...] = ()


def reach(affected: Affected) -> Reach:
    """Evaluate an entry; ranges of commits are none of versions, and stay out."""
    order = order_of(affected.ecosystem)
    intervals: list[Interval] = []
    unclear: list[Interval] = []
    unknown = []
    for one in affected.ranges:
        if one.type is not RangeType.GIT:
            try:
                sure, possible = of_range(one, Order.SEMVER if one.type is RangeType.SEMVER else order)
                intervals += sure
                unclear += intersection(possible, complement(sure))
            except Malformed as broken:
                unknown.append(str(broken))
    listed = {key(order, version) or literal(version) for version in affected.versions}
    if not (listed or intervals or unknown):
        unknown.append("it names no version" + (", only commits" if affected.ranges else ""))
    return Reach(listed=tuple(sorted(listed)), intervals=union(intervals), open=union(unclear), unknown=tuple(unknown))


def of_range(one: Range, order: Order) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """Give what a range affects for sure, and what it affects at most.

    Raises Malformed where its events have no order, or contradict each other.
    """
    events: list[tuple[bytes, EventKind]] = []
    limits: list[bytes] = []
    for event in one.events:
        if event.kind is EventKind.LIMIT and event.version == "*":
            continue
        place = _FIRST if event.version == "0" else key(order, event.version)
        if place is None:
            raise Malformed(f"{event.version[:40]!r} has no place in the order of versions")
        if event.kind is EventKind.LIMIT:
            limits.append(place)
        else:
            events.append((place, event.kind))
    bound = (Interval(low=_FIRST, high=max(limits)) if limits else EVERYTHING,)
    if not events or min(events, key=lambda event: (event[0], _ENDS_FIRST[event[1]]))[1] is not EventKind.INTRODUCED:
        raise Malformed("it ends before it begins")
    ways = [intersection(_evaluated(events, rank), bound) for rank in (_ENDS_FIRST, _BEGINS_FIRST)]
    return intersection(*ways), union(interval for way in ways for interval in way)


def _evaluated(events: list[tuple[bytes, EventKind]], rank: dict[EventKind, int]) -> list[Interval]:
    found = []
    begin: bytes | None = None
    for place, kind in sorted(events, key=lambda event: (event[0], rank[event[1]])):
        if kind is EventKind.INTRODUCED:
            begin = place if begin is None else begin
        elif begin is not None:
            found.append(Interval(low=begin, high=after(place) if kind is EventKind.LAST_AFFECTED else place))
            begin = None
    return [*found, Interval(low=begin)] if begin is not None else found


def fixes(affected: Affected, place: bytes | None) -> tuple[str, ...]:
    """Name the versions that fix an entry, above a version where that is known, the lowest first."""
    order = order_of(affected.ecosystem)
    found = {}
    for one in affected.ranges:
        if one.type is not RangeType.GIT:
            of_this = Order.SEMVER if one.type is RangeType.SEMVER else order
            for event in one.events:
                fixed = key(of_this, event.version)
                if event.kind is EventKind.FIXED and fixed is not None and (place is None or fixed > place):
                    found[fixed] = event.version
    return tuple(found[fixed] for fixed in sorted(found))


# -- sets of versions ----------------------------------------------------------------------------------------------


def union(some: Iterable[Interval]) -> tuple[Interval, ...]:
    """Join intervals that touch or overlap; sorted."""
    joined: list[Interval] = []
    for one in sorted(some, key=lambda interval: interval.low):
        if one.high is not None and one.high <= one.low:
            continue
        last = joined[-1] if joined else None
        if last is not None and (last.high is None or one.low <= last.high):
            high = None if last.high is None or one.high is None else max(last.high, one.high)
            joined[-1] = Interval(low=last.low, high=high)
        else:
            joined.append(one)
    return tuple(joined)


def intersection(some: Iterable[Interval], others: Iterable[Interval]) -> tuple[Interval, ...]:
    """Give what both hold."""
    kept = tuple(others)
    return union(
        Interval(low=max(one.low, other.low), high=_lower(one.high, other.high)) for one in some for other in kept
    )


def complement(some: Iterable[Interval]) -> tuple[Interval, ...]:
    """Give what none of them holds."""
    left = []
    begin: bytes | None = _FIRST
    for one in union(some):
        if begin is not None and begin < one.low:
            left.append(Interval(low=begin, high=one.low))
        begin = one.high
    return (*left, Interval(low=begin)) if begin is not None else tuple(left)


def _lower(one: bytes | None, other: bytes | None) -> bytes | None:
    return other if one is None else one if other is None else min(one, other)
