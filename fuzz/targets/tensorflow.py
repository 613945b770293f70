"""TensorFlow and MXNet: graphs in both forms, checkpoints, records, arrays."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("tensorflow.saved_model", "saved_model.pb"),
    ("tensorflow.graph", "model.pb"),
    ("tensorflow graph", "model.pb"),
    ("tensorflow.meta_graph", "model.meta"),
    ("tensorflow.keras_metadata", "keras_metadata.pb"),
    ("tensorflow.fingerprint", "fingerprint.pb"),
    ("tensorflow.text", "saved_model.pbtxt"),
    ("tensorflow.checkpoint", "variables.index"),
    ("tensorflow.checkpoint.data", "variables.data-00000-of-00001"),
    ("tensorflow.checkpoint.state", "checkpoint"),
    ("tfrecord", "data.tfrecord"),
    ("mxnet.params", "model.params"),
)

TARGET = Target(name="tensorflow", seeds=seeds.tensorflow, reads=_READS)
