"""What ``lock --from-project`` takes from an application, and what it says about the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.applications import COMMIT, write
from weighbridge.cli.project_refs import named
from weighbridge.core.errors import UsageError

LOADS = "from transformers import AutoModel as A\nfrom datasets import load_dataset\n"


def test_repositories_are_locked_once_and_everything_else_is_told(tmp_path: Path) -> None:
    files = {
        "app.py": f"{LOADS}A.from_pretrained('org/pinned', revision='{COMMIT}')\nA.from_pretrained('org/loose')\n"
        "load_dataset('org/data', revision='v1')\nA.from_pretrained('gpt2')\n"
        "A.from_pretrained('models/own')\n\n\ndef load(name):\n    return A.from_pretrained(name)\n",
        "other.py": f"{LOADS}A.from_pretrained('org/loose', revision='v2')\n",
        "models/own/config.json": "{}",
        "conf.yaml": "embedding_model: acme/by-key\n",
        "run.sh": "ollama run llama3\n",
        "broken.py": f"{LOADS}A.from_pretrained(",
    }
    found = named(str(write(tmp_path, files)), 1)
    assert [str(ref) for ref in found.refs] == [
        f"hf://org/pinned@{COMMIT}", "hf://org/loose", "hf://datasets/org/data@v1",
    ]  # fmt: skip
    assert sorted(found.notes) == [
        "app.py:11: transformers.AutoModel.from_pretrained gets the parameter name of load()",
        "app.py:4: hf://org/loose is not pinned to a commit",
        "app.py:5: hf://datasets/org/data@v1 is not pinned to a commit",
        "app.py:6: 'gpt2' has no owner; lock it by the name that the Hub has for it now",
        "app.py:7: 'models/own' lies in the project; lock it by its path",
        "broken.py: not looked at: it is no Python that this version parses",
        "conf.yaml:1: hf://acme/by-key may be a model by the name of its key; lock it if it is used",
        "other.py:3: hf://org/loose@v2 is also named as hf://org/loose",
        "other.py:3: hf://org/loose@v2 is not pinned to a commit",
    ]


def test_nothing_to_lock_is_said(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("x = 1\n")
    found = named(str(tmp_path), 1)
    assert (found.refs, found.notes) == ((), (f"nothing below {tmp_path} names a model of a hub",))
    with pytest.raises(UsageError, match="no directory"):
        named(str(tmp_path / "absent"), 1)
