"""OpenVINO IR: layers against their operation sets, constants against their shapes, bodies included."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import openvinos as files
from tests.formats.reading import of as of_reader
from tests.formats.reading import read
from tests.museum.exhibit import Verdict, described, examined, verdict_of
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import Inconsistency, TensorDecl
from weighbridge.core.programs import Operator, SelectionBypass
from weighbridge.formats.text import xml_file


def of(kind: type, content: bytes) -> list[Any]:
    return of_reader(kind, xml_file.extract, content)


@pytest.mark.parametrize("name", ["model.xml", "model.txt", "model"])
def test_an_honest_net_is_clean_under_any_name(name: str) -> None:
    seen = examined(files.honest(), name)
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)
    assert "openvino" in seen.formats


def test_layers_and_constants_are_told() -> None:
    assert {one.name for one in of(Operator, files.honest())} == {"Parameter", "Const", "MatMul", "Result"}
    (tensor,) = of(TensorDecl, files.honest())
    assert (tensor.name, tensor.dtype, tensor.shape) == ("Const_1", "f32", (8, 8))


@pytest.mark.parametrize("content", [files.extension(), files.nested_extension()])
def test_layers_of_no_operation_set_keep_their_version(content: bytes) -> None:
    assert ("extension", "Inert") in {(one.domain, one.name) for one in of(Operator, content)}


@pytest.mark.parametrize(
    ("held", "what", "memory"),
    [
        (files.const(1, size=16), "tensor size", True), (files.const(1, size=512), "tensor size", False),
        (files.const(1, size="x"), "weights", True), (files.const(1, offset=-4), "weights", True),
        (files.const(1, offset=(1 << 63) - 1), "weights", True), (files.const(1, "8,-8"), "shape overflow", True),
        (files.const(1, "4294967296,4294967296"), "shape overflow", True),
    ],
)  # fmt: skip
def test_each_lie_of_a_constant_is_told(held: str, what: str, memory: bool) -> None:
    assert [(one.what, one.memory) for one in of(Inconsistency, files.with_const(held))] == [(what, memory)]


@pytest.mark.parametrize(
    "held", [files.const(1, "8,8", 32, kind="u4"), files.const(1, "", 4), files.const(1, "3", 2, kind="u3")]
)
def test_packed_and_scalar_constants_are_honest(held: str) -> None:
    assert not of(Inconsistency, files.with_const(held))


def test_an_unknown_type_is_a_gap() -> None:
    assert of(Gap, files.with_const(files.const(1, kind="f13")))


def test_what_came_before_a_break_is_told() -> None:
    found, error = read(xml_file.extract, files.extension()[:-40])
    assert error is not None
    assert any(isinstance(one, Operator) and one.domain == "extension" for one in found)


def test_selections_are_followed_over_edges() -> None:
    (found,) = of(SelectionBypass, files.selection_bypass())
    assert (found.framework, found.select) == ("openvino", "Where `Select_9`")
    assert not of(SelectionBypass, files.threshold())


@settings(max_examples=100, deadline=None)
@given(
    at=st.integers(0, 3_000),
    byte=st.integers(1, 255),
    build=st.sampled_from([files.selection_bypass, files.nested_extension]),
)
def test_a_spoilt_net_never_crashes(at: int, byte: int, build: Any) -> None:
    content = bytearray(build())
    content[at % len(content)] = byte
    examined(bytes(content), "model.xml")
