"""Zip archives, those of torch and numpy among them: every directory, both headers, every member."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats.archives import extract


def one(data: bytes) -> None:
    """Read to the end."""
    drain(extract, data)


TARGET = Target(name="zips", seeds=seeds.zip_archives, one=one)
