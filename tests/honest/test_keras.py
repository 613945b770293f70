"""No false positive on what Keras and h5py write; classes of somebody's own are for review."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.honest.makers_keras import CUSTOM, FILES, Write
from tests.honest.test_honest_files import weighed, words
from weighbridge.core.report import Verdict

pytestmark = pytest.mark.libraries


@pytest.mark.parametrize(("name", "write"), FILES, ids=[name for name, _ in FILES])
def test_an_honest_file_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path)
    verdict, seen = weighed(path)
    assert verdict is Verdict.CLEAN, words(seen)


@pytest.mark.parametrize(("name", "write"), CUSTOM, ids=[name for name, _ in CUSTOM])
def test_a_custom_class_is_suspicious_and_never_malicious(name: str, write: Write, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path)
    verdict, seen = weighed(path)
    assert verdict is Verdict.SUSPICIOUS, words(seen)
    assert any("Own" in text for text in words(seen))
