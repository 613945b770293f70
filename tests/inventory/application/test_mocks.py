"""References of tests that replace loaders are told, and told to be such; others of the same file are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import applications
from weighbridge.inventory.application import finder

HEAD = "from unittest.mock import MagicMock, patch\nfrom transformers import AutoModel\n\n\n"
LOADS = "    AutoModel.from_pretrained('org/m')\n"
REPLACED = (
    f"@patch('transformers.AutoModel.from_pretrained')\ndef test(mock):\n{LOADS}",
    f"@patch.object(AutoModel, 'from_pretrained')\ndef test(mock):\n{LOADS}",
    f"@patch('app.models.AutoModel')\nclass Test:\n    def test(self):\n    {LOADS}",
    f"def test():\n    with patch('transformers.AutoModel'):\n    {LOADS}",
    f"def test(monkeypatch):\n    monkeypatch.setattr('transformers.AutoModel.from_pretrained', print)\n{LOADS}",
    f"def test(mocker):\n    mocker.patch('transformers.AutoModel.from_pretrained')\n{LOADS}",
    "def test():\n    client = MagicMock()\n    client.messages.create(model='claude-3-5-sonnet-latest')\n",
)
NOT_REPLACED = (
    f"def test():\n{LOADS}",
    f"@patch('requests.post')\ndef test(mock):\n{LOADS}",
    f"@patch('transformers.AutoModel.from_pretrained')\ndef other(mock):\n    pass\n\n\ndef test():\n{LOADS}",
    f"p = patch('transformers.AutoModel.from_pretrained')\n\n\ndef test():\n{LOADS}",
)  # fmt: skip


def mocked(tmp_path: Path, path: str, source: str) -> list[bool]:
    return [
        one.mocked for one in finder.find(str(applications.write(tmp_path, {path: HEAD + source})), jobs=1).references
    ]


@pytest.mark.parametrize("source", REPLACED)
def test_what_may_go_to_a_mock_is_told_to(source: str, tmp_path: Path) -> None:
    assert mocked(tmp_path / "a", "tests/test_a.py", source) == [True]
    assert mocked(tmp_path / "b", "app/a.py", source) == [False]


@pytest.mark.parametrize("source", NOT_REPLACED)
def test_what_is_loaded_is_not(source: str, tmp_path: Path) -> None:
    assert mocked(tmp_path, "tests/test_a.py", source) == [False]


def test_a_name_goes_to_a_mock_through_a_function_of_the_project(tmp_path: Path) -> None:
    files = {
        "app.py": "from transformers import AutoModel\n\n\ndef load(name):\n"
        "    return AutoModel.from_pretrained(name)\n",
        "tests/test_app.py": "from unittest.mock import patch\nfrom app import load\n\n\n"
        "def test_real():\n    load('org/real')\n\n\n"
        "@patch('app.AutoModel')\ndef test(mock):\n    load('org/invented')\n",
    }
    found = finder.find(str(applications.write(tmp_path, files)), jobs=1).references
    assert {one.name: one.mocked for one in found} == {"org/real": False, "org/invented": True}
