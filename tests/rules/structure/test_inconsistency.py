"""Contradictions that no memory depends on."""

from __future__ import annotations

from tests.rules.facts import FILE, found, only
from weighbridge.core.facts import Inconsistency
from weighbridge.rules.structure import inconsistency


def test_the_plain_form() -> None:
    match = only(inconsistency, Inconsistency(at=FILE, what="overlap", detail="`b` shares bytes with `a`"))
    assert match.message == "overlap: `b` shares bytes with `a`"
    assert match.severity is None


def test_the_twin_that_reaches_memory_is_another_rules_affair() -> None:
    assert not found(inconsistency, Inconsistency(at=FILE, what="tensor size", detail="too small", memory=True))
