"""ONNX models."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (("onnx", "model.onnx"),)

TARGET = Target(name="onnx", seeds=seeds.onnx, reads=_READS)
