"""No false positive on files of TensorFlow and MXNet."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.honest.makers_tf import FILES, WRITTEN, Write
from tests.museum.exhibit import Verdict, described, examined, verdict_of


def assert_clean(path: Path) -> None:
    seen = examined(path.read_bytes(), str(path))
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)


@pytest.mark.parametrize(("name", "write"), FILES, ids=[name for name, _ in FILES])
def test_an_honest_file_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    write(tmp_path / name)
    assert_clean(tmp_path / name)


@pytest.mark.libraries
@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
@pytest.mark.parametrize(("name", "write"), WRITTEN, ids=[name for name, _ in WRITTEN])
def test_an_honest_model_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    write(tmp_path / name)
    written = [path for path in (tmp_path / name).rglob("*") if path.is_file()]
    assert len(written) > 2
    for path in written:
        assert_clean(path)
