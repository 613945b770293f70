"""Recognition by structure: TensorFlow's own messages, and none of anybody else's."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.builders import graphs as parts
from tests.builders import savedmodels as files
from tests.builders.tensorflow_originals import original
from weighbridge.core.source import BytesSource
from weighbridge.formats.sniff import sniff
from weighbridge.formats.tensorflow import kinds


def kind(content: bytes) -> str:
    return kinds.sniff(content[:4096], BytesSource(content))


def test_each_message_is_told_from_the_others() -> None:
    graph = parts.graph(parts.COMPUTING)
    assert kind(graph) == kinds.GRAPH
    assert kind(parts.graph((), [files.writing_function()])) == kinds.GRAPH
    assert kind(parts.meta_graph(graph)) == kinds.META_GRAPH
    assert kind(parts.held(2, graph)) == kinds.META_GRAPH
    assert kind(parts.saved_model(graph)) == kinds.SAVED_MODEL
    assert kind(parts.held(2, parts.meta_graph(graph))) == kinds.SAVED_MODEL
    assert kind(files.keras_metadata(files.DENSE)) == kinds.KERAS
    assert kind(original("fingerprint")) == kinds.FINGERPRINT


def test_unknown_fields_do_not_hide_a_graph() -> None:
    assert kind(parts.held(19, b"INERT") * 50 + parts.graph(parts.COMPUTING)) == kinds.GRAPH
    assert kind(parts.held(1, b"") * 50 + parts.graph(parts.COMPUTING)) == kinds.GRAPH


def test_a_break_behind_the_first_node_does_not_hide_a_graph() -> None:
    assert kind(parts.graph(parts.COMPUTING) + b"\x0a\xff") == kinds.GRAPH
    assert kind(parts.graph((parts.node("a", "Relu", ("b",)),)) + b"\x0a\xff") == kinds.GRAPH


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x0a", b"\x08\x01\x12\x02", bytes(100), b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"INERT" * 50,
        parts.held(1, parts.number(1, 3)), parts.held(1, parts.held(1, "piece") + b"\x15\0\0\0\0"),
        parts.number(1, 8) + parts.held(2, "pytorch") + parts.held(3, "2.1"),
        parts.number(1, 4) + parts.held(2, parts.held(1, parts.held(1, "a"), parts.held(2, "b"), parts.held(3, b""))),
    ],
)  # fmt: skip
def test_other_bytes_are_nobodys(content: bytes) -> None:
    assert kind(content) == ""


@pytest.mark.libraries
def test_an_onnx_model_is_none() -> None:
    import onnx
    from onnx import TensorProto, helper

    made = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])], "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])],
    )  # fmt: skip
    for message in (
        helper.make_model(made),
        made.node[0],
        helper.make_tensor("t", TensorProto.FLOAT, [1], [1.0]),
    ):
        assert kind(message.SerializeToString()) == ""
    assert onnx


@pytest.mark.libraries
def test_a_sentencepiece_model_is_none(tmp_path: Path) -> None:
    import sentencepiece

    model = io.BytesIO()
    text = tmp_path / "text"
    text.write_text("the quick brown fox jumps over the lazy dog\n" * 20)
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_writer=model, vocab_size=30, hard_vocab_limit=False, minloglevel=2
    )
    assert kind(model.getvalue()) == ""


def test_names_add_readers() -> None:
    def named(name: str, content: bytes = b"\x01\x00\x03" * 9) -> tuple[str, ...]:
        return sniff(BytesSource(content), name).named

    assert named("variables/variables.data-00000-of-00001") == ("tensorflow.checkpoint.data",)
    assert named("model.ckpt-17.data-00003-of-00016") == ("tensorflow.checkpoint.data",)
    assert named("model.data-of-1") == ()
    assert named("x.data-0000a-of-00001") == ()
    assert named("model.meta") == ("tensorflow graph",)
    assert named("saved_model.pb") == ("tensorflow graph",)
