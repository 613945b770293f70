"""Native code where data is expected, compiled models, compiled programs."""

from __future__ import annotations

from fuzz import page_seeds
from fuzz.target import Target

_READS = (
    ("native", "model.so"),
    ("tensorrt engine", "model.engine"),
    ("rknn", "model.rknn"),
    ("python bytecode", "model.pyc"),
    ("java class", "Model.class"),
    ("windows shortcut", "model.lnk"),
)

TARGET = Target(name="programs", seeds=page_seeds.programs, reads=_READS)
