"""Extension codes are always found."""

from __future__ import annotations

from tests.rules.execution.samples import HERE, found
from weighbridge.core.facts import ExtensionCode
from weighbridge.rules.execution import extension_code


def test_the_code_is_found_and_named() -> None:
    (match,) = found(extension_code, ExtensionCode(at=HERE, code=70_000))
    assert match.message == "extension code 70000 names code that only the loading process knows"
    assert match.evidence == ("copyreg extension 70000",)
