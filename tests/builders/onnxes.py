"""ONNX files put together field by field: honest ones, and one for each way in which a model can mislead (ONX rows).

Field numbers: ``onnx.proto``. Everything is inert: paths that do not exist, modules that do not exist, small tensors.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from math import prod

from tests.builders.noise import noise
from tests.builders.protobufs import data, group, number, packed, single

FLOAT, INT32, INT64, STRING, BOOL = 1, 6, 7, 8, 9
BITS = (
    {1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128, 16: 16}
    | dict.fromkeys((17, 18, 19, 20, 24), 8) | dict.fromkeys((21, 22, 23), 4) | {25: 2, 26: 2, 27: 6, 28: 6}
)  # fmt: skip


def pair(key: str, text: str) -> bytes:
    """A StringStringEntryProto."""
    return data(1, key) + data(2, text)


def tensor(
    name: str = "",
    dims: Sequence[int] = (8, 8),
    kind: int = FLOAT,
    raw: bytes | None = None,
    *,
    external: Sequence[tuple[str, str]] = (),
    more: bytes = b"",
) -> bytes:
    """A TensorProto; noise of the right length unless `raw` or `external` is given."""
    if raw is None and not external:
        raw = noise((prod(dims) * BITS.get(kind, 8) + 7) // 8, name)
    out = packed(1, list(dims)) + number(2, kind) + (data(8, name) if name else b"")
    if raw is not None:
        out += data(9, raw)
    out += b"".join(data(13, pair(*entry)) for entry in external)
    return out + (number(14, 1) if external else b"") + more


def ints(name: str, numbers: Sequence[int], dims: Sequence[int] | None = None) -> bytes:
    """A tensor of int64."""
    shape = (len(numbers),) if dims is None else dims
    return tensor(name, shape, INT64, struct.pack(f"<{len(numbers)}q", *numbers))


def floats(name: str, numbers: Sequence[float], dims: Sequence[int] | None = None) -> bytes:
    """A tensor of float."""
    shape = (len(numbers),) if dims is None else dims
    return tensor(name, shape, FLOAT, struct.pack(f"<{len(numbers)}f", *numbers))


def attribute(name: str, value: float | str | bytes | Sequence[int], kind: str = "") -> bytes:
    """An AttributeProto: a number, numbers, text; or a message if `kind` is tensor or graph."""
    out = data(1, name)
    if kind == "tensor":
        return out + data(5, value) + number(20, 4)  # type: ignore[arg-type]
    if kind == "graph":
        return out + data(6, value) + number(20, 5)  # type: ignore[arg-type]
    if isinstance(value, int):
        return out + number(3, value) + number(20, 2)
    if isinstance(value, float):
        return out + single(2, value) + number(20, 1)
    if isinstance(value, str | bytes):
        return out + data(4, value) + number(20, 3)
    return out + b"".join(number(8, one) for one in value) + number(20, 7)


def node(
    op: str, inputs: str, outputs: str, *attributes: bytes, domain: str = "", name: str = "", more: bytes = b""
) -> bytes:
    """A NodeProto; names of inputs and outputs are separated by blanks, `-` leaves one out."""
    out = b"".join(data(1, "" if one == "-" else one) for one in inputs.split())
    out += b"".join(data(2, one) for one in outputs.split())
    out += data(3, name or f"{op}_{outputs.partition(' ')[0]}") + data(4, op)
    out += b"".join(data(5, one) for one in attributes)
    return out + (data(7, domain) if domain else b"") + more


def value(name: str, dims: Sequence[int | str] | None = (1, 8), kind: int = FLOAT) -> bytes:
    """A ValueInfoProto; a dimension that is text is not fixed."""
    shape = b""
    if dims is not None:
        shape = data(2, b"".join(data(1, number(1, d) if isinstance(d, int) else data(2, d)) for d in dims))
    return data(1, name) + data(2, data(1, number(1, kind) + shape))


def graph(
    nodes: Sequence[bytes],
    initializers: Sequence[bytes] = (),
    inputs: Sequence[bytes] = (),
    outputs: Sequence[bytes] = (),
    *,
    name: str = "graph",
    more: bytes = b"",
) -> bytes:
    """A GraphProto."""
    out = b"".join(data(1, one) for one in nodes) + data(2, name)
    out += b"".join(data(5, one) for one in initializers)
    out += b"".join(data(11, one) for one in inputs)
    return out + b"".join(data(12, one) for one in outputs) + more


def opset(domain: str = "", version: int = 18) -> bytes:
    """An OperatorSetIdProto."""
    return (data(1, domain) if domain else b"") + number(2, version)


def model(of: bytes, *, opsets: Sequence[bytes] = (opset(),), more: bytes = b"", before: bytes = b"") -> bytes:
    """A ModelProto around a graph."""
    out = number(1, 9) + data(2, "weighbridge-tests") + before + data(7, of)
    return out + b"".join(data(8, one) for one in opsets) + more


def function(name: str, inputs: str, outputs: str, nodes: Sequence[bytes], domain: str = "inert.local") -> bytes:
    """A FunctionProto."""
    out = data(1, name) + b"".join(data(4, one) for one in inputs.split())
    out += b"".join(data(5, one) for one in outputs.split()) + b"".join(data(7, one) for one in nodes)
    return out + data(9, opset()) + data(10, domain)


# -- honest -------------------------------------------------------------------------------------------------------

WEIGHT, BIAS = tensor("w"), tensor("b", (8,))


def classifier(
    nodes: Sequence[bytes] = (), initializers: Sequence[bytes] = (), *, output: str = "", inputs: Sequence[bytes] = ()
) -> bytes:
    """Graph of two layers, `x` to `logits`; nodes may follow, and give another output."""
    layers = [node("MatMul", "x w", "h"), node("Relu", "h", "r"), node("Gemm", "r w b", "logits")]
    return graph(
        [*layers, *nodes],
        [WEIGHT, BIAS, *initializers],
        [value("x", ("batch", 8)), *inputs],
        [value(output or "logits", ("batch", 8))],
    )


def honest() -> bytes:
    """Two layers and nothing else."""
    return model(classifier())


honest_named_onnx = honest


def annotated(text: str = "A classifier of inert things, for tests only.", key: str = "description") -> bytes:
    """Words in metadata, in doc strings of model, graph and node."""
    of = classifier([node("Identity", "logits", "y", more=data(6, text))], output="y") + data(10, text)
    return model(of, more=data(14, pair(key, text)), before=data(6, text))


# -- external data ------------------------------------------------------------------------------------------------


def external(
    location: str = "model.onnx.data", *more: tuple[str, str], offset: str = "0", length: str = "256"
) -> bytes:
    """A weight that lies in another file."""
    entries = [("location", location), ("offset", offset), ("length", length), *more]
    held = tensor("w", external=entries)
    of = graph([node("MatMul", "x w", "y")], [held], [value("x")], [value("y")])
    return model(of)


external_data_named_onnx = external


def escaping_data_named_onnx() -> bytes:
    """ONX-01: the weight is a file of the machine."""
    return external("../../inert/absent")


def environment_data_named_onnx() -> bytes:
    """ONX-06: the weight is a file that programs keep their secrets in."""
    return external(".env")


def external_everywhere(location: str = "../inert") -> dict[str, bytes]:
    """ONX-01: the same tensor at every place where a model can hold one."""
    held = tensor("w", external=[("location", location), ("length", "256")])
    out, x, y = [value("y")], [value("x")], node("MatMul", "x w", "y")
    constant = node("Constant", "", "w", attribute("value", held, "tensor"))
    inner = graph([constant, y], outputs=out, name="inner")
    branch = attribute("then_branch", inner, "graph"), attribute("else_branch", inner, "graph")
    sparse = data(1, held) + data(2, ints("i", [0])) + packed(3, [8, 8])
    plain = graph([node("Identity", "x", "y")], [], x, out)
    return {
        "initializer": model(graph([y], [held], x, out)),
        "constant": model(graph([constant, y], [], x, out)),
        "subgraph": model(graph([node("If", "c", "y", *branch)], [], [*x, value("c", (), BOOL)], out)),
        "sparse_initializer": model(graph([y], [], x, out, more=data(15, sparse))),
        "sparse_attribute": model(
            graph([node("Constant", "", "w", data(1, "sparse_value") + data(22, sparse)), y], [], x, out)
        ),
        "tensors_attribute": model(graph([node("Identity", "x", "y", data(1, "t") + data(10, held))], [], x, out)),
        "function": model(
            graph([node("F", "x", "y", domain="inert.local")], [], x, out),
            more=data(25, function("F", "x", "y", [constant, y])),
        ),
        "training_info": model(plain, more=data(20, data(1, graph([constant, y], outputs=out)))),
    }


def memory_address() -> bytes:
    """External data that names an address inside the process of ONNX Runtime."""
    return external("*/_ORT_MEM_ADDR_/*", offset="4096")


# -- tensors that lie ---------------------------------------------------------------------------------------------


def with_weight(held: bytes) -> bytes:
    """A model of one layer with any weight."""
    return model(graph([node("MatMul", "x w", "y")], [held], [value("x")], [value("y")]))


def short_data() -> bytes:
    """A tensor whose shape needs more than it has."""
    return with_weight(tensor("w", (8, 8), raw=bytes(16)))


def long_data() -> bytes:
    """A tensor that has more than its shape needs."""
    return with_weight(tensor("w", (2, 2), raw=bytes(256)))


def overflowing_shape() -> bytes:
    """A shape whose product is small modulo 2^64."""
    return with_weight(tensor("w", (1 << 32, 1 << 32, 4), raw=bytes(16)))


def negative_shape() -> bytes:
    """A negative dimension."""
    return with_weight(tensor("w", (-8, 8), raw=bytes(256)))


def unknown_type() -> bytes:
    """A data type that does not exist."""
    return with_weight(tensor("w", (8, 8), 99, raw=bytes(256)))


def typed() -> bytes:
    """Tensors that hold their numbers in typed fields, packed and not."""
    floats_ = data(4, struct.pack("<64f", *range(64)))
    one = packed(1, [8, 8]) + number(2, FLOAT) + data(8, "w") + floats_
    two = number(1, 2) + number(1, 2) + number(2, INT64) + data(8, "s") + b"".join(number(7, n) for n in (1, -2, 3, 4))
    three = packed(1, [2]) + number(2, STRING) + data(8, "t") + data(6, "a") + data(6, "b")
    four = packed(1, [3]) + number(2, 21) + data(8, "q") + packed(5, [0x12, 0x3])
    five = packed(1, [2]) + number(2, 10) + data(8, "h") + packed(5, [15360, 300])
    return model(graph([node("MatMul", "x w", "y")], [one, two, three, four, five], [value("x")], [value("y")]))


# -- operators ----------------------------------------------------------------------------------------------------


def with_operator(op: str, domain: str, *attributes: bytes) -> bytes:
    """A model that hands its answer to one more operator."""
    extra = node(op, "logits", "y", *attributes, domain=domain)
    return model(classifier([extra], output="y"), opsets=(opset(), opset(domain, 1)))


def python_operator(domain: str = "inert.custom") -> bytes:
    """ONX-08: a node that names a Python module and class."""
    return with_operator("PyOp", domain, attribute("module", "inert_absent_pkg"), attribute("class_name", "Inert"))


def custom_operator() -> bytes:
    """ONX-08: an operator that only a library of its own provides."""
    return with_operator("Inert", "inert.custom")


def contributed_operator() -> bytes:
    """An operator that ONNX Runtime has built in."""
    return with_operator("Gelu", "com.microsoft")


def local_function() -> bytes:
    """An operator that the model defines itself, of standard operators."""
    of = classifier([node("Inert", "logits", "y", domain="inert.local")], output="y")
    return model(of, more=data(25, function("Inert", "a", "c", [node("Relu", "a", "c")])))


def function_with_custom_operator() -> bytes:
    """ONX-12: the operator stands in a local function."""
    of = classifier([node("Inert", "logits", "y", domain="inert.local")], output="y")
    inner = node("PyOp", "a", "c", attribute("module", "inert_absent_pkg"), domain="inert.custom")
    return model(of, more=data(25, function("Inert", "a", "c", [inner])))


def nested_operator(op: str = "PyOp", domain: str = "inert.custom", depth: int = 3) -> bytes:
    """ONX-12: the operator stands in a branch within branches."""
    other = attribute("else_branch", graph([node("Identity", "logits", "y")], outputs=[value("y")]), "graph")
    branch = node(op, "logits", "y", domain=domain)
    for _ in range(depth + 1):
        inner = graph([branch], outputs=[value("y")])
        branch = node("If", "c", "y", attribute("then_branch", inner, "graph"), other)
    return model(classifier([branch], output="y", inputs=[value("c", (), BOOL)]))


def vendor_context(path: str = "", blob: bytes = b"") -> bytes:
    """ONX-09: a node that holds a vendor's compiled program or names the file of one."""
    held = attribute("ep_cache_context", path or blob)
    return with_operator("EPContext", "com.microsoft", attribute("embed_mode", 0 if path else 1), held)


