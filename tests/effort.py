"""How much work something is, on any machine: calls that the interpreter counts, or seconds of a known processor."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType


def calls(work: Callable[[], object]) -> int:
    """How many functions, of Python and of C, are called while `work` runs."""
    count = 0

    def counting(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


_ROUNDS, _USUAL = 1_000_000, 0.06
"""Rounds of a loop, and the seconds of processor time that they took where the bounds of the tests were chosen."""


def is_quick(spent: float, seconds: float) -> bool:
    """Whether what took so much processor time would take less than ``seconds`` on the machine where they were chosen.

    A slower one, or one whose processors are shared with others, is measured when the bound is passed, and has more.
    """
    return spent < seconds or spent < seconds * _slowness()


def _slowness() -> float:
    begun = time.process_time()
    number = 0
    for each in range(_ROUNDS):
        number += each
    return max(1.0, (time.process_time() - begun) / _USUAL)
