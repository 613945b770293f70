"""The match that all rules on container oddities share."""

from __future__ import annotations

from tests.rules.structure.samples import odd
from weighbridge.core.facts import Oddity
from weighbridge.core.finding import Severity
from weighbridge.rules.structure import oddity

WORDS = {Oddity.LINK: "it is a link"}


def test_the_member_is_the_subject_and_the_detail_the_evidence() -> None:
    (match,) = oddity.matches(odd(Oddity.LINK, detail="to '/etc'"), WORDS, severity=Severity.HIGH)
    assert match.message == "`archive/data.pkl`: it is a link"
    assert match.evidence == ("to '/etc'",)
    assert match.severity is Severity.HIGH


def test_without_a_member_it_is_the_archive() -> None:
    (match,) = oddity.matches(odd(Oddity.LINK, member="", detail=""), WORDS)
    assert match.message == "the zip archive: it is a link"
    assert match.evidence == ()


def test_other_kinds_are_silent() -> None:
    assert not list(oddity.matches(odd(Oddity.COMMENT), WORDS))
