"""CoreML models, and files of weights."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("coreml", "model.mlmodel"),
    ("coreml.weights", "weight.bin"),
)

TARGET = Target(name="coreml", seeds=seeds.coreml, reads=_READS)
