"""Text that tells something; files in constants are another rule's affair."""

from __future__ import annotations

import pytest

from tests.rules.facts import MEMBER, found, only
from weighbridge.core.facts import EmbeddedPayload
from weighbridge.core.finding import Severity
from weighbridge.rules.concealment import telling_text


@pytest.mark.parametrize(
    ("what", "said"),
    [("url", "an internet address"), ("python source", "Python source code"), ("command", "a command")],
)
def test_each_kind_of_text_is_said_in_words(what: str, said: str) -> None:
    match = only(telling_text, EmbeddedPayload(at=MEMBER, what=what, encoding="plain", excerpt="http://inert.invalid/"))
    assert match.message == f"a text constant holds {said}"
    assert match.evidence == ("http://inert.invalid/",)


def test_it_never_counts_against_a_file() -> None:
    assert telling_text.INFO.severity is Severity.INFO


def test_the_twin_that_is_a_file_is_silent() -> None:
    assert not found(telling_text, EmbeddedPayload(at=MEMBER, what="pickle", encoding="raw", excerpt=""))
