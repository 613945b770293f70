"""Whole repositories of the real libraries are clean; one with code of its own is suspicious, once, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

import weighbridge
from tests.honest import repositories
from tests.honest.repositories import Write
from weighbridge.core.report import Report, Verdict

pytestmark = pytest.mark.libraries


def told(report: Report) -> list[str]:
    """What stands in the way of a clean verdict."""
    files = [file for artifact in report.artifacts for file in artifact.files]
    return [
        *(f"{file.path}: {one.rule} {one.message}" for file in files for one in file.findings if one.severity.rank > 1),
        *(f"{file.path}: {gap.reason}" for file in files for gap in file.gaps),
    ]


@pytest.mark.parametrize("write", repositories.HONEST, ids=[write.__name__ for write in repositories.HONEST])
def test_an_honest_repository_is_clean(write: Write, tmp_path: Path) -> None:
    write(tmp_path)
    report = weighbridge.scan(tmp_path)
    assert sum(len(artifact.files) for artifact in report.artifacts) > 0
    assert report.verdict() is Verdict.CLEAN, told(report)


def test_code_of_ones_own_is_told_once(tmp_path: Path) -> None:
    repositories.custom_code(tmp_path)
    report = weighbridge.scan(tmp_path)
    assert report.verdict() is Verdict.SUSPICIOUS, told(report)
    (sentence,) = told(report)
    assert "config.json" in sentence
    assert "modeling_small" in sentence
