"""safetensors files."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats.safetensors import extract


def one(data: bytes) -> None:
    """Read to the end."""
    drain(extract, data)


TARGET = Target(name="safetensors", seeds=seeds.safetensors, one=one)
