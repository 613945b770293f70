"""Bytes left over: telling ones, zeros, the count of those that were not told."""

from __future__ import annotations

from tests.rules.facts import FILE, found, only
from weighbridge.core.facts import TrailingData
from weighbridge.core.finding import Confidence, Severity
from weighbridge.core.location import Location
from weighbridge.core.values import replace
from weighbridge.rules.concealment import trailing_data

TAIL = TrailingData(at=FILE, where="tail", zero=False, after="STOP")


def test_the_plain_form() -> None:
    match = only(trailing_data, TAIL)
    assert match.message == "64 bytes that nothing reads after STOP"
    assert match.severity is None


def test_bytes_in_front() -> None:
    match = only(trailing_data, replace(TAIL, where="prefix", after=""))
    assert match.message == "64 bytes that nothing reads before everything else"


def test_the_honest_twin_is_padding() -> None:
    match = only(trailing_data, replace(TAIL, zero=True))
    assert match.message == "64 zero bytes after STOP"
    assert (match.severity, match.confidence) == (Severity.INFO, Confidence.LOW)


def test_the_rest_of_many() -> None:
    match = only(trailing_data, replace(TAIL, at=Location(), where="gap", after="17 more"))
    assert match.message == "more bytes like these in the file (gap): 17 more"
    assert match.severity is None


def test_a_comment_is_told_by_another_rule() -> None:
    assert found(trailing_data, replace(TAIL, where="comment")) == ()
    assert only(trailing_data, replace(TAIL, at=Location(), where="comment")).severity is None