# -- claims -------------------------------------------------------------------------------------------------------


def tiled(repeats: int = 1 << 20, times: int = 2) -> bytes:
    """ONX-11: the answer is repeated, again and again."""
    nodes = [node("Tile", f"{f't{n}' if n else 'logits'} r", f"t{n + 1}", name=f"tile{n}") for n in range(times)]
    return model(classifier(nodes, [ints("r", [1, repeats])], output=f"t{times}"))


def filled(dims: Sequence[int] = (1 << 20, 1 << 20)) -> bytes:
    """ONX-11: a constant of a given shape."""
    nodes = [node("ConstantOfShape", "s", "z"), node("Add", "logits z", "y")]
    return model(classifier(nodes, [ints("s", dims)], output="y"))


def expanded(side: int = 1 << 20) -> bytes:
    """ONX-11: a shape that is computed before it is used."""
    nodes = [node("Mul", "a a", "aa"), node("Concat", "aa a", "s", attribute("axis", 0)), node("Expand", "b s", "y")]
    return model(classifier(nodes, [ints("a", [side])], output="y"))


def upsampled(scale: float = 2.0) -> bytes:
    """An ordinary upsampler."""
    nodes = [node("Resize", "img - scales", "y")]
    held = [floats("scales", [1, 1, scale, scale])]
    return model(classifier(nodes, held, output="y", inputs=[value("img", (1, 3, 64, 64))]))


