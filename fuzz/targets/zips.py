"""Zip archives, those of torch and numpy among them: every directory, both headers, every member."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("zip", "model.zip"),
    ("zip", "model.pt"),
    ("zip", "model.keras"),
)

TARGET = Target(name="zips", seeds=seeds.zip_archives, reads=_READS)
