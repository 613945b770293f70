"""A target: something that takes any bytes, and the seeds it starts from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fuzz.drained import drain
from weighbridge.formats import registry


def as_it_is(data: bytes) -> bytes:
    """Repair nothing."""
    return data


def nothing(_data: bytes) -> None:
    """Run nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Readers that run to their end over each input, and whatever else runs ``beyond`` them and raises if a law breaks.

    ``reads`` are formats of the registry, each with a file name that the reader sees; ``repaired`` puts checksums right
    that guard the rest. ``capped`` when CPython's own unpicklers run, which allocate what a stream claims: the address
    space is bounded.
    """

    name: str
    seeds: Callable[[], Iterable[bytes]]
    reads: tuple[tuple[str, str], ...] = ()
    beyond: Callable[[bytes], None] = nothing
    repaired: Callable[[bytes], bytes] = as_it_is
    capped: bool = False

    def one(self, data: bytes) -> None:
        """Run one input; formats that share a reader are read once."""
        for extract, name in dict.fromkeys((registry.extractor(form), name) for form, name in self.reads):
            drain(extract, data, name)
        self.beyond(data)
