"""Oddities of containers put together by hand."""

from __future__ import annotations

from types import ModuleType

from tests.rules.facts import FILE, found
from weighbridge.core.facts import ContainerOddity, Oddity
from weighbridge.core.finding import Match


def odd(kind: Oddity, *, member: str = "archive/data.pkl", detail: str = "a detail") -> ContainerOddity:
    """An oddity of a member of a zip."""
    return ContainerOddity(at=FILE, container="zip", kind=kind, member=member, detail=detail)


def kinds_of(rule: ModuleType) -> dict[Oddity, Match]:
    """What a rule makes of each kind of oddity that it knows."""
    seen = {kind: found(rule, odd(kind)) for kind in Oddity}
    assert all(len(matches) <= 1 for matches in seen.values())
    return {kind: matches[0] for kind, matches in seen.items() if matches}
