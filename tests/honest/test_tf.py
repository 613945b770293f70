"""No false positive on files of TensorFlow and MXNet."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

import weighbridge
from tests.honest.makers_tf import FILES, WRITTEN, Write, checkpoint
from weighbridge.core.report import Verdict


def assert_clean(path: Path) -> None:
    report = weighbridge.scan(path)
    assert report.verdict() is Verdict.CLEAN, report


@pytest.mark.parametrize(("name", "write"), FILES, ids=[name for name, _ in FILES])
def test_an_honest_file_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    write(tmp_path / name)
    assert_clean(tmp_path / name)


def test_a_checkpoint_is_clean_with_its_index_and_has_a_gap_without(tmp_path: Path) -> None:
    checkpoint(tmp_path / "variables")
    assert_clean(tmp_path / "variables")
    (tmp_path / "variables" / "variables.index").unlink()
    assert weighbridge.scan(tmp_path).verdict() is Verdict.INCONCLUSIVE


@pytest.mark.libraries
@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
@pytest.mark.parametrize(("name", "write"), WRITTEN, ids=[name for name, _ in WRITTEN])
def test_an_honest_model_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    write(tmp_path / name)
    assert sum(path.is_file() for path in (tmp_path / name).rglob("*")) > 2
    assert_clean(tmp_path / name)
