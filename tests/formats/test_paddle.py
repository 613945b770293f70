"""Paddle: programs of blocks, parameters tensor by tensor."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import paddles as files
from tests.formats.reading import of, read
from tests.museum.exhibit import Verdict, described, examined, verdict_of
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Inconsistency, TensorDecl, TrailingData
from weighbridge.core.programs import Operator
from weighbridge.formats import paddle


@pytest.mark.parametrize(("build", "kind"), [(files.honest, "paddle"), (files.parameters, "paddle.parameters")])
def test_honest_files_are_clean_under_any_name(build: Any, kind: str) -> None:
    seen = examined(build(), "model.bin")
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)
    assert seen.formats == (kind,)


def test_operators_and_weights_are_told() -> None:
    assert [one.name for one in of(Operator, paddle.extract, files.honest())] == [
        "matmul_v2",
        "elementwise_add",
        "relu",
    ]
    (weight,) = of(TensorDecl, paddle.extract, files.honest())
    assert (weight.name, weight.dtype, weight.shape) == ("w", "FP32", (8, 4))


def test_an_operator_says_where_it_writes() -> None:
    (found,) = [one for one in of(Operator, paddle.extract, files.saving()) if one.name == "save_combine"]
    assert found.constants == ("file_path=/inert/absent",)


def test_parameters_are_told_in_order() -> None:
    content = files.parameters(files.tensor(), files.tensor((4,), levels=2))
    assert [one.shape for one in of(TensorDecl, paddle.parameters, content)] == [(8, 4), (4,)]
    assert read(paddle.parameters, content)[1] is None


def test_each_lie_of_parameters_is_told() -> None:
    huge = files.parameters(files.tensor((1 << 20, 1 << 20)))
    assert of(Inconsistency, paddle.parameters, huge)[0].memory
    assert of(Inconsistency, paddle.parameters, files.parameters(files.tensor((-1, 4))))[0].memory
    assert of(TrailingData, paddle.parameters, files.parameters(tail=b"INERT" * 9))
    assert isinstance(read(paddle.parameters, files.parameters(files.tensor(dtype=7)))[1], Malformed)


@settings(max_examples=120, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=4), cut=st.integers(0, 80),
    build=st.sampled_from([files.honest, files.in_a_second_block, files.parameters]),
)  # fmt: skip
def test_a_spoilt_file_never_crashes(places: list[tuple[int, int]], cut: int, build: Any) -> None:
    content = bytearray(build())
    for at, byte in places:
        content[at % len(content)] = byte
    examined(bytes(content[: max(1, len(content) - cut)]), "inference.pdmodel")
