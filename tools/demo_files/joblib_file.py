"""A joblib file: a scikit-learn object whose arrays lie raw between the opcodes (``joblib/numpy_pickle.py``)."""

from __future__ import annotations

import struct

from tools.demo_files import opcodes as op
from tools.demo_files.poison import stream

ALIGNMENT = 16
ARRAYS = {"mean_": (5.8, 3.1, 3.8, 1.2), "var_": (0.68, 0.19, 3.1, 0.58), "scale_": (0.82, 0.43, 1.76, 0.76)}
"""Four measurements of iris flowers, as a StandardScaler learns them."""


def scaler(*, poisoned: bool = False) -> bytes:
    """The bytes of `scaler.joblib`: a fitted StandardScaler."""
    written = op.PROTOCOL_4 + op.named("sklearn.preprocessing._data", "StandardScaler") + op.EMPTY_TUPLE + b"\x81"
    written += op.EMPTY_DICT + b"("
    for name, flag in (("with_mean", op.TRUE), ("with_std", op.TRUE), ("copy", op.TRUE)):
        written += op.text(name) + flag
    written += op.text("n_features_in_") + op.whole(4) + op.text("n_samples_seen_") + op.whole(150)
    for name, numbers in ARRAYS.items():
        written += op.text(name) + wrapper(len(numbers))
        written += elements(numbers, at=len(written))
    written += op.text("_sklearn_version") + op.text("1.9.1") + b"u" + b"b" + op.STOP
    return stream(written) if poisoned else written


def wrapper(count: int) -> bytes:
    """The object that stands for an array; the loader reads the elements right behind it."""
    double = op.call(op.named("numpy", "dtype"), op.text("f8"), op.FALSE, op.TRUE)
    order = op.group(op.whole(3), op.text("<"), op.NONE, op.NONE, op.NONE, op.whole(-1), op.whole(-1), op.whole(0))
    state = {
        "subclass": op.named("numpy", "ndarray"),
        "shape": op.group(op.whole(count)),
        "order": op.text("C"),
        "dtype": double + order + b"b",
        "allow_mmap": op.TRUE,
        "numpy_array_alignment_bytes": op.whole(ALIGNMENT),
    }
    return op.new(op.named("joblib.numpy_pickle", "NumpyArrayWrapper"), op.table(state))


def elements(numbers: tuple[float, ...], *, at: int) -> bytes:
    """The raw array as it lies in the stream from byte `at`: the length of the padding, the padding, the elements."""
    padding = ALIGNMENT - (at + 1) % ALIGNMENT
    return bytes([padding]) + b"\xff" * padding + struct.pack(f"<{len(numbers)}d", *numbers)
