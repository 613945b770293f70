"""Arrow streams and files, and the footers of Parquet files."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("arrow", "file"),
    ("parquet", "file"),
)

TARGET = Target(name="arrows", seeds=seeds.arrows, reads=_READS)
