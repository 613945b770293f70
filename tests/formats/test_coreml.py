"""CoreML: models of every nesting and version, programs, packages and their weights."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import coremls as files
from tests.builders.protobufs import data
from tests.formats.reading import of, read
from tests.museum.exhibit import Verdict, described, examined, verdict_of
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Inconsistency, TrailingData
from weighbridge.core.programs import Operator, SelectionBypass
from weighbridge.core.references import Reference
from weighbridge.core.source import BytesSource
from weighbridge.formats import coreml, coreml_package

HONEST = (files.honest, files.honest_program, lambda: files.pipeline(files.honest()), files.threshold)


@pytest.mark.parametrize("build", HONEST)
@pytest.mark.parametrize("name", ["model.mlmodel", "model.bin"])
def test_an_honest_model_is_clean_under_any_name(build: Any, name: str) -> None:
    seen = examined(build(), name)
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)
    assert seen.formats == ("coreml",)


@pytest.mark.parametrize("version", [0, None, 1, 99])
def test_a_layer_is_found_in_pipelines_of_any_version(version: int | None) -> None:
    found = [one for one in of(Operator, coreml.extract, files.nested(version)) if one.name == "custom"]
    assert [one.constants for one in found] == [("InertLayer",)]


def test_nesting_has_a_bound() -> None:
    assert isinstance(read(coreml.extract, files.nested(1, 30))[1], OverLimit)


def test_files_that_a_model_names_are_told() -> None:
    assert [one.escapes for one in of(Reference, coreml.extract, files.linked())] == [True]
    assert [one.escapes for one in of(Reference, coreml.extract, files.honest_program())] == [False]


@pytest.mark.parametrize("build", [files.selection_bypass, files.program_bypass])
def test_selections_are_told(build: Any) -> None:
    (found,) = of(SelectionBypass, coreml.extract, build())
    assert found.framework == "coreml"


@pytest.mark.parametrize(
    "content", [b"", b"\x08\x01", b"\x08\x01\x12\x00", data(500, b""), files.honest() + data(7, b"x")]
)
def test_other_messages_are_no_models(content: bytes) -> None:
    assert coreml.sniff(content, BytesSource(content)) == ""


def test_blobs_are_walked_to_the_end() -> None:
    content = files.blobs()
    assert coreml_package.sniff(content, BytesSource(content)) == "coreml.weights"
    found, error = read(coreml_package.extract, content)
    assert (len(found), error) == (1, None)


def test_each_lie_of_a_blob_is_told() -> None:
    assert of(Inconsistency, coreml_package.extract, files.blobs(size=1 << 40))[0].memory
    assert not of(Inconsistency, coreml_package.extract, files.blobs(kind=99))[0].memory
    assert isinstance(read(coreml_package.extract, files.blobs(mark=b"none"))[1], Malformed)
    assert of(TrailingData, coreml_package.extract, files.blobs(padding=b"x"))[0].where == "gap"
    assert of(TrailingData, coreml_package.extract, files.blobs(tail=b"INERT"))[0].where == "tail"


@pytest.mark.parametrize(
    "content", [files.manifest(root="other"), files.manifest(entry={"one": {"name": "x"}}), files.manifest("/inert")]
)
def test_a_manifest_that_points_nowhere_is_told(content: bytes) -> None:
    seen = examined(content, "Manifest.json")
    assert verdict_of(seen.findings, seen.gaps) is Verdict.SUSPICIOUS


@settings(max_examples=150, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 255)), max_size=4), cut=st.integers(0, 300),
    build=st.sampled_from([*HONEST, files.nested, files.program_bypass, files.blobs, files.linked]),
)  # fmt: skip
def test_a_spoilt_model_never_crashes(places: list[tuple[int, int]], cut: int, build: Any) -> None:
    content = bytearray(build(0) if build is files.nested else build())
    for at, byte in places:
        content[at % len(content)] = byte
    examined(bytes(content[: max(1, len(content) - cut)]), "model.mlmodel")
