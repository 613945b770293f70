"""PMML: what a document fetches, runs or has loaded is told."""

from __future__ import annotations

import pytest

from tests.builders import classical_files as files
from tests.museum.exhibit import examined, verdict
from weighbridge.core.report import Verdict


@pytest.mark.parametrize("content", [files.honest_named_pmml(), files.pmml(), files.defined_function()])
def test_honest_documents(content: bytes) -> None:
    assert verdict(content, "model.pmml") is Verdict.CLEAN
    assert "pmml" in examined(content, "model.pmml").formats


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (files.entity_named_pmml(), "REF401"), (files.entity_address(), "REF402"), (files.foreign_type(), "REF402"),
        (files.foreign_type("/inert/absent.dtd"), "REF401"), (files.included(), "REF401"), (files.laughs(), "STR307"),
        (files.script(), "HID210"), (files.nested_script(), "HID210"), (files.script_text(), "HID210"),
        (files.java_function(), "EXE132"),
    ],
)  # fmt: skip
def test_what_is_no_data_is_told(content: bytes, rule: str) -> None:
    assert rule in {one.rule for one in examined(content, "model.pmml").findings}


def test_what_breaks_off_is_a_gap() -> None:
    assert examined(files.pmml()[:-4], "model.pmml").gaps


def test_words_outside_of_extensions_are_data() -> None:
    content = files.pmml("<Annotation>javascript: a language</Annotation>")
    assert verdict(content, "model.pmml") is Verdict.CLEAN
    after = files.pmml("<Extension><a/></Extension><Annotation>javascript: a language</Annotation>")
    assert verdict(after, "model.pmml") is Verdict.CLEAN
