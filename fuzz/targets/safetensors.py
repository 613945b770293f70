"""safetensors files."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (("safetensors", "model.safetensors"),)

TARGET = Target(name="safetensors", seeds=seeds.safetensors, reads=_READS)
