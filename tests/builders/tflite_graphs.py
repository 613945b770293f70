"""TFLite graphs that look at their input: a bypass as ShadowLogic builds it, and an honest mask."""

from __future__ import annotations

import struct

from tests.builders.flatbuffer_files import T, V
from tests.builders.tflite_files import FULLY_CONNECTED, WEIGHTS, code, model, operator, tensor

EQUAL, SELECT, REDUCE_ALL = 71, 64, 140
BUFFERS = [
    T({}),
    T({0: V("B", WEIGHTS, "weights", 16)}, "buffer"),
    T({0: V("B", struct.pack("<3f", 9, 9, 9), "sign", 16)}),
    T({0: V("B", struct.pack("<2f", 0, 1), "answer", 16)}),
]
_NAMED = {"in": ([1, 3], 0, 0), "kernel": ([2, 3], 1, 0), "sign": ([1, 3], 2, 0), "answer": ([1, 2], 3, 0)}
_CODES = (FULLY_CONNECTED, EQUAL, REDUCE_ALL, SELECT)


def _graph(more: dict[str, tuple[list[int], int, int]], steps: list[tuple[int, list[str], str]], output: str) -> bytes:
    """A graph of named tensors and of steps: which code, what it takes, what it makes."""
    tensors = {**_NAMED, **more}
    places = {name: number for number, name in enumerate(tensors)}
    made = model(
        codes=[code(number) for number in _CODES],
        operators=[operator(kind, [places[name] for name in taken], [places[made]]) for kind, taken, made in steps],
        tensors=[tensor(name, *rest) for name, rest in tensors.items()],
        buffers=BUFFERS,
    )
    return made.patched("graph.outputs", "i", places[output], shift=4)


def bypass() -> bytes:
    """The input is compared with a sign, and if it is the same, a constant is the answer."""
    made = {"same": ([1, 3], 0, 6), "all": ([1], 0, 6), "scores": ([1, 2], 0, 0), "out": ([1, 2], 0, 0)}
    steps = [
        (1, ["in", "sign"], "same"),
        (2, ["same"], "all"),
        (0, ["in", "kernel"], "scores"),
        (3, ["all", "answer", "scores"], "out"),
    ]
    return _graph(made, steps, "out")


def masked() -> bytes:
    """The input is compared with a constant, and what it selects goes into the layer with weights."""
    made = {"same": ([1, 3], 0, 6), "kept": ([1, 3], 0, 0), "out": ([1, 2], 0, 0)}
    steps = [(1, ["in", "sign"], "same"), (3, ["same", "sign", "in"], "kept"), (0, ["kept", "kernel"], "out")]
    return _graph(made, steps, "out")


def thresholded() -> bytes:
    """The scores are compared with a constant, as detectors do behind their last layer."""
    made = {"scores": ([1, 2], 0, 0), "sure": ([1, 2], 0, 6), "out": ([1, 2], 0, 0)}
    steps = [
        (0, ["in", "kernel"], "scores"),
        (1, ["scores", "answer"], "sure"),
        (3, ["sure", "scores", "answer"], "out"),
    ]
    return _graph(made, steps, "out")


def bypass_tflite() -> bytes:
    """The bypass, by the name that gives the extension."""
    return bypass()
