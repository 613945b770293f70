"""The whole museum: every exhibit is planned or refused, and while that is done nothing is imported, run or opened."""

from __future__ import annotations

import gzip
import sys
from tempfile import TemporaryFile

from tests.builders.torches import zip_layout
from tests.museum.collection import ALL
from tests.museum.exhibit import FORMS
from tests.sampling import some
from weighbridge.conversion.plan import dumps, loads
from weighbridge.conversion.planning import plan_of
from weighbridge.conversion.unpacked import Unpacked
from weighbridge.core.errors import Malformed, OverLimit, UsageError
from weighbridge.core.source import BytesSource

QUIET = {"builtins.id", "os.truncate"}
"""Events that anybody's code fires all the time, and that of the file that is there to be unpacked into."""


def planned(content: bytes, descriptor: int) -> tuple[bool, bool]:
    """Whether there is a plan, and whether it drops something."""
    sink = Unpacked(len(content), descriptor)
    try:
        plan = plan_of(BytesSource(content), "", sink)
    except (Malformed, OverLimit, UsageError):
        return False, False
    assert loads(dumps(plan), len(content), sink.size) == plan
    return True, bool(plan.dropped)


def test_every_exhibit_is_planned_or_refused_and_nothing_happens() -> None:
    """Some of them compressed too: a pickle in a gzip stream is planned as it is without."""
    files = [exhibit.file(form)[1] for exhibit in some(3, ALL) for form in FORMS]
    files += [gzip.compress(content, 1) for content in files[::8]]
    files += [zip_layout({"data.pkl": content}) for content in files]
    with TemporaryFile(buffering=0) as beside:
        _nothing_happens(files, beside.fileno())


def _nothing_happens(files: list[bytes], descriptor: int) -> None:
    wanted = [planned(content, descriptor) for content in files]  # readers of ours are imported now
    events: list[str] = []
    watching = [True]

    def hook(event: str, arguments: object) -> None:
        if watching[0] and event not in QUIET:
            events.append(f"{event} {arguments!r}"[:200])

    sys.addaudithook(hook)
    try:
        found = [planned(content, descriptor) for content in files]
    finally:
        watching[0] = False
    assert not set(events)
    assert found == wanted
    assert sum(made for made, _ in found) > 1_000
    assert sum(drops for _, drops in found) > 1_000
    assert sum(not made for made, _ in found) > 1_000
