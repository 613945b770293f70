"""HDF5 files, and Keras models in them."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (("hdf5", "model.h5"),)

TARGET = Target(name="hdf5", seeds=seeds.hdf5, reads=_READS)
