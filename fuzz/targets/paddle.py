"""Paddle programs, and parameters."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats import paddle


def one(data: bytes) -> None:
    """Read to the end, as both."""
    drain(paddle.extract, data)
    drain(paddle.parameters, data)


TARGET = Target(name="paddle", seeds=seeds.paddle, one=one)
