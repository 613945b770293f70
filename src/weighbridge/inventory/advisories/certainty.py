"""How sure an advisory is of a version: what a record, or a part of it, says against itself (``unconfirmed``).

A doubtful range with an end says what to do, which is to update, and keeps an audit open until then. One without an
end would keep it open for every version that will ever be, and nothing that its user can do would close it: that is
told as a note, and decides nothing.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.values import value
from weighbridge.inventory.advisories.ranges import of_range
from weighbridge.inventory.advisories.record import RangeType
from weighbridge.inventory.advisories.versions import Order, key, literal, order_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.advisories.ranges import Interval
    from weighbridge.inventory.advisories.record import Advisory, Affected


@value
class Certainty:
    """``doubt`` says why an advisory is not sure, empty where it is; ``is_noted`` that no version ends the doubt."""

    doubt: str = ""
    is_noted: bool = False


SURE = Certainty()


def certainty(advisory: Advisory, entries: tuple[Affected, ...], places: tuple[bytes, ...] = ()) -> Certainty:
    """Judge the entries that a version meets, by its keys (see ``versions``); by all where the version is not known."""
    if not advisory.unconfirmed and not any(one.unconfirmed for one in entries):
        return SURE
    met = [(one, ends) for one in entries if (ends := _ends(one, places))]
    if not advisory.unconfirmed and any(not one.unconfirmed for one, _ in met):
        return SURE
    doubt = advisory.unconfirmed or next((one.unconfirmed for one, _ in met or ((entries[0], ()),)), "")
    return Certainty(doubt=doubt, is_noted=bool(met) and not any(True in ends for _, ends in met))


def _ends(entry: Affected, places: tuple[bytes, ...]) -> tuple[bool, ...]:
    """Tell of all that a version meets in an entry whether it has an end; a version that is listed is one."""
    order = order_of(entry.ecosystem)
    listed = [key(order, version) or literal(version) for version in entry.versions]
    found = [True] if any(not places or one in places for one in listed) else []
    for one in entry.ranges:
        if one.type is RangeType.GIT:
            continue
        try:
            held = of_range(one, Order.SEMVER if one.type is RangeType.SEMVER else order)
        except Malformed:
            continue
        found += [
            interval.high is not None for some in held for interval in some if not places or _holds(interval, places)
        ]
    return tuple(found)


def _holds(interval: Interval, places: tuple[bytes, ...]) -> bool:
    return any(interval.holds(place) for place in places)
