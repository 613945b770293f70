"""Paddle programs, and parameters."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("paddle", "model.pdmodel"),
    ("paddle.parameters", "model.pdiparams"),
)

TARGET = Target(name="paddle", seeds=seeds.paddle, reads=_READS)
