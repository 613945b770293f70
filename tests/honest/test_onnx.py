"""Honest files of ONNX and sentencepiece are clean, under their own name and under any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.honest.makers_onnx import FILES, Write
from tests.museum.exhibit import Verdict, described, examined, verdict_of

pytest.importorskip("onnx")
pytest.importorskip("torch")
pytest.importorskip("sentencepiece")


@pytest.mark.parametrize(("name", "write"), FILES, ids=[name for name, _ in FILES])
@pytest.mark.filterwarnings("ignore")
def test_it_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    write(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    for called in (name, "model.bin"):
        seen = examined(content, called)
        assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)
        assert seen.formats == (("onnx",) if name.endswith(".onnx") else ("sentencepiece",))
