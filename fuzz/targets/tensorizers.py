"""tensorizer files."""

from __future__ import annotations

from fuzz import torch_seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats.tensorizer import extract


def one(data: bytes) -> None:
    """Read to the end."""
    drain(extract, data)


TARGET = Target(name="tensorizers", seeds=torch_seeds.tensorizers, one=one)
