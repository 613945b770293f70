"""No false positive on what XGBoost, LightGBM and skops write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.honest.makers_trees import FILES, Write
from tests.honest.test_honest_files import weighed, words
from weighbridge.core.report import Verdict

pytestmark = [pytest.mark.libraries, pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize(("name", "write"), FILES, ids=[name for name, _ in FILES])
def test_an_honest_file_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path)
    verdict, seen = weighed(path)
    assert verdict is Verdict.CLEAN, words(seen)
    assert set(seen.formats) & {"xgboost", "lightgbm", "skops"}
