"""The whole museum: every exhibit is planned or refused, and while that is done nothing is imported, run or opened."""

from __future__ import annotations

import sys

from tests.builders.torches import zip_layout
from tests.museum.collection import ALL
from tests.museum.exhibit import FORMS
from weighbridge.conversion.plan import dumps, loads
from weighbridge.conversion.planning import plan_of
from weighbridge.core.errors import Malformed, OverLimit, UsageError
from weighbridge.core.source import BytesSource

QUIET = {"builtins.id"}
"""Events that anybody's code fires all the time."""


def planned(content: bytes) -> tuple[bool, bool]:
    """Whether there is a plan, and whether it drops something."""
    try:
        plan = plan_of(BytesSource(content))
    except (Malformed, OverLimit, UsageError):
        return False, False
    assert loads(dumps(plan), len(content)) == plan
    return True, bool(plan.dropped)


def test_every_exhibit_is_planned_or_refused_and_nothing_happens() -> None:
    files = [exhibit.file(form)[1] for exhibit in ALL for form in FORMS]
    files += [zip_layout({"data.pkl": content}) for content in files]
    wanted = [planned(content) for content in files]  # readers of ours are imported now
    events: list[str] = []
    watching = [True]

    def hook(event: str, arguments: object) -> None:
        if watching[0] and event not in QUIET:
            events.append(f"{event} {arguments!r}"[:200])

    sys.addaudithook(hook)
    try:
        found = [planned(content) for content in files]
    finally:
        watching[0] = False
    assert not set(events)
    assert found == wanted
    assert sum(made for made, _ in found) > 1_000
    assert sum(drops for _, drops in found) > 1_000
    assert sum(not made for made, _ in found) > 1_000
