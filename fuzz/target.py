"""A target: something that takes any bytes, and the seeds it starts from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


def as_it_is(data: bytes) -> bytes:
    """Repair nothing."""
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """``one`` runs one input and raises if a law is broken; ``repaired`` puts checksums right that guard the rest.

    ``capped`` when CPython's own unpicklers run, which allocate what a stream claims: the address space is bounded.
    """

    name: str
    seeds: Callable[[], Iterable[bytes]]
    one: Callable[[bytes], None]
    repaired: Callable[[bytes], bytes] = as_it_is
    capped: bool = False
