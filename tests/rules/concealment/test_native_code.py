"""Programs as files, programs inside files, and scripts."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, MEMBER, only
from weighbridge.core.facts import NativeCode
from weighbridge.core.finding import Confidence, Severity
from weighbridge.core.location import Location
from weighbridge.rules.concealment import native_code


@pytest.mark.parametrize(
    ("kind", "at", "severity", "confidence"),
    [
        ("ELF", MEMBER, None, None),
        ("PE", MEMBER, None, None),
        ("Mach-O", MEMBER, None, None),
        ("ELF", FILE, Severity.MEDIUM, None),
        ("WebAssembly", MEMBER, Severity.MEDIUM, None),
        ("WebAssembly", FILE, Severity.MEDIUM, None),
        ("script", MEMBER, Severity.MEDIUM, Confidence.MEDIUM),
        ("script", FILE, Severity.LOW, Confidence.MEDIUM),
    ],
)
def test_the_weight_of_each(kind: str, at: Location, severity: Severity | None, confidence: Confidence | None) -> None:
    match = only(native_code, NativeCode(at=at, format=kind, where="tensor"))
    assert (match.severity, match.confidence) == (severity, confidence)


def test_the_message_says_where() -> None:
    assert only(native_code, NativeCode(at=FILE, format="PE", where="file")).message == "the file is PE code"
    inside = only(native_code, NativeCode(at=MEMBER, format="ELF", where="tensor"))
    assert inside.message == "ELF code inside another file (tensor)"
