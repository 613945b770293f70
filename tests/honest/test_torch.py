"""Archives that torch itself writes are clean, or suspicious for exactly the reason that they are listed with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.honest.makers_torch import FILES, REVIEWED, Write
from tests.honest.test_honest_files import weighed, words
from weighbridge.core.report import Verdict

pytestmark = pytest.mark.libraries


@pytest.mark.parametrize(("name", "write"), FILES, ids=[name for name, _ in FILES])
def test_an_honest_archive_is_clean(name: str, write: Write, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path)
    verdict, seen = weighed(path)
    assert verdict is Verdict.CLEAN, words(seen)
    assert not seen.gaps


@pytest.mark.parametrize(("name", "write", "rule"), REVIEWED, ids=[name for name, _, _ in REVIEWED])
def test_what_needs_a_look_is_suspicious_for_its_reason(name: str, write: Write, rule: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path)
    verdict, seen = weighed(path)
    assert verdict is Verdict.SUSPICIOUS, words(seen)
    assert {one.rule for one in seen.findings if one.severity.rank >= 2} == {rule}
