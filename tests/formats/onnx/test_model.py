"""ONNX models: found by their structure, walked whole; what is odd about a tensor or field is a fact of its own."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import onnxes as files
from tests.builders.pickles.gadgets import posix_system
from tests.builders.protobufs import data, number
from tests.effort import is_quick
from tests.formats.reading import of as of_reader
from tests.formats.reading import read as read_with
from tests.museum.exhibit import Verdict, described, examined, verdict, verdict_of
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry, TensorDecl, TrailingData
from weighbridge.core.programs import Operator
from weighbridge.core.references import Reference
from weighbridge.core.source import BytesSource
from weighbridge.core.when import When
from weighbridge.formats.node import Child
from weighbridge.formats.onnx import model

HONEST: dict[str, Any] = {
    "honest": files.honest, "annotated": files.annotated, "external": files.external, "typed": files.typed,
    "contributed": files.contributed_operator, "function": files.local_function, "upsampled": files.upsampled,
    "reordered": files.reordered, "masked": files.masked,
}  # fmt: skip


def read(content: bytes) -> tuple[list[Any], Exception | None]:
    return read_with(model.extract, content)


def of(kind: type, content: bytes) -> list[Any]:
    return of_reader(kind, model.extract, content)


def wrong(content: bytes) -> list[tuple[str, bool]]:
    return [(found.what, found.memory) for found in of(Inconsistency, content)]


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("file", ["model.onnx", "model.bin", "model"])
def test_an_honest_model_is_clean_under_any_name(name: str, file: str) -> None:
    seen = examined(HONEST[name](), file)
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)
    assert seen.formats == ("onnx",)


@pytest.mark.parametrize("name", HONEST)
def test_the_library_reads_the_same_tensors_and_operators(name: str) -> None:
    onnx = pytest.importorskip("onnx")
    content = HONEST[name]()
    loaded = onnx.load_model_from_string(content)
    held = {one.name for one in loaded.graph.initializer}
    assert {one.name for one in of(TensorDecl, content)} == held
    used = {(one.domain or "ai.onnx", one.op_type) for one in loaded.graph.node}
    local = {(one.domain, one.name) for one in loaded.functions}
    inside = {(one.domain or "ai.onnx", one.op_type) for function in loaded.functions for one in function.node}
    assert {(one.domain, one.name) for one in of(Operator, content)} == (used | inside) - local


@pytest.mark.parametrize("place", list(files.external_everywhere()))
def test_external_data_is_found_wherever_a_tensor_can_be(place: str) -> None:
    content = files.external_everywhere()[place]
    (found,) = of(Reference, content)
    assert (found.relation, found.target, found.escapes, found.when) == ("external_data", "../inert", True, When.LOAD)
    assert not of(Reference, files.external_everywhere("inert.bin")[place])[0].escapes


def test_a_file_is_named_once() -> None:
    held = [files.tensor(f"w{n}", external=[("location", "x.data"), ("length", "256")]) for n in range(5)]
    assert len(of(Reference, files.model(files.graph([files.node("Add", "w0 w1", "y")], held)))) == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (files.external("x", ("inert_key", "1")), [("external data key", False)]),
        (files.external("x", ("__class__", "1")), [("external data key", False)]),
        (files.external("x", ("checksum", "aa")), []),
        (files.external("x", ("prepacked_0", "aa")), []),
        (files.external("x", ("location", "y")), [("external data", False)]),
        (files.external(offset="-1"), [("external data", True)]),
        (files.external(offset="9" * 18, length="9" * 19), [("external data", True)]),
        (files.external(offset="0x10"), [("external data", True)]),
        (files.external(length="16"), [("external data", True)]),
        (files.external(length="512"), [("external data", False)]),
        (files.external(""), [("external data", False)]),
        (files.memory_address(), [("memory address", True)]),
        (files.short_data(), [("tensor size", True)]),
        (files.long_data(), [("tensor size", False)]),
        (files.overflowing_shape(), [("shape overflow", True)]),
        (files.negative_shape(), [("shape", True)]),
        (files.two_graphs(), [("repeated field", False)]),
        (files.with_weight(files.tensor("w", raw=b"", dims=(8, 8))), [("tensor size", True)]),
        (files.with_weight(files.tensor("w", dims=(1,) * 70, raw=bytes(4))), [("shape", False)]),
        (files.with_weight(files.tensor("w", more=data(4, bytes(4)))), [("tensor data", False)]),
        (files.with_weight(files.tensor("w", more=data(9, bytes(256)))), [("repeated field", False)]),
        (files.with_weight(files.tensor("w", (2,), files.STRING, raw=b"ab")), [("tensor data", False)]),
        (files.with_weight(number(1, 4) + number(2, 1) + data(8, "w")), [("tensor data", False)]),
        (
            files.with_weight(files.tensor("w", external=[("location", "x")], raw=bytes(256))),
            [("external data", False)],
        ),
    ],
)  # fmt: skip
def test_each_lie_is_told(content: bytes, expected: list[tuple[str, bool]]) -> None:
    assert wrong(content) == expected


def test_many_lies_of_a_kind_are_counted() -> None:
    held = [files.tensor(f"w{n}", raw=b"1234") for n in range(40)]
    told = of(Inconsistency, files.model(files.graph([files.node("Add", "w0 w1", "y")], held)))
    assert len(told) == 9
    assert told[-1].detail == "32 more"


@pytest.mark.parametrize("where", ["model", "graph", "node", "tensor", "group"])
def test_an_unknown_field_is_told_and_examined(where: str) -> None:
    (odd,) = of(TrailingData, files.unknown_field(where=where))
    assert not odd.zero
    if where != "group":  # whose content begins with a tag of its own
        assert verdict(files.unknown_field(posix_system(), where), "model.onnx") is Verdict.MALICIOUS
    assert verdict(files.unknown_field(where=where), "model.onnx") is Verdict.SUSPICIOUS


def test_what_follows_the_message_is_told_and_examined() -> None:
    found, error = read(files.trailing())
    assert isinstance(error, Malformed)
    (tail,) = [item for item in found if isinstance(item, TrailingData)]
    assert (tail.where, tail.at.offset) == ("tail", len(files.honest()))
    assert verdict(files.trailing(b"\x87" + posix_system()), "model.onnx") is not Verdict.CLEAN


@pytest.mark.parametrize(
    ("content", "operator"),
    [
        (files.python_operator(), ("inert.custom", "PyOp")),
        (files.nested_operator(), ("inert.custom", "PyOp")),
        (files.function_with_custom_operator(), ("inert.custom", "PyOp")),
        (files.custom_operator(), ("inert.custom", "Inert")),
    ],
)
def test_operators_are_found_at_any_depth(content: bytes, operator: tuple[str, str]) -> None:
    assert operator in {(one.domain, one.name) for one in of(Operator, content)}


def test_an_operator_says_what_it_names() -> None:
    (found,) = [one for one in of(Operator, files.python_operator()) if one.name == "PyOp"]
    assert found.constants == ("module=inert_absent_pkg", "class_name=Inert")


def test_equal_operators_are_counted() -> None:
    counts = {one.name: one.count for one in of(Operator, files.selection_bypass())}
    assert counts["Cast"] == 2


def test_a_graph_too_deep_is_over_a_limit_and_what_came_before_is_told() -> None:
    found, error = read(files.nested_operator(depth=40))
    assert isinstance(error, OverLimit)
    assert {one.name for one in found if isinstance(one, Operator)} >= {"MatMul"}
    assert read(files.nested_operator(depth=20))[1] is None


def test_a_vendor_context_names_its_file_or_holds_it() -> None:
    (found,) = of(Reference, files.vendor_context("../inert.bin"))
    assert (found.relation, found.escapes) == ("context", True)
    assert not of(Reference, files.vendor_context("", b"blob"))
    assert verdict(files.vendor_context("inert.bin"), "model.onnx") is Verdict.SUSPICIOUS


def test_weights_that_begin_like_something_else_are_handed_on() -> None:
    content = files.with_weight(files.tensor("w", (64,), 2, raw=posix_system() + bytes(64 - len(posix_system()))))
    assert any(isinstance(item, Child) and item.role == "tensor" for item in read(content)[0])
    assert verdict(content, "model.onnx") is Verdict.MALICIOUS


def test_words_are_handed_on() -> None:
    content = files.annotated()
    (entry,) = of(MetadataEntry, content)
    assert (entry.key, entry.text) == ("description", "A classifier of inert things, for tests only.")
    assert {child.name for child in of(Child, content)} == {
        "doc_string", "doc_string of graph", "metadata description", "doc strings",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["{0: 'person', 1: 'bicycle', 2: 'car'}", "[0.1, None, (3, 4), 'abc', 5, 6, 7]"])
def test_metadata_that_only_looks_like_json_is_no_broken_json(text: str) -> None:
    assert verdict(files.annotated(text), "model.onnx") is Verdict.CLEAN


def test_an_unknown_type_is_a_gap() -> None:
    (gap,) = of(Gap, files.unknown_type())
    assert gap.kind is GapKind.UNSUPPORTED


@pytest.mark.parametrize(
    "content", [b"", b"\x08\x09", b"\x08\x09\x3a\x00", data(7, b"\x08\x01"), data(7, data(1, data(4, 3 * b"\x90")))]
)
def test_other_messages_are_no_models(content: bytes) -> None:
    sniffed = model.sniff(content, BytesSource(content))
    assert sniffed == ("onnx" if content.endswith(b"\x90") else "")


def test_a_large_model_is_recognised_by_its_beginning() -> None:
    class Counting(BytesSource):
        asked = 0

        def read_at(self, offset: int, length: int) -> bytes:
            Counting.asked += length
            return super().read_at(offset, length)

    content = files.with_weight(files.tensor("w", (1 << 20, 4), 1, raw=bytes(1 << 24)))
    assert model.sniff(content[:4096], Counting(content)) == "onnx"
    assert Counting.asked < 1 << 16


def test_time_is_linear_in_nodes() -> None:
    nodes = [files.node("Add", f"v{n} v{n}", f"v{n + 1}") for n in range(20_000)]
    content = files.model(files.graph(nodes, inputs=[files.value("v0")], outputs=[files.value("v20000")]))
    begun = time.process_time()
    assert read(content)[1] is None
    assert is_quick(time.process_time() - begun, 6)


@settings(max_examples=150, deadline=None)
@given(
    cut=st.integers(0, 2_000), build=st.sampled_from([*HONEST.values(), files.selection_bypass, files.nested_operator])
)
def test_a_cut_model_never_crashes_and_is_never_clean_as_a_model(cut: int, build: Any) -> None:
    whole = build()
    content = whole[: max(0, len(whole) - 1 - cut)]
    found, _ = read(content)
    assert isinstance(found[0], Identity)
    examined(content, "model.onnx")


@settings(max_examples=250, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), min_size=1, max_size=6),
    build=st.sampled_from([*HONEST.values(), files.selection_bypass, files.nested_operator, files.expanded]),
)
def test_a_spoilt_model_never_crashes(places: list[tuple[int, int]], build: Any) -> None:
    content = bytearray(build())
    for at, byte in places:
        content[at % len(content)] = byte
    examined(bytes(content), "model.onnx")
