"""TensorFlow and MXNet: graphs in both forms, the index of a checkpoint, records, arrays."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats.mxnet import params
from weighbridge.formats.tensorflow import checkpoint, pbtxt, records, saved_model, state


def one(data: bytes) -> None:
    """Read to the end as each of them."""
    drain(saved_model.extract, data, "saved_model.pb")
    drain(saved_model.extract, data, "model.pb")
    drain(pbtxt.extract, data, "saved_model.pbtxt")
    for extract in (checkpoint.extract, state.extract, records.extract, params.extract):
        drain(extract, data)


TARGET = Target(name="tensorflow", seeds=seeds.tensorflow, one=one)
