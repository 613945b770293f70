"""Honest files written by Keras 3 (torch backend) and by h5py, in every container that they write.

Each entry is a file name and a function that writes it; the libraries are imported inside.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[[Path], None]
FILES: list[tuple[str, Write]] = []
CUSTOM: list[tuple[str, Write]] = []


def _keras() -> Any:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    keras.utils.set_random_seed(0)
    return keras


# -- models --------------------------------------------------------------------------------------------------------


def _sequential(keras: Any) -> Any:
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((8, 8, 3)), layers.Rescaling(1 / 255), layers.Conv2D(4, 3, activation="relu", padding="same"),
        layers.BatchNormalization(), layers.MaxPooling2D(), layers.Dropout(0.2), layers.Flatten(),
        layers.Dense(3, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.01)),
    ])  # fmt: skip
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _functional(keras: Any) -> Any:
    layers = keras.layers
    one, two = keras.Input((4,), name="one"), keras.Input((4,), name="two")
    joined = layers.Concatenate()([layers.Dense(5, activation="gelu")(one), layers.Dense(5)(two)])
    added = layers.Add()([layers.Dense(10, name="up")(joined), joined])
    outputs = [layers.Dense(1, name="score")(added), layers.Dense(2, activation="sigmoid", name="tags")(added)]
    model = keras.Model([one, two], outputs, name="two_heads")
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 100)
    losses = {"score": keras.losses.Huber(), "tags": "binary_crossentropy"}
    model.compile(keras.optimizers.SGD(schedule, momentum=0.9), loss=losses)
    return model


def _nested(keras: Any) -> Any:
    layers = keras.layers
    inner = keras.Sequential([keras.Input((6,)), layers.Dense(6, activation="relu"), layers.LayerNormalization()])
    middle_in = keras.Input((6,))
    middle = keras.Model(middle_in, layers.Activation("tanh")(inner(middle_in)), name="middle")
    entry = keras.Input((6,))
    return keras.Model(entry, layers.Dense(1)(middle(entry)), name="outer")


def _recurrent(keras: Any) -> Any:
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((5, 4)), layers.TimeDistributed(layers.Dense(6, activation="relu")),
        layers.Bidirectional(layers.LSTM(4, return_sequences=True)), layers.GRU(3, return_sequences=True),
        layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)]), layers.Dense(1),
    ])  # fmt: skip
    model.compile("rmsprop", keras.losses.MeanSquaredError(), metrics=[keras.metrics.MeanAbsoluteError()])
    return model


def _text(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential([
        keras.Input((12,), dtype="int32"), layers.Embedding(50, 8, mask_zero=True),
        layers.Conv1D(4, 3, padding="causal"), layers.GlobalAveragePooling1D(), layers.Dense(2, activation="softmax"),
    ])  # fmt: skip


def _attention(keras: Any) -> Any:
    layers = keras.layers
    entry = keras.Input((6, 8))
    seen = layers.MultiHeadAttention(2, 4)(entry, entry)
    return keras.Model(entry, layers.LayerNormalization()(layers.Add()([entry, seen])))


def _preprocessing(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential([
        keras.Input((10, 10, 3)), layers.Resizing(8, 8), layers.CenterCrop(6, 6), layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1), layers.RandomZoom(0.1), layers.Normalization(mean=[0.0] * 3, variance=[1.0] * 3),
        layers.Rescaling(2.0), layers.GlobalMaxPooling2D(),
    ])  # fmt: skip


def _bucketed(keras: Any) -> Any:
    layers = keras.layers
    entry = keras.Input((3,))
    return keras.Model(entry, layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0])(entry))


def _separable(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential([
        keras.Input((9, 9, 2)), layers.SeparableConv2D(3, 3), layers.DepthwiseConv2D(3), layers.LeakyReLU(),
        layers.PReLU(), layers.ZeroPadding2D(1), layers.UpSampling2D(2), layers.Conv2DTranspose(2, 3),
        layers.GroupNormalization(2), layers.SpatialDropout2D(0.1), layers.GlobalAveragePooling2D(),
    ])  # fmt: skip


def _operations(keras: Any) -> Any:
    ops = keras.ops
    entry = keras.Input((4, 4))
    mixed = ops.matmul(entry, ops.transpose(entry, (0, 2, 1)))
    return keras.Model(entry, ops.mean(ops.relu(mixed) + 1.0, axis=-1))


def _mixed_precision(keras: Any) -> Any:
    layers = keras.layers
    kinds = {
        "kernel_initializer": keras.initializers.HeNormal(seed=1),
        "bias_constraint": keras.constraints.MaxNorm(2.0),
    }
    return keras.Sequential([
        keras.Input((4,)), layers.Dense(4, dtype=keras.DTypePolicy("mixed_float16"), **kinds), layers.Reshape((2, 2)),
        layers.Permute((2, 1)), layers.Flatten(), layers.GaussianNoise(0.1), layers.UnitNormalization(),
    ])  # fmt: skip


MODELS: dict[str, Callable[[Any], Any]] = {
    "sequential": _sequential, "functional": _functional, "nested": _nested, "recurrent": _recurrent, "text": _text,
    "attention": _attention, "preprocessing": _preprocessing, "bucketed": _bucketed,
    "separable": _separable, "operations": _operations, "mixed_precision": _mixed_precision,
}  # fmt: skip


def _saved(build: Callable[[Any], Any]) -> Write:
    def write(path: Path) -> None:
        build(_keras()).save(path)

    return write


def _weights(build: Callable[[Any], Any]) -> Write:
    def write(path: Path) -> None:
        build(_keras()).save_weights(path)

    return write


def _json(build: Callable[[Any], Any]) -> Write:
    def write(path: Path) -> None:
        path.write_text(build(_keras()).to_json())

    return write


for _name, _build in MODELS.items():
    FILES.append((f"{_name}.keras", _saved(_build)))
    if _name not in {"operations"}:
        FILES.append((f"{_name}.h5", _saved(_build)))
for _name in ("sequential", "functional", "recurrent"):
    FILES.append((f"{_name}.weights.h5", _weights(MODELS[_name])))
    FILES.append((f"{_name}.json", _json(MODELS[_name])))


def _trained(path: Path) -> None:
    import numpy

    keras = _keras()
    model = _recurrent(keras)
    model.fit(numpy.zeros((4, 5, 4)), numpy.zeros((4, 1)), verbose=0)
    model.save(path)


FILES.append(("trained.keras", _trained))
FILES.append(("trained.h5", _trained))


# -- h5py ----------------------------------------------------------------------------------------------------------


def _fill(file: Any) -> None:
    import h5py
    import numpy

    group = file.create_group("layers/dense")
    group.attrs["names"] = numpy.array([b"kernel", b"bias"])
    group.attrs["note"] = "text of any length, as a variable-length string"
    group.attrs["scale"] = 0.5
    group.attrs["table"] = numpy.arange(12).reshape(3, 4)
    file.create_dataset("layers/dense/kernel", data=numpy.ones((6, 5), "float32"))
    file.create_dataset("scalar", data=3)
    file.create_dataset("empty", shape=(0, 3), maxshape=(None, 3), chunks=(4, 3), dtype="float16")
    file.create_dataset("null", data=h5py.Empty("f4"))
    file.create_dataset("packed", data=numpy.zeros((100, 100)), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("lzf", data=numpy.arange(5000), chunks=(512,), compression="lzf")
    file.create_dataset("strings", data=["one", "two", "three"], dtype=h5py.string_dtype())
    file.create_dataset("fixed", data=numpy.array([b"a", b"bc"]))
    file.create_dataset("structured", data=numpy.zeros(3, [("a", "i4"), ("b", "f8", (2,)), ("c", "S4")]))
    file.create_dataset("flags", data=numpy.array([True, False]))
    file.create_dataset("complex", data=numpy.ones(3, "complex64"))
    file.create_dataset("filled", shape=(4, 4), dtype="int64", fillvalue=7)
    file["alias"] = file["scalar"]
    file["soft"] = h5py.SoftLink("/layers/dense/kernel")


def _h5(libver: Any = None, **words: Any) -> Write:
    def write(path: Path) -> None:
        import h5py

        with h5py.File(path, "w", libver=libver, **words) as file:
            _fill(file)

    return write


def _many(libver: str) -> Write:
    def write(path: Path) -> None:
        import h5py
        import numpy

        with h5py.File(path, "w", libver=libver) as file:
            for number in range(300):
                file.create_dataset(f"group/tensor_{number:04}", data=numpy.full((3,), number, "f4"))
            for number in range(40):
                file["group"].attrs[f"attribute {number}"] = f"value {number}"
            file["group"].attrs["long"] = numpy.array([b"x" * 40] * 800)

    return write


def _ordered(path: Path) -> None:
    import h5py

    with h5py.File(path, "w", libver="latest", track_order=True) as file:
        for number in range(20):
            file.create_group(f"z{19 - number}").attrs["number"] = number


def _chunked(path: Path) -> None:
    import h5py
    import numpy

    with h5py.File(path, "w", libver="latest") as file:
        file.create_dataset("fixed array", data=numpy.arange(10_000), chunks=(10,))
        file.create_dataset("extensible", data=numpy.arange(1000), chunks=(10,), maxshape=(None,))
        file.create_dataset("tree", data=numpy.zeros((50, 50)), chunks=(5, 5), maxshape=(None, None))
        file.create_dataset("single", data=numpy.zeros((5, 5)), chunks=(5, 5), compression="gzip")
        file.create_dataset("implicit", shape=(20, 20), chunks=(5, 5))


FILES += [
    ("earliest.h5", _h5("earliest")),
    ("latest.h5", _h5("latest")),
    ("v108.h5", _h5(("earliest", "v108"))),
    ("v110.hdf5", _h5("v110")),
    ("user_block.h5", _h5(userblock_size=1024)),
    ("paged.h5", _h5("latest", fs_strategy="page", fs_persist=True)),
    ("many_earliest.h5", _many("earliest")),
    ("many_latest.h5", _many("latest")),
    ("ordered.h5", _ordered),
    ("chunked.h5", _chunked),
]


# -- what really holds code or classes of somebody's own -----------------------------------------------------------


def _own_layer(path: Path) -> None:
    keras = _keras()

    @keras.saving.register_keras_serializable(package="Inert", name="Own")
    class Own(keras.layers.Layer):  # type: ignore[misc,name-defined]
        def call(self, inputs: Any) -> Any:
            return inputs

    keras.Sequential([keras.Input((3,)), Own(), keras.layers.Dense(1)]).save(path)


CUSTOM += [("own_layer.keras", _own_layer), ("own_layer.h5", _own_layer)]
