"""npy files: the header's dictionary text and the pickle of an object array."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats.numpy import extract


def one(data: bytes) -> None:
    """Read to the end."""
    drain(extract, data)


TARGET = Target(name="npys", seeds=seeds.arrays, one=one)
