"""Torch7: functions are programs, tensors stay inside of their storages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import torch7s as files
from tests.formats.flat_reading import cuts, is_sound, lies, of, read
from tests.museum.exhibit import examined, verdict
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import TensorDecl
from weighbridge.core.programs import CodeUnit
from weighbridge.core.report import Verdict
from weighbridge.formats import torch7
from weighbridge.formats.torch7 import extract


@pytest.mark.parametrize(
    "content", [files.honest(), files.honest_text(), files.shared(), files.written(files.table(1))]
)
def test_honest_files(content: bytes) -> None:
    assert is_sound(extract, content)
    assert examined(content, "model.t7").formats == ("torch7",)
    assert verdict(content, "model.t7") is Verdict.CLEAN


def test_tensors() -> None:
    for content in (files.honest(), files.honest_text()):
        assert [one.shape for one in of(TensorDecl, extract, content)] == [(2, 3), (6,)]


@pytest.mark.parametrize(
    ("content", "carrier"),
    [
        (files.with_function(), "dumped function"), (files.with_function_text(), "dumped function"),
        (files.function_alone(), "dumped function"), (files.old_function(), "dumped function"),
        (files.source_function(), "function as source"),
    ],
)  # fmt: skip
def test_functions_are_programs(content: bytes, carrier: str) -> None:
    assert [one.carrier for one in of(CodeUnit, extract, content)] == [carrier]
    assert verdict(content, "model.t7") is Verdict.MALICIOUS


@pytest.mark.parametrize("content", [files.beyond_storage(), files.before_storage(), files.without_storage()])
def test_tensors_outside_of_their_storage(content: bytes) -> None:
    assert lies(extract, content) == {("tensor size", True)}


def test_keys_of_every_kind_are_known() -> None:
    for key in (files.table(2), files.tensor(2), [("i", 5), ("i", 1)], files.text(b"\x80 odd")):
        content = files.written(files.table(1, (key, files.function(30))))
        assert verdict(content, "model.t7") is Verdict.MALICIOUS


def test_what_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(read(extract, files.claiming())[1], Malformed)
    assert isinstance(read(extract, files.written([("i", 9)]))[1], Malformed)
    assert examined(files.cntk(), "model.dnn").formats == ("cntk",)
    assert verdict(files.cntk(), "model.dnn") is Verdict.INCONCLUSIVE
    monkeypatch.setattr(torch7, "OBJECTS", 4)
    assert isinstance(read(extract, files.honest())[1], OverLimit)


def test_bytes_behind_the_object() -> None:
    for content in (files.honest(), files.honest_text()):
        assert "HID203" in {one.rule for one in examined(content + b"INERT" * 20, "model.t7").findings}


@pytest.mark.parametrize("content", [files.honest(), files.honest_text()])
def test_every_cut_is_told(content: bytes) -> None:
    for part in cuts(content, 60):
        if len(part) > 40 and part.rstrip() != content.rstrip():
            assert verdict(part, "model.t7") is not Verdict.CLEAN


@settings(max_examples=300, deadline=None)
@given(st.booleans(), st.integers(0, 400), st.binary(max_size=6))
def test_mutations_never_break_the_reader(as_text: bool, at: int, piece: bytes) -> None:
    content = files.honest_text() if as_text else files.honest()
    examined(content[:at] + piece + content[at + len(piece) :], "model.t7")
