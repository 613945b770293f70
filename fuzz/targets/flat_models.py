"""Models in FlatBuffers: TFLite, ExecuTorch, CatBoost, exports of JAX with their MLIR; the first bytes say which."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats import catboost, executorch, jax_export, mlir, tflite


def one(data: bytes) -> None:
    """Read to the end, by the reader whose file it is; by all of them if it is nobody's."""
    if data[4:8] == tflite.MAGIC:
        drain(tflite.extract, data)
    elif data[:4] == catboost.MAGIC:
        drain(catboost.extract, data)
    elif data[:4] == mlir.MAGIC:
        drain(mlir.extract, data)
    elif data[4:6] in (b"ET", b"FT"):
        drain(executorch.extract, data)
    else:
        drain(jax_export.extract, data)


TARGET = Target(name="flat_models", seeds=seeds.flat_models, one=one)
