"""Selections: each form of the backdoor is told, and nothing that honest exporters write."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import onnx_selections as selections
from tests.builders import onnxes as files
from tests.formats.reading import of
from weighbridge.core.coverage import Gap
from weighbridge.core.programs import SelectionBypass
from weighbridge.formats.onnx import model, selection
from weighbridge.formats.onnx.program import Program, Step, ordered

BAD, GOOD = selections.bypass_variants(), selections.honest_selections()


def told(content: bytes) -> list[Any]:
    return of(SelectionBypass, model.extract, content)


def test_the_plain_form_says_what_is_compared_and_what_is_selected() -> None:
    (found,) = told(files.selection_bypass())
    assert (found.compare, found.select, found.output) == ("Equal `Equal_same`", "Where `Where_y`", "y")
    assert found.constant == "1.5, -2.5, 3.5"


@pytest.mark.parametrize("name", BAD)
def test_every_form_is_told(name: str) -> None:
    assert told(BAD[name])


@pytest.mark.parametrize("name", GOOD)
def test_honest_selections_are_silent(name: str) -> None:
    assert not told(GOOD[name])


@pytest.mark.parametrize("content", [*BAD.values(), *GOOD.values(), files.selection_bypass(), files.masked()])
def test_the_library_reads_what_the_builders_write(content: bytes) -> None:
    onnx = pytest.importorskip("onnx")
    assert onnx.load_model_from_string(content).graph.node


def test_tokens_anywhere_are_told() -> None:
    assert told(selections.token_bypass())


def test_the_order_of_nodes_does_not_matter() -> None:
    nodes = [*files.TRIGGER, files.node("Where", "flag target logits", "y")]
    content = files.model(files.classifier(nodes[::-1], [*files.HELD, files.TARGET], output="y"))
    assert told(content)


def test_steps_are_ordered_and_circles_come_last() -> None:
    program = Program()
    program.steps = [Step("C", ["b"], ["c"]), Step("X", ["z"], ["x"]), Step("Z", ["x"], ["z"]), Step("B", ["a"], ["b"])]
    assert [step.op for step in ordered(program)] == ["B", "C", "X", "Z"]


def test_a_comparison_behind_weights_is_silent() -> None:
    nodes = [files.node("Greater", "h magic1", "flag"), files.node("Where", "flag target logits", "y")]
    assert not told(files.model(files.classifier(nodes, [files.floats("magic1", [0.5], ()), files.TARGET], output="y")))


def test_evaluation_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "EVALUATED", 3)
    assert of(Gap, model.extract, files.selection_bypass())


def test_functions_that_call_each_other_end() -> None:
    inner = [files.node("Inert", "a", "c", domain="inert.local") for _ in range(2)]
    content = files.model(
        files.classifier([files.node("Inert", "logits", "y", domain="inert.local")], output="y"),
        more=files.data(25, files.function("Inert", "a", "c", inner)),
    )
    assert of(Gap, model.extract, content)
