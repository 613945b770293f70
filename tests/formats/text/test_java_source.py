"""Java source is a program, whatever it is called, and its names are found through escapes."""

from __future__ import annotations

import pytest

from tests.builders import classical_files as files
from tests.museum.exhibit import examined, verdict
from weighbridge.core.report import Verdict
from weighbridge.formats.text.java_source import NAMES
from weighbridge.rules.vocabulary.lists import Lists


@pytest.mark.parametrize("name", ["model.java", "model.txt", "model"])
def test_a_model_as_source_is_a_program(name: str) -> None:
    assert {one.rule for one in examined(files.pojo(), name).findings} == {"EXE130"}


@pytest.mark.parametrize("content", [files.pojo_with_process(), files.pojo_escaped()])
def test_names_that_reach_for_the_system(content: bytes) -> None:
    found = [one for one in examined(content, "model.java").findings if one.rule == "EXE131"]
    assert len(found) == 1
    assert "Runtime.getRuntime" in found[0].message


def test_other_text() -> None:
    assert verdict(files.prose(), "model.txt") is Verdict.CLEAN
    assert verdict(b"import java.util.Map;\n", "notes.txt") is not Verdict.MALICIOUS


def test_every_name_is_on_the_list() -> None:
    assert {name for name in NAMES if Lists().find("java_names", name) is None} == set()
