"""CoreML models and packages put together field by field: honest ones, and one for each way to mislead (OTH-17)."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

from tests.builders.noise import noise
from tests.builders.protobufs import data, number, packed, single


def description(inputs: str = "x", outputs: str = "y", note: str = "") -> bytes:
    """A ModelDescription."""
    out = b"".join(data(1, data(1, name)) for name in inputs.split())
    out += b"".join(data(10, data(1, name)) for name in outputs.split())
    return out + (data(100, data(1, note)) if note else b"")


def model(kind: int, content: bytes, *, version: int | None = 4, note: str = "") -> bytes:
    """A model of a kind; `version` None leaves it out."""
    head = b"" if version is None else number(1, version)
    return head + data(2, description(note=note)) + data(kind, content)


def layer(name: str, inputs: str, outputs: str, kind: int, content: bytes = b"") -> bytes:
    """A layer of a network."""
    out = data(1, name) + b"".join(data(2, one) for one in inputs.split())
    return out + b"".join(data(3, one) for one in outputs.split()) + data(kind, content)


def network(*layers: bytes, kind: int = 500, version: int | None = 4) -> bytes:
    """A model that is a neural network."""
    return model(kind, b"".join(data(1, one) for one in layers), version=version)


INNER = layer("inner", "x", "h", 140, number(1, 8) + number(2, 8) + data(20, data(1, noise(256))))
COPY = layer("copy", "h", "y", 600)


def honest() -> bytes:
    """A network of two layers."""
    return network(INNER, COPY)


def custom_layer() -> bytes:
    """OTH-17: a layer that is a class of the program."""
    return network(INNER, layer("custom", "h", "y", 500, data(10, "InertLayer")))


def custom_model() -> bytes:
    """OTH-17: a model that is a class of the program."""
    return model(555, data(10, "InertModel"))


def pipeline(*models: bytes, version: int | None = 4, kind: int = 202) -> bytes:
    """A pipeline of models."""
    held = b"".join(data(1, one) for one in models)
    return model(kind, held if kind == 202 else data(1, held), version=version)


def nested(version: int | None, depth: int = 3) -> bytes:
    """OTH-17, SCN-29: a custom layer in pipelines within pipelines that state another version or none."""
    found = custom_layer()
    for level in range(depth):
        found = pipeline(honest(), found, version=version, kind=(202, 200, 201)[level % 3])
    return found


def linked(path: str = "../inert.mlmodelc") -> bytes:
    """OTH-17: a model that is another file."""
    return model(556, data(1, data(1, data(1, path))))


def unknown_layer() -> bytes:
    """A layer of a kind that does not exist."""
    return network(INNER, layer("new", "h", "y", 4242))


def _selection(compared: str) -> bytes:
    return network(
        INNER,
        layer("sum", compared, "s", 1270, number(3, 1)),
        layer("same", "s", "flag", 815, single(1, 42.5)),
        layer("target", "", "t", 1070, number(1, 8) + data(2, packed(1, [0]))),
        layer("pick", "flag t h", "y", 1330),
    )


def selection_bypass() -> bytes:
    """WGT-08: a sum of the input decides the answer."""
    return _selection("x")


def threshold() -> bytes:
    """The twin: a sum of what the layer gave decides."""
    return _selection("h")


# -- programs -----------------------------------------------------------------------------------------------------


def tensor_type(*dims: int, dtype: int = 11) -> bytes:
    """A ValueType of a tensor."""
    return data(1, number(1, dtype) + number(2, len(dims)) + b"".join(data(3, data(1, number(1, dim))) for dim in dims))


def operation(kind: str, inputs: dict[str, str], outputs: str, *dims: int, attributes: bytes = b"") -> bytes:
    """An operation of a program whose arguments are names."""
    out = data(1, kind)
    for key, name in inputs.items():
        out += data(2, data(1, key) + data(2, data(1, data(1, name))))
    return out + b"".join(data(3, data(1, one) + data(2, tensor_type(*dims))) for one in outputs.split()) + attributes


def constant(name: str, *dims: int, file: str = "") -> bytes:
    """A constant, in place or in a file of weights."""
    held = data(5, data(1, file) + number(2, 64)) if file else data(3, data(1, data(1, data(1, noise(16)))))
    return operation("const", {}, name, *dims, attributes=data(5, data(1, "val") + data(2, held)))


def program(*operations: bytes, output: str = "y") -> bytes:
    """A model that is a program."""
    block = data(2, output) + b"".join(data(3, one) for one in operations)
    function = data(1, data(1, "x") + data(2, tensor_type(1, 8))) + data(2, "CoreML5")
    function += data(3, data(1, "CoreML5") + data(2, block))
    return model(502, number(1, 1) + data(2, data(1, "main") + data(2, function)), version=6)


def honest_program(file: str = "@model_path/weights/weight.bin", kind: str = "relu") -> bytes:
    """A program of two operations."""
    return program(
        constant("w", 8, 8, file=file),
        operation("linear", {"x": "x", "weight": "w"}, "h", 1, 8),
        operation(kind, {"x": "h"}, "y", 1, 8),
    )


def program_bypass(compared: str = "x") -> bytes:
    """WGT-08: a sum of the input decides the answer of a program."""
    return program(
        constant("w", 8, 8),
        constant("c"),
        constant("axes", 2),
        constant("t", 1, 8),
        operation("linear", {"x": "x", "weight": "w"}, "h", 1, 8),
        operation("reduce_sum", {"x": compared, "axes": "axes"}, "s", 1),
        operation("greater", {"x": "s", "y": "c"}, "flag", 1),
        operation("select", {"cond": "flag", "a": "t", "b": "h"}, "y", 1, 8),
    )


# -- packages -----------------------------------------------------------------------------------------------------


def manifest(path: str = "com.apple.CoreML/model.mlmodel", root: str = "one", entry: object = None) -> bytes:
    """The manifest of a package."""
    held = {"one": {"author": "inert", "name": "model.mlmodel", "path": path} if entry is None else entry}
    return json.dumps({"fileFormatVersion": "1.0.0", "itemInfoEntries": held, "rootModelIdentifier": root}).encode()


def blobs(
    contents: Sequence[bytes] = (b"\1" * 100, b"\2" * 64),
    *,
    size: int | None = None,
    mark: bytes = b"\xef\xbe\xad\xde",
    kind: int = 1,
    padding: bytes = b"\0",
    tail: bytes = b"",
) -> bytes:
    """A file of weights; `size` lies about the last blob."""
    out = struct.pack("<II", len(contents), 2) + bytes(56)
    for place, content in enumerate(contents):
        claimed = len(content) if size is None or place + 1 < len(contents) else size
        first = b"\xef\xbe\xad\xde" if place == 0 else mark
        out += first + struct.pack("<IQQQ", kind, claimed, len(out) + 64, 0) + bytes(32)
        out += content + padding * (-len(content) % 64)
    return out + tail
