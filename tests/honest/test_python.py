"""No false positive on source, notebooks and requirements of honest repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.honest.makers import Write
from tests.honest.makers_python import FILES
from tests.honest.test_honest_files import weighed, words
from weighbridge.core.report import Verdict

pytestmark = pytest.mark.libraries


@pytest.mark.parametrize(("name", "write"), FILES, ids=[name for name, _ in FILES])
def test_an_honest_file_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path)
    verdict, seen = weighed(path)
    assert verdict is Verdict.CLEAN, words(seen)
