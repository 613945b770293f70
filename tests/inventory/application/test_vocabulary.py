"""The vocabulary is data: each entry has a source, and is found by a call that it is for."""

from __future__ import annotations

import re

from weighbridge.inventory.application.loaders import FIELDS
from weighbridge.inventory.application.vocabulary import commands, hosted, local, script
from weighbridge.inventory.application.vocabulary.entries import COMMANDS, PYTHON

PYTHON_LOADERS = (*local.LOADERS, *hosted.LOADERS)
ALL = (*PYTHON_LOADERS, *commands.LOADERS, *script.LOADERS)


def test_each_entry_names_its_library_and_version() -> None:
    for entry in ALL:
        assert re.search(r"[A-Za-z].* b?\d", entry.source), entry
        assert {field for field, _ in entry.arguments} <= set(FIELDS), entry
        assert entry.arguments[0][0] == "subject", entry
        for _, one in entry.arguments:
            assert one.keywords or one.position >= 0, entry


def test_each_pattern_is_found_by_a_path_that_fits_it() -> None:
    for pattern in {one.pattern for one in PYTHON_LOADERS}:
        path = ("any" + pattern if pattern.startswith("*.") else pattern.removeprefix("*")).replace("*", "Any")
        found = PYTHON.find(path)
        assert {one.kind for one in PYTHON.by_key[pattern]} & {one.kind for one in found}, path


def test_what_is_no_loader_is_not_found() -> None:
    for path in ("os.path.join", "app.MyChatOpenAI", "transformers.pipelines", "from_pretrained", "torch.loads", ""):
        assert PYTHON.find(path) == []
    assert "shell:ollama list" not in COMMANDS
