"""GGUF files, and those from before."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats import ggml_legacy
from weighbridge.formats.gguf import extract


def one(data: bytes) -> None:
    """Read to the end."""
    drain(extract.extract, data, "model-00001-of-00002.gguf")
    drain(ggml_legacy.extract, data)


TARGET = Target(name="ggufs", seeds=seeds.ggufs, one=one)