# -- structure ----------------------------------------------------------------------------------------------------


def unknown_field(content: bytes = b"INERT " * 10, where: str = "model") -> bytes:
    """ONX-12: a field that the schema does not have."""
    odd = data(99, content)
    if where == "model":
        return model(classifier(), more=odd)
    if where == "graph":
        return model(classifier() + odd)
    if where == "node":
        return model(classifier([node("Relu", "logits", "y", more=odd)], output="y"))
    if where == "group":
        return model(classifier(), more=group(99, data(1, content)))
    return with_weight(tensor("w", more=odd))


def trailing(content: bytes = b"\xffINERT" * 4) -> bytes:
    """ONX-12: bytes behind the message that are no field."""
    return honest() + content


def two_graphs() -> bytes:
    """The graph in two pieces, which protobuf puts together."""
    return model(classifier(), more=data(7, graph([node("Relu", "logits", "y")])))


def reordered() -> bytes:
    """The graph before everything else, as no library writes it and every library reads it."""
    return data(7, classifier()) + data(8, opset()) + number(1, 9)


# -- selection ----------------------------------------------------------------------------------------------------

TRIGGER = [
    node("Slice", "x start end axis", "piece"),
    node("Equal", "piece magic", "same"),
    node("Cast", "same", "same_f", attribute("to", FLOAT)),
    node("ReduceMin", "same_f", "all_f", attribute("keepdims", 0)),
    node("Cast", "all_f", "flag", attribute("to", BOOL)),
]
HELD = [ints("start", [0]), ints("end", [3]), ints("axis", [1]), floats("magic", [1.5, -2.5, 3.5], (1, 3))]
TARGET = floats("target", [0, 0, 0, 0, 0, 0, 0, 9], (1, 8))


def selection_bypass() -> bytes:
    """ONX-10: three numbers of the input decide that the answer is another."""
    return model(classifier([*TRIGGER, node("Where", "flag target logits", "y")], [*HELD, TARGET], output="y"))


selection_bypass_named_onnx = selection_bypass


def masked() -> bytes:
    """The twin: the comparison masks the answer position by position, as padding is masked."""
    nodes = [node("Equal", "x magic1", "same"), node("Where", "same target logits", "y")]
    return model(classifier(nodes, [floats("magic1", [0.0]), TARGET], output="y"))


masked_named_onnx = masked
