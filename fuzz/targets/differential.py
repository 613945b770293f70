"""The pickle machine against both of CPython's unpicklers, on streams made out of the input: the names must agree."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.formats.pickle.differential import check
from tests.formats.pickle.streams import stream

from fuzz.target import Target

_SEEDS = 200
_LONGEST_CHOICES = 400


def seeds() -> Iterator[bytes]:
    """Choices at random, the same on every run."""
    chance = random.Random(0)
    for _ in range(_SEEDS):
        yield chance.randbytes(chance.randrange(4, 160))


def beyond(data: bytes) -> None:
    """Turn choices into a stream and compare."""
    check(stream(data[:_LONGEST_CHOICES]))


TARGET = Target(name="differential", seeds=seeds, beyond=beyond, capped=True)
