"""One small file for each verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.pickles import SHELL, Target, dumps, pickled_call

CONTENT = {
    "clean.pkl": dumps({"a": [1, 2.5, "text"]}),
    "suspicious.pkl": pickled_call(Target("our_own_package", "Net")),
    "malicious.pkl": pickled_call(SHELL),
    "inconclusive.bin": b"GGUF" + bytes(60),
}


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a file for each verdict, by its name."""
    folder = tmp_path_factory.mktemp("samples")
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    return folder
