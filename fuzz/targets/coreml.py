"""CoreML models, and files of weights."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats import coreml, coreml_package


def one(data: bytes) -> None:
    """Read to the end, as both."""
    drain(coreml.extract, data)
    drain(coreml_package.extract, data)


TARGET = Target(name="coreml", seeds=seeds.coreml, one=one)
