"""Disagreements of readers; those of honest writers weigh little."""

from __future__ import annotations

from tests.rules.facts import MEMBER, only
from weighbridge.core.facts import LoaderDisagreement
from weighbridge.core.finding import Severity
from weighbridge.rules.concealment import loader_disagreement


def test_the_plain_form() -> None:
    match = only(loader_disagreement, LoaderDisagreement(at=MEMBER, what="INT with a NUL inside"))
    assert match.message == "loaders read this differently: INT with a NUL inside"
    assert match.severity is None


def test_the_honest_twin_is_low() -> None:
    fact = LoaderDisagreement(at=MEMBER, what="STRING beyond ASCII", benign=True)
    assert only(loader_disagreement, fact).severity is Severity.LOW
