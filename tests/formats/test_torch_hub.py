"""A hubconf.py is a program by its name."""

from __future__ import annotations

import pytest

from weighbridge.core.limits import Limits
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import examine
from weighbridge.engine.judge import Judge
from weighbridge.rules.catalog import RuleSet


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("hubconf.py", True),
        ("a/hubconf.py", True),
        ("myhubconf.py", False),
        ("hubconf.txt", False),
        ("hubconf.pyc", False),
    ],
)
def test_the_name_decides(name: str, told: bool) -> None:
    seen = examine(BytesSource(b"# INERT\n"), name, limits=Limits(), judge=Judge(RuleSet()), strict=True)
    assert any(one.rule == "EXE130" and "hubconf" in one.message for one in seen.findings) is told
