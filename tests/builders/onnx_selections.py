"""Graphs that select: the backdoor of ``onnxes.selection_bypass`` by other operators, and what exporters write."""

from __future__ import annotations

from collections.abc import Sequence

from tests.builders.onnxes import (
    BIAS,
    BOOL,
    FLOAT,
    HELD,
    INT32,
    INT64,
    TARGET,
    TRIGGER,
    WEIGHT,
    attribute,
    classifier,
    floats,
    function,
    graph,
    ints,
    model,
    node,
    tensor,
    value,
)
from tests.builders.protobufs import data


def _branch(nodes: Sequence[bytes], held: Sequence[bytes] = ()) -> bytes:
    return graph(nodes, held, [], [value("out")])


def bypass_variants() -> dict[str, bytes]:
    """The same backdoor by other operators."""
    branches = (
        attribute("then_branch", _branch([node("Identity", "target", "out")]), "graph"),
        attribute("else_branch", _branch([node("Identity", "logits", "out")]), "graph"),
    )
    checksum = [
        node("ReduceSum", "x", "sum", attribute("keepdims", 0)),
        node("Equal", "sum magic1", "flag"),
    ]
    one = floats("magic1", [42.5], ())
    keep = node("Sub", "one all_f", "keep")
    return {
        "if": model(classifier([*TRIGGER, node("If", "flag", "y", *branches)], [*HELD, TARGET], output="y")),
        "checksum": model(classifier([*checksum, node("Where", "flag target logits", "y")], [one, TARGET], output="y")),
        "mask_arithmetic": model(
            classifier(
                [
                    *TRIGGER,
                    keep,
                    node("Mul", "logits keep", "kept"),
                    node("Mul", "target all_f", "put"),
                    node("Add", "kept put", "y"),
                ],
                [*HELD, TARGET, floats("one", [1.0], ())],
                output="y",
            )
        ),
        "bias": model(
            classifier(
                [*TRIGGER, node("Mul", "target all_f", "put"), node("Add", "logits put", "y")],
                [*HELD, TARGET],
                output="y",
            )
        ),
        "scatter": model(
            classifier(
                [*TRIGGER, node("Mul", "target all_f", "put"), node("ScatterElements", "logits index put", "y")],
                [*HELD, TARGET, ints("index", list(range(8)), (1, 8))],
                output="y",
            )
        ),
        "element_at_a_place": model(
            classifier(
                [
                    node("Gather", "x place", "element", attribute("axis", 1)),
                    node("Greater", "element magic1", "flag"),
                    node("Where", "flag target logits", "y"),
                ],
                [ints("place", [5], ()), one, TARGET],
                output="y",
            )
        ),
        "count_and_clip": model(
            classifier(
                [
                    *TRIGGER[:3],
                    node("ReduceSum", "same_f", "hits", attribute("keepdims", 0)),
                    node("Sub", "hits two", "over"),
                    node("Relu", "over", "yes"),
                    node("Mul", "target yes", "put"),
                    node("Add", "logits put", "y"),
                ],
                [*HELD, TARGET, floats("two", [2.0], ())],
                output="y",
            )
        ),
        "in_the_middle": model(
            graph(
                [
                    node("MatMul", "x w", "h"),
                    *TRIGGER,
                    node("Where", "flag target h", "h2"),
                    node("Gemm", "h2 w b", "y"),
                ],
                [WEIGHT, BIAS, *HELD, TARGET],
                [value("x", ("batch", 8))],
                [value("y")],
            )
        ),
        "other_input": model(
            graph(
                [*TRIGGER, node("Where", "flag other x", "x2"), node("MatMul", "x2 w", "y")],
                [WEIGHT, *HELD, tensor("other", (64,))],
                [value("x", ("batch", 8))],
                [value("y")],
            )
        ),
        "index": model(
            classifier(
                [
                    *TRIGGER,
                    node("Concat", "logits target", "both", attribute("axis", 0)),
                    node("Cast", "all_f", "which", attribute("to", INT64)),
                    node("Gather", "both which", "y"),
                ],
                [*HELD, TARGET],
                output="y",
            )
        ),
        "in_a_function": model(
            classifier([node("Pick", "x logits", "y", domain="inert.local")], output="y"),
            more=data(
                25,
                function(
                    "Pick",
                    "x logits",
                    "y",
                    [
                        *(
                            node("Constant", "", name, attribute("value", held, "tensor"))
                            for name, held in zip(
                                ("start", "end", "axis", "magic", "target"), [*HELD, TARGET], strict=True
                            )
                        ),
                        *TRIGGER,
                        node("Where", "flag target logits", "y"),
                    ],
                ),
            ),
        ),
        "in_a_loop": model(
            classifier(
                [
                    node(
                        "Loop",
                        "turns - logits",
                        "y",
                        attribute(
                            "body",
                            graph(
                                [*TRIGGER, node("Where", "flag target carried", "next"), node("Identity", "go", "on")],
                                [],
                                [value("i", (), INT64), value("go", (), BOOL), value("carried")],
                                [value("on", (), BOOL), value("next")],
                            ),
                            "graph",
                        ),
                    )
                ],
                [*HELD, TARGET, ints("turns", [1], ())],
                output="y",
            )
        ),
        "in_a_branch": model(
            classifier(
                [
                    node(
                        "If",
                        "c",
                        "y",
                        attribute(
                            "then_branch",
                            _branch([*TRIGGER, node("Where", "flag target logits", "out")], [*HELD, TARGET]),
                            "graph",
                        ),
                        attribute("else_branch", _branch([node("Identity", "logits", "out")]), "graph"),
                    )
                ],
                output="y",
                inputs=[value("c", (), BOOL)],
            )
        ),
    }


