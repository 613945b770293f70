"""Breaks after a deed, and breaks in mere data."""

from __future__ import annotations

import pytest

from tests.rules.facts import MEMBER, only
from weighbridge.core.facts import StreamBreak
from weighbridge.core.finding import Severity
from weighbridge.rules.concealment import broken_stream


@pytest.mark.parametrize(
    ("names", "calls", "done"),
    [
        (1, 1, "1 imported name and 1 call"),
        (2, 0, "2 imported names and 0 calls"),
        (0, 1, "0 imported names and 1 call"),
    ],
)
def test_a_break_after_a_deed_says_that_it_is_done(names: int, calls: int, done: str) -> None:
    match = only(broken_stream, StreamBreak(at=MEMBER, reason="byte 0xff is no opcode", calls=calls, names=names))
    assert match.message == (
        f"the pickle breaks off: byte 0xff is no opcode; what ran before the break has run: {done}"
    )
    assert match.severity is None


def test_the_honest_twin_is_a_cut_off_download() -> None:
    match = only(broken_stream, StreamBreak(at=MEMBER, reason="the data ends", calls=0, names=0))
    assert match.message == "the pickle breaks off: the data ends"
    assert match.severity is Severity.LOW
