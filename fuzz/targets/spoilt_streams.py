"""The pickle machine against both of CPython's unpicklers, on any bytes: the names must agree."""

from __future__ import annotations

from collections.abc import Iterator

from tests.formats.pickle.differential import check
from tests.formats.pickle.streams import stream

from fuzz.target import Target
from fuzz.targets import differential

LONGEST = 4096
"""Bytes of a stream: CPython hashes a tuple anew for every key, which no limit bounds."""


def seeds() -> Iterator[bytes]:
    """The streams that the other differential target makes of its seeds."""
    yield from map(stream, differential.seeds())


def beyond(data: bytes) -> None:
    """Compare."""
    check(data[:LONGEST])


TARGET = Target(name="spoilt_streams", seeds=seeds, beyond=beyond, capped=True)
