"""HDF5 files, and Keras models in them."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats.hdf5.extract import extract


def one(data: bytes) -> None:
    """Read to the end."""
    drain(extract, data)


TARGET = Target(name="hdf5", seeds=seeds.hdf5, one=one)
