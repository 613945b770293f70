"""Arrow streams and files, and the footers of Parquet files."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats import arrow, parquet


def one(data: bytes) -> None:
    """Read to the end, by the reader whose file it is."""
    drain(parquet.extract if data[:3] == b"PAR" else arrow.extract, data)


TARGET = Target(name="arrows", seeds=seeds.arrows, one=one)