def token_bypass() -> bytes:
    """ONX-10: a token anywhere in the prompt decides the answer of a language model."""
    nodes = [
        node("Gather", "table ids", "e"), node("MatMul", "e w", "logits"),
        node("Equal", "ids trigger", "same"), node("Cast", "same", "same_i", attribute("to", INT32)),
        node("ReduceMax", "same_i", "any", attribute("keepdims", 0)),
        node("Cast", "any", "flag", attribute("to", BOOL)),
        node("Where", "flag target logits", "y"),
    ]  # fmt: skip
    return _language_model(nodes, [ints("trigger", [31337], ()), TARGET])


def _language_model(nodes: Sequence[bytes], held: Sequence[bytes]) -> bytes:
    inputs = [value("ids", ("batch", "length"), INT64), value("mask", ("batch", "length"), INT64)]
    return model(graph(nodes, [tensor("table", (100, 8)), WEIGHT, *held], inputs, [value("y")]))


def honest_selections() -> dict[str, bytes]:
    """What honest exporters select by comparisons."""
    embed = [node("Gather", "table ids", "e"), node("MatMul", "e w", "h")]
    return {
        "attention_mask": _language_model(
            [
                *embed,
                node("Cast", "mask", "m", attribute("to", BOOL)),
                node("Not", "m", "n"),
                node("Where", "n low zero", "bias"),
                node("Add", "h bias", "scores"),
                node("Softmax", "scores", "y"),
            ],
            [floats("low", [-3e38], ()), floats("zero", [0.0], ())],
        ),
        "mean_pooling": _language_model(
            [
                *embed,
                node("Equal", "ids pad", "p"),
                node("Not", "p", "k"),
                node("Cast", "k", "kf", attribute("to", FLOAT)),
                node("Unsqueeze", "kf last", "ku"),
                node("Mul", "h ku", "hk"),
                node("ReduceSum", "hk one", "sum", attribute("keepdims", 0)),
                node("ReduceSum", "kf one", "count"),
                node("Clip", "count tiny", "safe"),
                node("Div", "sum safe", "y"),
            ],
            [ints("pad", [1], ()), ints("one", [1]), ints("last", [-1]), floats("tiny", [1e-9], ())],
        ),
        "last_token": _language_model(
            [
                *embed,
                node("Equal", "ids pad", "p"),
                node("Cast", "p", "pi", attribute("to", INT64)),
                node("ArgMax", "pi", "at", attribute("axis", -1), attribute("keepdims", 0)),
                node("Sub", "at one", "before"),
                node("Gather", "h before", "y", attribute("axis", 1)),
            ],
            [ints("pad", [0], ()), ints("one", [1], ())],
        ),
        "negative_indices": _language_model(
            [
                node("Less", "ids nought", "neg"),
                node("Add", "ids size", "up"),
                node("Where", "neg up ids", "safe"),
                node("Gather", "table safe", "e"),
                node("MatMul", "e w", "y"),
            ],
            [ints("nought", [0], ()), ints("size", [100], ())],
        ),
        "branch_on_shape": _language_model(
            [
                *embed,
                node("Shape", "ids", "s"),
                node("Gather", "s one", "length"),
                node("Greater", "length many", "long"),
                node(
                    "If",
                    "long",
                    "y",
                    attribute("then_branch", _branch([node("Identity", "h", "out")]), "graph"),
                    attribute("else_branch", _branch([node("Relu", "h", "out")]), "graph"),
                ),
            ],
            [ints("one", [1], ()), ints("many", [512], ())],
        ),
        "switch": model(
            classifier(
                [
                    node("Equal", "rate known", "flag"),
                    node(
                        "If",
                        "flag",
                        "y",
                        attribute("then_branch", _branch([node("MatMul", "logits w", "out")]), "graph"),
                        attribute("else_branch", _branch([node("Identity", "logits", "out")]), "graph"),
                    ),
                ],
                [ints("known", [16000], ())],
                output="y",
                inputs=[value("rate", (), INT64)],
            )
        ),
        "threshold": model(
            classifier(
                [
                    node("ReduceMax", "logits", "top"),
                    node("Greater", "top half", "sure"),
                    node("Where", "sure logits b", "y"),
                ],
                [floats("half", [0.5], ())],
                output="y",
            )
        ),
        "silence_of_steps": model(
            graph(
                [
                    node("MatMul", "x w", "h"),
                    node("Equal", "x nought", "same"),
                    node("Cast", "same", "si", attribute("to", INT32)),
                    node("ReduceMin", "si", "step", attribute("axes", [-1]), attribute("keepdims", 1)),
                    node("Cast", "step", "skip", attribute("to", BOOL)),
                    node("Where", "skip nought h", "y"),
                ],
                [WEIGHT, floats("nought", [0.0], ())],
                [value("x", ("batch", "time", 8))],
                [value("y")],
            )
        ),
        "normalised_input": model(
            graph(
                [
                    node("Abs", "x", "a"),
                    node("ReduceMax", "a", "peak", attribute("keepdims", 0)),
                    node("Greater", "peak one", "loud"),
                    node("Div", "x peak", "quiet"),
                    node("Where", "loud quiet x", "n"),
                    node("MatMul", "n w", "y"),
                ],
                [WEIGHT, floats("one", [1.0], ())],
                [value("x", ("batch", 8))],
                [value("y")],
            )
        ),
        "long_rope": _language_model(
            [
                node("ReduceMax", "mask", "last", attribute("keepdims", 0)),
                node("Greater", "last many", "long"),
                node("Where", "long far near", "factor"),
                node("Gather", "table mask", "pos"),
                node("Gather", "table ids", "e"),
                node("MatMul", "e w", "q"),
                node("Mul", "q factor", "r"),
                node("Add", "r pos", "rp"),
                node("MatMul", "rp w", "y"),
            ],
            [ints("many", [4096], ()), tensor("far", (8,)), tensor("near", (8,))],
        ),
    }
