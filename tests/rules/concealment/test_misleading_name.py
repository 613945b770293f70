"""Names that people read differently."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, only
from weighbridge.core.finding import Severity
from weighbridge.core.texts import MisleadingName
from weighbridge.rules.concealment import misleading_name


@pytest.mark.parametrize("how", sorted(misleading_name.HOW))
def test_every_way_is_told(how: str) -> None:
    match = only(misleading_name, MisleadingName(at=FILE, how=how, shown="a.pdf.exe", kind="exe"))
    assert match.message.startswith("the name `a.pdf.exe` ")
    lighter = Severity.LOW if how == "shadow" else Severity.MEDIUM
    assert match.severity is (None if how in {"direction", "double", "blank"} else lighter)
