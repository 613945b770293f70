"""Files in constants: wrapped, plain, native; mere text is another rule's affair."""

from __future__ import annotations

import pytest

from tests.rules.facts import MEMBER, found, only
from weighbridge.core.facts import EmbeddedPayload
from weighbridge.core.finding import Severity
from weighbridge.rules.concealment import nested_payload


def _held(what: str, encoding: str) -> EmbeddedPayload:
    return EmbeddedPayload(at=MEMBER, what=what, encoding=encoding, excerpt="gASV…")


@pytest.mark.parametrize("encoding", ["base64", "hex", "zlib"])
@pytest.mark.parametrize("what", ["pickle", "zip", "gzip", "7z", "numpy"])
def test_what_is_wrapped_says_in_what(what: str, encoding: str) -> None:
    match = only(nested_payload, _held(what, encoding))
    assert match.message == f"a constant holds content of its own: {what}, wrapped in {encoding}"
    assert match.evidence == ("gASV…",)
    assert match.severity is None


def test_the_plain_form() -> None:
    match = only(nested_payload, _held("pickle", "raw"))
    assert match.message == "a constant holds content of its own: pickle"
    assert match.severity is None


def test_content_that_is_examined_itself_is_low() -> None:
    assert nested_payload.INFO.severity is Severity.LOW


@pytest.mark.parametrize("encoding", ["raw", "base64"])
def test_native_code_is_high_however_it_is_wrapped(encoding: str) -> None:
    assert only(nested_payload, _held("native code", encoding)).severity is Severity.HIGH


@pytest.mark.parametrize("what", ["url", "python source", "command"])
def test_text_is_silent(what: str) -> None:
    assert not found(nested_payload, _held(what, "plain"))
