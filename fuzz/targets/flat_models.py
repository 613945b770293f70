"""Models in FlatBuffers: TFLite, ExecuTorch, CatBoost, exports of JAX with their MLIR, in bytecode and as text."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("tflite", "model.tflite"),
    ("executorch", "model.pte"),
    ("executorch.data", "model.ptd"),
    ("catboost", "model.cbm"),
    ("jax.export", "model.jax"),
    ("mlir", "model.mlir"),
    ("mlir.text", "model.mlir"),
)

TARGET = Target(name="flat_models", seeds=seeds.flat_models, reads=_READS)
