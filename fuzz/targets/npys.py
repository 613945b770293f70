"""npy files: the header's dictionary text and the pickle of an object array."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (("numpy.npy", "array.npy"),)

TARGET = Target(name="npys", seeds=seeds.arrays, reads=_READS)
