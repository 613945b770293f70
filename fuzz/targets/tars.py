"""Tar archives."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.repair import tar
from fuzz.target import Target
from weighbridge.formats.containers.tar import extract


def one(data: bytes) -> None:
    """Read to the end."""
    drain(extract, data)


TARGET = Target(name="tars", seeds=seeds.tar_archives, one=one, repaired=tar)
