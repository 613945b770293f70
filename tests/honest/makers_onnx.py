"""Honest files of ONNX and sentencepiece, written by the real libraries: ``FILES`` are (name, write)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[[Path], None]
FILES: list[tuple[str, Write]] = []


def _honest(name: str) -> Callable[[Write], Write]:
    return lambda write: FILES.append((name, write)) or write  # type: ignore[func-returns-value]


def _parts() -> tuple[Any, Any, Any]:
    import numpy
    from onnx import helper, numpy_helper

    return helper, numpy_helper, numpy


def _weights(name: str, *shape: int) -> Any:
    _, numpy_helper, numpy = _parts()
    return numpy_helper.from_array(numpy.random.default_rng(0).standard_normal(shape).astype("float32"), name)


def _network(nodes: list[Any], output: str = "y", **more: Any) -> Any:
    """A layer, `x` to `h`, and nodes behind it."""
    helper, _, _ = _parts()
    first = helper.make_node("Gemm", ["x", "w", "b"], ["h"])
    x, y = (helper.make_tensor_value_info(name, 1, ["batch", 16]) for name in ("x", output))
    graph = helper.make_graph([first, *nodes], "graph", [x], [y], [_weights("w", 16, 16), _weights("b", 16)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18), *more.pop("opsets", [])], **more)


@_honest("plain.onnx")
def _plain(path: Path) -> None:
    import onnx

    helper, _, _ = _parts()
    made = _network([helper.make_node("Softmax", ["h"], ["y"])], doc_string="An honest model of the tests.")
    helper.set_model_props(made, {"author": "the tests", "classes": "{0: 'person', 1: 'bicycle'}"})
    onnx.checker.check_model(made)
    onnx.save(made, path)


@_honest("external.onnx")
def _external(path: Path) -> None:
    import onnx

    helper, _, _ = _parts()
    made = _network([helper.make_node("Relu", ["h"], ["y"])])
    onnx.save(made, path, save_as_external_data=True, location="external.onnx.data", size_threshold=0)


@_honest("function.onnx")
def _function(path: Path) -> None:
    import onnx

    helper, _, _ = _parts()
    opset = helper.make_opsetid("", 18)
    inside = [helper.make_node("Sigmoid", ["a"], ["s"]), helper.make_node("Mul", ["a", "s"], ["c"])]
    function = helper.make_function("tests.local", "Swish", ["a"], ["c"], inside, [opset])
    call = helper.make_node("Swish", ["h"], ["y"], domain="tests.local")
    made = _network([call], functions=[function], opsets=[helper.make_opsetid("tests.local", 1)])
    onnx.checker.check_model(made)
    onnx.save(made, path)


@_honest("branches.onnx")
def _branches(path: Path) -> None:
    import onnx

    helper, numpy_helper, numpy = _parts()
    out = helper.make_tensor_value_info("out", 1, ["batch", 16])
    sides = [helper.make_graph([helper.make_node(op, ["h"], ["out"])], op, [], [out]) for op in ("Relu", "Tanh")]
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "nought"], ["length"]),
        helper.make_node("Greater", ["length", "nought"], ["any"]),
        helper.make_node("If", ["any"], ["y"], then_branch=sides[0], else_branch=sides[1]),
    ]
    made = _network(nodes)
    made.graph.initializer.append(numpy_helper.from_array(numpy.array(0), "nought"))
    onnx.checker.check_model(made)
    onnx.save(made, path)


@_honest("loop.onnx")
def _loop(path: Path) -> None:
    import onnx

    helper, numpy_helper, numpy = _parts()
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Mul", ["v", "half"], ["next"])],
        "body",
        [value("i", 7, []), value("go", 9, []), value("v", 1, ["batch", 16])],
        [value("on", 9, []), value("next", 1, ["batch", 16])],
    )
    made = _network([helper.make_node("Loop", ["turns", "", "h"], ["y"], body=body)])
    for name, number in (("turns", numpy.array(3)), ("half", numpy.array(0.5, "float32"))):
        made.graph.initializer.append(numpy_helper.from_array(number, name))
    onnx.checker.check_model(made)
    onnx.save(made, path)


@_honest("forest.onnx")
def _forest(path: Path) -> None:
    import onnx

    helper, _, _ = _parts()
    scaler = helper.make_node("Scaler", ["x"], ["n"], domain="ai.onnx.ml", offset=[0.0] * 4, scale=[1.0] * 4)
    trees = helper.make_node(
        "TreeEnsembleClassifier", ["n"], ["label", "scores"], domain="ai.onnx.ml", post_transform="NONE",
        nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2], nodes_featureids=[1, 0, 0], nodes_values=[0.5, 0.0, 0.0],
        nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"], nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0],
        class_treeids=[0, 0], class_nodeids=[1, 2], class_ids=[0, 1], class_weights=[1.0, 1.0],
        classlabels_strings=["yes", "no"],
    )  # fmt: skip
    cast = helper.make_node("ZipMap", ["scores"], ["maps"], domain="ai.onnx.ml", classlabels_strings=["yes", "no"])
    x = helper.make_tensor_value_info("x", 1, [None, 4])
    label = helper.make_tensor_value_info("label", 8, [None])
    graph = helper.make_graph([scaler, trees, cast], "forest", [x], [label])
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
    onnx.save(helper.make_model(graph, opset_imports=opsets), path)


@_honest("every_type.onnx")
def _every_type(path: Path) -> None:
    import onnx

    helper, _, _ = _parts()
    made = _network([helper.make_node("Identity", ["h"], ["y"])])
    for kind in onnx.TensorProto.DataType.values():
        if kind in (0, 8) or kind > 24:
            continue
        for raw in (False, True):
            held = helper.make_tensor(
                f"t{kind}{raw}", kind, [3], bytes(48)[: _size(kind)] if raw else [0, 1, 1], raw=raw
            )
            made.graph.initializer.append(held)
    made.graph.initializer.append(helper.make_tensor("words", 8, [2], [b"a", b"b"]))
    onnx.save(made, path)


def _size(kind: int) -> int:
    from weighbridge.formats.onnx.schema import TYPES

    return (3 * TYPES[kind][1] + 7) // 8


def _exported(path: Path, network: Any, given: Any) -> None:
    import torch

    torch.onnx.export(network.eval(), (given,), path, dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "batch"}})


@_honest("torch_convolution.onnx")
def _torch_convolution(path: Path) -> None:
    from torch import nn, rand

    layers = [nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)]
    _exported(path, nn.Sequential(*layers), rand(1, 3, 8, 8))


@_honest("torch_recurrent.onnx")
def _torch_recurrent(path: Path) -> None:
    from torch import nn, rand

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.LSTM(8, 8, batch_first=True)

        def forward(self, x: Any) -> Any:
            return self.rnn(x)[0][:, -1].clamp(0, 1)

    _exported(path, Network(), rand(1, 5, 8))


@_honest("torch_masked.onnx")
def _torch_masked(path: Path) -> None:
    from torch import nn, ones

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding, self.head = nn.Embedding(50, 16, padding_idx=0), nn.Linear(16, 4)

        def forward(self, x: Any) -> Any:
            kept = (x != 0).unsqueeze(-1)
            pooled = (self.embedding(x) * kept).sum(1) / kept.sum(1).clamp(min=1)
            return self.head(pooled.masked_fill(pooled.isnan(), 0.0))

    _exported(path, Network(), ones(1, 7).long())


def _trained(path: Path, kind: str, rule: str) -> None:
    import io

    import sentencepiece

    lines = [f"the lorry weighs {number} stones on the bridge and the gate is open" for number in range(200)]
    held = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=held, vocab_size=40, model_type=kind, hard_vocab_limit=False,
        normalization_rule_name=rule, minloglevel=2,
    )  # fmt: skip
    path.write_bytes(held.getvalue())


FILES.extend(
    (f"{kind}_{rule}.model", lambda path, k=kind, r=rule: _trained(path, k, r))  # type: ignore[misc]
    for kind in ("unigram", "bpe", "char", "word")
    for rule in ("nmt_nfkc", "identity", "nfkc_cf")
)
