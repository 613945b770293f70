"""Bytes that look like weights: incompressible, and the same on every run."""

from __future__ import annotations

import hashlib


def noise(length: int, seed: str = "weighbridge") -> bytes:
    """`length` bytes out of SHAKE-128 of the seed."""
    return hashlib.shake_128(seed.encode()).digest(length)
