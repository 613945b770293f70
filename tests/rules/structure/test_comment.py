"""Comments and locked members."""

from __future__ import annotations

from tests.rules.structure.samples import kinds_of
from weighbridge.core.facts import Oddity
from weighbridge.core.finding import Severity
from weighbridge.rules.structure import comment


def test_it_knows_these_kinds_and_none_counts_against_a_file() -> None:
    assert set(kinds_of(comment)) == {Oddity.COMMENT, Oddity.ENCRYPTED}
    assert all(match.severity is None for match in kinds_of(comment).values())
    assert comment.INFO.severity is Severity.LOW
