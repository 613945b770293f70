"""Keras models: configurations in every container that holds one, honest and as each advisory has them (KER rows).

Payloads are inert: `echo INERT`, modules and hosts that do not exist. Marshalled code is made by hand or is that of a
function here, and nothing loads it.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.builders import hdf5_files, marshalled, zips
from tests.builders.pickles.gadgets import posix_system
from tests.builders.torches import zip_checkpoint

Config = dict[str, Any]
COMMAND = "echo INERT"


# -- parts ---------------------------------------------------------------------------------------------------------


def layer(class_name: str, module: str | None = "keras.layers", /, **config: Any) -> Config:
    """A serialised object as Keras 3 writes it."""
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None}


def function(module: str, name: str) -> Config:
    """A serialised function."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def sequential(*layers: Config) -> Config:
    """A model of layers in a row, behind an input and before a dense layer."""
    entry = layer("InputLayer", batch_shape=[None, 4], dtype="float32", name="input")
    last = layer("Dense", units=1, activation="linear", name="dense")
    return layer("Sequential", "keras", name="model", trainable=True, layers=[entry, *layers, last])


def functional(*layers: Config) -> Config:
    """The same as a graph of layers."""
    inner = sequential(*layers)["config"]["layers"]
    nodes: list[Config] = []
    for number, one in enumerate(inner):
        history = {"shape": [None, 4], "keras_history": [f"l{number}", 0, 0]}
        taken = [{"args": [{"class_name": "__keras_tensor__", "config": history}], "kwargs": {}}]
        nodes.append({"name": f"l{number}", "inbound_nodes": taken if number else [], **one})
    module = "keras.src.models.functional"
    return layer("Functional", module, name="model", layers=nodes, input_layers=[["l0", 0, 0]])


def bare(config: Any) -> Any:
    """A configuration without modules, as Keras 2 writes it."""
    if isinstance(config, dict):
        return {key: bare(item) for key, item in config.items() if key not in {"module", "registered_name"}}
    return [bare(item) for item in config] if isinstance(config, list) else config


def marshalled_code() -> str:
    """The code of a function that calls a shell, as Keras writes it."""
    return base64.encodebytes(marshalled.function("3.11")).decode()


def lambda_of_keras_2() -> Config:
    """A Lambda layer as tf.keras writes it."""
    return layer(
        "Lambda", None, name="lambda", function=[marshalled_code(), None, None], function_type="lambda",
        module="__main__", output_shape=None, output_shape_type="raw", arguments={},
    )  # fmt: skip


def lambda_of_keras_3() -> Config:
    """A Lambda layer as Keras 3 writes it."""
    coded = {"code": marshalled_code(), "defaults": None, "closure": None}
    return layer("Lambda", name="lambda", function={"class_name": "__lambda__", "config": coded}, arguments={})


def lambda_by_name() -> Config:
    """A Lambda layer whose function whoever loads the model must have."""
    return layer("Lambda", name="lambda", function="my_function", function_type="function", arguments={})


def wrapped(inner: Config, depth: int = 3) -> Config:
    """A layer deep inside of wrappers and models."""
    for number in range(depth):
        inner = layer("TimeDistributed", name=f"w{number}", layer=functional(inner))
    return layer("Bidirectional", name="both", layer=inner)


# -- containers ----------------------------------------------------------------------------------------------------


def archive(config: Any, *, weights: bytes | None = None, more: dict[str, bytes] | None = None) -> bytes:
    """A `.keras` archive."""
    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    metadata = json.dumps({"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}).encode()
    held = hdf5_files.honest() if weights is None else weights
    return zips.plain({"metadata.json": metadata, "config.json": text, "model.weights.h5": held, **(more or {})})


def legacy(config: Any, training: Any = None) -> bytes:
    """A model in HDF5, its configuration an attribute."""
    attributes = [hdf5_files.attribute("model_config", json.dumps(config).encode())]
    attributes.append(hdf5_files.attribute("keras_version", b"2.12.0"))
    if training is not None:
        attributes.append(hdf5_files.attribute("training_config", json.dumps(training).encode()))
    return hdf5_files.honest(attributes=attributes)


def text(config: Any) -> bytes:
    """A model without weights, as `to_json` writes it."""
    return json.dumps(config).encode()


def tfjs(paths: tuple[str, ...] = ("group1-shard1of1.bin",), config: Config | None = None) -> bytes:
    """A TensorFlow.js layers model."""
    topology = {"keras_version": "2.12.0", "model_config": bare(config or sequential())}
    manifest = [{"paths": list(paths), "weights": [{"name": "dense/kernel", "shape": [4, 1], "dtype": "float32"}]}]
    model = {"format": "layers-model", "generatedBy": "keras v2.12.0", "convertedBy": None}
    return json.dumps({**model, "modelTopology": topology, "weightsManifest": manifest}).encode()


# -- examples of rules ---------------------------------------------------------------------------------------------


def honest_named_keras() -> bytes:
    """A dense layer."""
    return archive(sequential())


def lambda_layer_named_keras() -> bytes:
    """KER-01: marshalled code in a Lambda layer."""
    return archive(sequential(lambda_of_keras_3()))


def vocabulary(held: Any) -> bytes:
    """A layer that looks up words."""
    return archive(sequential(layer("StringLookup", name="lookup", vocabulary=held, max_tokens=None)))


def remote_vocabulary_named_keras() -> bytes:
    """KER-08: words from an address."""
    return vocabulary("https://inert.invalid/words.txt")


# -- techniques ----------------------------------------------------------------------------------------------------


def called(module: str, name: str, *arguments: Any) -> Config:
    """KER-03: a function in the place of a layer, its arguments in the graph."""
    one = {**function(module, name), "inbound_nodes": [{"args": list(arguments), "kwargs": {}}]}
    return functional(one)


def lambda_calling(module: str, name: str, **arguments: Any) -> Config:
    """KER-04: a Lambda layer around a function of Keras itself."""
    return sequential(layer("Lambda", name="lambda", function=function(module, name), arguments=arguments))


def torch_module(pickle: bytes | None = None) -> Config:
    """KER-06: a torch checkpoint in base64."""
    held = zip_checkpoint(poisoned=posix_system(2)[2:-1]) if pickle is None else pickle
    return sequential(layer("TorchModuleWrapper", name="torch", module=base64.b64encode(held).decode()))


def saved_model(path: str) -> Config:
    """KER-07: a layer around a SavedModel."""
    return sequential(layer("TFSMLayer", name="outside", filepath=path, call_endpoint="serve"))


def custom(name: str = "Inert>Own", module: str | None = "inert_absent_pkg.layers") -> Config:
    """KER-13: a class that whoever loads the model must have registered."""
    return sequential({**layer(name.rpartition(">")[2], module, name="own"), "registered_name": name})
