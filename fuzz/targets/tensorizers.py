"""tensorizer files."""

from __future__ import annotations

from fuzz import torch_seeds
from fuzz.target import Target

_READS = (("tensorizer", "model.tensors"),)

TARGET = Target(name="tensorizers", seeds=torch_seeds.tensorizers, reads=_READS)
