"""7z archives."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.repair import sevenzip
from fuzz.target import Target
from weighbridge.formats.containers.sevenz import extract


def one(data: bytes) -> None:
    """Read to the end."""
    drain(extract, data)


TARGET = Target(name="sevenzips", seeds=seeds.seven_archives, one=one, repaired=sevenzip)
