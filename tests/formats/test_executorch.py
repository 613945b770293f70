"""ExecuTorch: honest programs and tensor data are sound, each lie is told."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import executorch_files as files
from tests.builders import natives
from tests.formats.flat_reading import cuts, is_sound, lies, of, read
from tests.museum.exhibit import examined, verdict_of
from weighbridge.core.facts import TensorDecl, TrailingData
from weighbridge.core.programs import Operator
from weighbridge.core.report import Verdict
from weighbridge.formats import executorch
from weighbridge.formats.node import Child


def verdict(content: bytes, name: str = "model.pte") -> Verdict:
    seen = examined(content, name)
    return verdict_of(seen.findings, seen.gaps)


@pytest.mark.parametrize(
    "make",
    [files.honest, files.with_segment, files.delegated, lambda: files.delegated(inline=False), files.tensor_data],
)  # fmt: skip
def test_honest_files_are_sound(make: Any) -> None:
    assert is_sound(executorch.extract, make())
    assert verdict(make()) is Verdict.CLEAN


def test_what_an_honest_program_says() -> None:
    found, _ = read(executorch.extract, files.delegated())
    tensors = [(fact.dtype, fact.shape) for fact in found if isinstance(fact, TensorDecl)]
    assert tensors == [("float32", (1, 3)), ("float32", (2, 3)), ("float32", (1, 2))]
    operators = {(fact.domain, fact.name) for fact in found if isinstance(fact, Operator)}
    assert operators == {("aten", "addmm.out"), ("delegate", "XnnpackBackend")}


def test_tensor_data_names_its_tensors() -> None:
    content = files.tensor_data()
    (fact,) = of(TensorDecl, executorch.extract, content)
    assert content[fact.at.offset : fact.at.offset + fact.at.length] == files.WEIGHTS


LIES = {
    "root": (files.root_far_away, "offset out of bounds"),
    "overflow": (files.size_overflow, "size overflow"),
    "negative": (files.negative_size, "negative size"),
    "constant": (files.larger_than_constant, "tensor size"),
    "plan": (files.larger_than_plan, "memory plan"),
    "nowhere": (files.planned_nowhere, "memory plan"),
    "upper half": (files.offset_of_64_bits, "memory plan"),
    "order": (files.false_order, "dimension order"),
    "constant index": (files.constant_beyond, "constant index"),
    "argument": (files.argument_beyond, "value index"),
    "kernel": (files.kernel_beyond, "kernel index"),
    "jump": (files.jump_beyond, "value index"),
    "vector": (files.vector_too_long, "offset out of bounds"),
    "delegate": (files.delegate_beyond, "delegate data"),
    "program size": (files.program_size_beyond, "program size"),
    "segment": (files.segment_overflow, "segment out of bounds"),
    "tensor data": (files.tensor_data_too_small, "tensor size"),
    "tensor segment": (files.tensor_data_segment_beyond, "segment index"),
}


@pytest.mark.parametrize("lie", LIES)
def test_each_lie_is_told_alone(lie: str) -> None:
    make, what = LIES[lie]
    assert lies(executorch.extract, make()) == {(what, True)}


def test_segments_that_begin_far_away_are_a_lie_of_the_header_too() -> None:
    told = {("segment out of bounds", True), ("segment base", True)}
    assert lies(executorch.extract, files.segments_far_away()) == told


def test_a_broken_download_is_no_lie_about_memory() -> None:
    for content in (files.with_segment()[:-8], files.tensor_data()[:-8]):
        assert {memory for _, memory in lies(executorch.extract, content)} == {False}
        assert verdict(content) is Verdict.SUSPICIOUS


def test_a_segment_that_begins_like_a_program_is_handed_on() -> None:
    content = files.with_segment()
    content = content[: -len(files.WEIGHTS)] + natives.elf()[:24]
    assert of(Child, executorch.extract, content) == []
    grown = bytearray(files.finished(files.program(segment=True), data=256))
    size = files.program(segment=True).places["segment.1"]
    grown[size : size + 8] = (256).to_bytes(8, "little")
    grown[-24:] = natives.elf()
    found = of(Child, executorch.extract, bytes(grown))
    assert [child.role for child in found] == ["tensor"]


def test_bytes_that_no_segment_needs_are_told() -> None:
    (fact,) = of(TrailingData, executorch.extract, files.with_segment() + b"not read by anybody")
    assert fact.where == "tail"


@pytest.mark.parametrize(
    ("content", "expects"),
    [
        (files.unknown_kernel(), Verdict.SUSPICIOUS),
        (files.delegated("InertAbsentBackend"), Verdict.SUSPICIOUS),
        (files.delegated("CudaBackend"), Verdict.SUSPICIOUS),
        (files.reads_file(), Verdict.MALICIOUS),
    ],
)
def test_kernels_and_delegates_are_judged(content: bytes, expects: Verdict) -> None:
    assert verdict(content) is expects


@pytest.mark.parametrize("make", [files.honest, files.with_segment, files.tensor_data])
def test_no_cut_is_clean(make: Any) -> None:
    for content in cuts(make()):
        if len(content) > 8:
            assert verdict(content) is not Verdict.CLEAN or make()[len(content) :].strip(b"\0") == b"", len(content)


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutations_never_raise(chance: random.Random) -> None:
    made = chance.choice((files.honest, files.with_segment, files.delegated, files.tensor_data))()
    content = bytearray(made)
    for _ in range(chance.randint(1, 5)):
        content[chance.randrange(8, len(content))] = chance.choice((0, 1, 2, 8, 127, 128, 255))
    read(executorch.extract, bytes(content))
