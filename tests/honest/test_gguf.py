"""No false positive on GGUF files, tokenizers and templates as their libraries write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.honest.makers_gguf import FILES, Write
from tests.museum.exhibit import Verdict, described, examined, verdict_of

pytestmark = pytest.mark.libraries


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 100
    assert len({name for name, _ in FILES}) == len(FILES)


@pytest.mark.parametrize(("name", "write"), FILES, ids=[name for name, _ in FILES])
def test_an_honest_file_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path)
    seen = examined(path.read_bytes(), path.name)
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)
    assert len(seen.formats) > (path.suffix in {".json", ".txt", ".jinja"}), seen.formats
