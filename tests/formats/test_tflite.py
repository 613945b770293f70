"""TFLite: honest models are sound, each lie is told, operators and files behind the model are named."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import natives, tflite_graphs
from tests.builders import tflite_files as files
from tests.builders.pickles.gadgets import posix_system
from tests.formats.flat_reading import cuts, is_sound, lies, of, read
from tests.museum.exhibit import examined, verdict_of
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import Identities, Identity, MetadataEntry, TensorDecl, TrailingData
from weighbridge.core.programs import Operator, SelectionBypass
from weighbridge.core.report import Verdict
from weighbridge.formats import tflite
from weighbridge.formats.node import Child


def verdict(content: bytes) -> Verdict:
    seen = examined(content, "model.tflite")
    return verdict_of(seen.findings, seen.gaps)


@pytest.mark.parametrize(
    "make",
    [
        files.honest, files.external, files.quantized, files.loop, files.reshape, files.detection, files.with_files,
        files.custom, files.flex,
    ],
)  # fmt: skip
def test_honest_structure_is_sound(make: Any) -> None:
    assert is_sound(tflite.extract, make())


def test_what_an_honest_model_says() -> None:
    content = files.honest()
    found, error = read(tflite.extract, content)
    assert error is None
    assert found[0].format == "tflite"
    tensors = {fact.name: fact for fact in found if isinstance(fact, TensorDecl)}
    assert {name: fact.shape for name, fact in tensors.items()} == {"in": (1, 3), "kernel": (2, 3), "out": (1, 2)}
    at = tensors["kernel"].at
    assert content[at.offset : at.offset + at.length] == files.WEIGHTS
    (operator,) = (fact for fact in found if isinstance(fact, Operator))
    assert (operator.framework, operator.domain, operator.name, operator.count) == ("tflite", "", "FULLY_CONNECTED", 1)


def test_weights_behind_the_model_are_found() -> None:
    content = files.external()
    (kernel,) = (fact for fact in of(TensorDecl, tflite.extract, content) if fact.name == "kernel")
    assert content[kernel.at.offset : kernel.at.offset + kernel.at.length] == files.WEIGHTS


LIES = {
    "root": (files.root_far_away, "offset out of bounds"),
    "vtable": (files.vtable_before_file, "offset out of bounds"),
    "vtable length": (files.vtable_odd, "FlatBuffers structure"),
    "field": (files.field_outside_table, "FlatBuffers structure"),
    "vector": (files.vector_too_long, "offset out of bounds"),
    "string": (files.string_without_end, "FlatBuffers structure"),
    "buffer": (files.buffer_beyond_file, "buffer out of bounds"),
    "shape": (files.shape_beyond_buffer, "tensor size"),
    "overflow": (files.shape_overflow, "shape overflow"),
    "negative": (files.negative_shape, "negative dimension"),
    "code": (files.operator_code_beyond, "operator code"),
    "input": (files.input_beyond, "tensor index"),
    "output": (files.output_negative, "tensor index"),
    "graph": (files.graph_output_beyond, "tensor index"),
    "place": (files.buffer_index_beyond, "buffer index"),
    "signature": (files.signature_beyond, "tensor index"),
    "metadata": (files.metadata_beyond, "buffer index"),
    "axis": (lambda: files.quantized(2, 7), "quantized dimension"),
    "channels": (lambda: files.quantized(2, 1), "quantization"),
    "reshape": (lambda: files.reshape(40), "reshape"),
    "reshape by input": (lambda: files.reshape(40, as_input=True), "reshape"),
    "body": (lambda: files.loop(9), "subgraph index"),
    "flexbuffer": (files.false_flexbuffer, "FlexBuffer"),
}


@pytest.mark.parametrize("lie", LIES)
def test_each_lie_is_told_once_and_alone(lie: str) -> None:
    make, what = LIES[lie]
    assert lies(tflite.extract, make()) == {(what, True)}


def test_a_broken_download_is_no_lie_about_memory() -> None:
    assert lies(tflite.extract, files.truncated()) == {("truncated", False)}
    assert lies(tflite.extract, files.external()[:-4]) == {("buffer out of bounds", False)}


def test_other_schema_versions_are_a_gap() -> None:
    (gap,) = of(Gap, tflite.extract, bytes(files.model(version=4).content))
    assert "version 4" in gap.reason


@pytest.mark.parametrize(
    ("content", "domain", "name", "constants"),
    [
        (files.custom("Mine"), "custom", "Mine", ()),
        (files.flex("WriteFile"), "Flex", "WriteFile", ("\n\x05inert", "WriteFile")),
        (files.custom_call("target"), "", "STABLEHLO_CUSTOM_CALL", ("target",)),
    ],
)
def test_operators_of_others(content: bytes, domain: str, name: str, constants: tuple[str, ...]) -> None:
    (operator,) = of(Operator, tflite.extract, content)
    assert (operator.domain, operator.name) == (domain, name)
    assert tuple(sorted(operator.constants)) == constants


def test_operators_are_counted() -> None:
    many = bytes(files.model(operators=[files.operator(0, [0, 1, -1], [2])] * 7).content)
    (operator,) = of(Operator, tflite.extract, many)
    assert operator.count == 7


# -- graphs that look at their input -------------------------------------------------------------------------------
def test_a_bypass_is_told() -> None:
    (fact,) = of(SelectionBypass, tflite.extract, tflite_graphs.bypass())
    assert (fact.framework, fact.output) == ("tflite", "out")
    assert (fact.compare, fact.select) == ("EQUAL (operator 0)", "SELECT (operator 3)")
    assert verdict(tflite_graphs.bypass()) is Verdict.SUSPICIOUS


@pytest.mark.parametrize("make", [tflite_graphs.masked, tflite_graphs.thresholded])
def test_masks_and_thresholds_are_none(make: Any) -> None:
    assert of(SelectionBypass, tflite.extract, make()) == []
    assert verdict(make()) is Verdict.CLEAN


# -- files behind the model ----------------------------------------------------------------------------------------
def test_the_zip_that_metadata_names_is_no_polyglot() -> None:
    seen = examined(files.with_files(), "model.tflite")
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN
    assert set(seen.formats) == {"tflite", "zip"}
    assert not of(Identities, tflite.extract, files.with_files())


@pytest.mark.parametrize(
    "content", [files.with_files(metadata=False), files.with_files(files=())], ids=["no metadata", "no files named"]
)
def test_a_zip_that_nobody_asks_for_is_one(content: bytes) -> None:
    (fact,) = of(Identities, tflite.extract, content)
    assert fact.formats == ("tflite", "zip")
    assert {finding.rule for finding in examined(content, "model.tflite").findings} == {"HID204"}


def test_the_files_in_it_are_examined() -> None:
    assert verdict(files.with_files({"labels.txt": posix_system()})) is Verdict.MALICIOUS


def test_an_empty_zip_is_what_the_metadata_writer_leaves_behind() -> None:
    packed = io.BytesIO(files.honest())
    with zipfile.ZipFile(packed, "a"):
        pass
    assert verdict(packed.getvalue()) is Verdict.CLEAN
    assert verdict(packed.getvalue() + b"x") is Verdict.SUSPICIOUS


def test_something_between_the_model_and_the_zip_is_told() -> None:
    packed = io.BytesIO(files.honest() + b"not read by anybody" * 9)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(zipfile.ZipInfo("labels.txt"), b"cat\n")
    found = of(TrailingData, tflite.extract, packed.getvalue())
    assert [fact.where for fact in found] == ["tail"]
    assert verdict(packed.getvalue()) is Verdict.SUSPICIOUS


def test_what_lies_behind_the_model_is_handed_on() -> None:
    assert verdict(files.trailing(posix_system())) is Verdict.MALICIOUS
    assert verdict(files.trailing(bytes(16))) is Verdict.CLEAN
    assert [fact.zero for fact in of(TrailingData, tflite.extract, files.trailing(bytes(500)))] == [True]


def test_what_no_offset_leads_to_is_handed_on() -> None:
    assert verdict(files.stowaway(bytes(12))) is Verdict.CLEAN
    assert verdict(files.stowaway(posix_system().rjust(40, b"\0") * 9)) is Verdict.SUSPICIOUS
    (fact,) = of(TrailingData, tflite.extract, files.stowaway(b"not read by anybody" * 20))
    assert (fact.where, fact.zero) == ("gap", False)


def test_weights_that_begin_like_a_program_are_handed_on() -> None:
    buffers = [files.T({}), files.T({0: files.V("B", natives.elf(), "weights", 16)})]
    tensors = [files.tensor("in", [1, 3]), files.tensor("kernel", [256], 1, 3), files.tensor("out", [1, 2])]
    found = of(Child, tflite.extract, bytes(files.model(buffers=buffers, tensors=tensors).content))
    assert [child.role for child in found] == ["tensor"]


def test_metadata_is_told() -> None:
    content = bytes(files.model(metadata=[("min_runtime_version", b"1.5.0\0\0\0")]).content)
    told = {fact.key: fact.text for fact in of(MetadataEntry, tflite.extract, content)}
    assert told == {"description": "made by hand", "min_runtime_version": "1.5.0"}


# -- bounds --------------------------------------------------------------------------------------------------------
def test_no_cut_is_clean() -> None:
    whole = files.honest()
    for content in cuts(whole):
        if content:
            assert verdict(content) is not Verdict.CLEAN or not whole[len(content) :].strip(b"\0"), len(content)


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutations_never_raise(chance: random.Random) -> None:
    made = chance.choice((files.honest, files.quantized, files.loop, files.detection, files.with_files, files.flex))()
    content = bytearray(made)
    for _ in range(chance.randint(1, 5)):
        content[chance.randrange(len(content))] = chance.choice((0, 1, 2, 8, 127, 128, 255))
    found, _ = read(tflite.extract, b"\0\0\0\0TFL3" + bytes(content[8:]) if chance.random() < 0.1 else bytes(content))
    assert not found or isinstance(found[0], Identity)
