"""No false positive on what rdata, fastText and gensim write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.honest.makers_misc import FILES, Write
from tests.honest.test_honest_files import weighed, words
from weighbridge.core.report import Verdict

pytestmark = pytest.mark.libraries


@pytest.mark.parametrize(("name", "write"), FILES, ids=[name for name, _ in FILES])
def test_an_honest_file_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    path = tmp_path / name
    try:
        write(path)
    except ImportError as missing:
        pytest.skip(f"{missing.name} is not installed")
    verdict, seen = weighed(path)
    assert verdict is Verdict.CLEAN, words(seen)
    assert path.suffix != ".bin" or set(seen.formats) & {"fasttext", "word2vec"}
