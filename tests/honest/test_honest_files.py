"""No false positive on files that real libraries write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.honest.makers import CUSTOM, FILES, Write
from weighbridge.core.limits import Limits
from weighbridge.core.report import Verdict, verdict_of
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import Judge
from weighbridge.rules.catalog import RuleSet

pytestmark = pytest.mark.libraries


def weighed(path: Path) -> tuple[Verdict, Examination]:
    seen = examine(BytesSource(path.read_bytes()), path.name, limits=Limits(), judge=Judge(RuleSet()), strict=True)
    return verdict_of(seen.findings, seen.gaps), seen


def words(seen: Examination) -> list[str]:
    return [*(f"{one.rule} {one.message}" for one in seen.findings), *(gap.reason for gap in seen.gaps)]


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 60
    assert len({name for name, _ in FILES}) == len(FILES)


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
    assert any("tests.honest.makers" in text for text in words(seen))
