"""Trying again: how long, how often, and what servers may ask for."""

from __future__ import annotations

import pytest

from tests.access.clocks import StillClock
from weighbridge.access.retries import Attempts, Clock, Patience, seconds_asked

TODAY = 1767323045.0  # 2026-01-02 03:04:05 UTC


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120.0), (" 7 ", 7.0), ("0", 0.0),
        ("Fri, 02 Jan 2026 03:05:05 GMT", 60.0), ("Fri, 02 Jan 2026 03:03:05 GMT", 0.0),
        ("", 0.0), ("soon", 0.0), ("-5", 0.0), ("1e3", 0.0), ("٣", 0.0), ("9" * 50, 0.0), ("1" * 100, 0.0),
        ("Fri, 99 Jan 2026 03:05:05 GMT", 0.0),
    ],
)  # fmt: skip
def test_what_a_server_asks_for(asked: str, seconds: float) -> None:
    assert seconds_asked(asked, TODAY) == seconds


def test_waits_double_up_to_a_bound_and_end() -> None:
    clock = StillClock()
    attempts = Attempts(clock, Patience(attempts=6, first=1.0, longest=5.0))
    while attempts.wait():
        pass
    assert clock.slept == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_the_time_in_all_is_bounded() -> None:
    clock = StillClock()
    attempts = Attempts(clock, Patience(attempts=100, first=8.0, longest=30.0, seconds=60.0))
    while attempts.wait():
        pass
    assert sum(clock.slept) <= 60.0


def test_what_is_asked_for_is_waited_for_or_nothing_is() -> None:
    clock = StillClock()
    attempts = Attempts(clock, Patience(seconds=60.0))
    assert attempts.wait("20")
    assert 20.0 <= clock.slept[0] <= 21.0
    assert not attempts.wait("3600")
    assert len(clock.slept) == 1


def test_after_progress_all_is_allowed_again() -> None:
    clock = StillClock()
    attempts = Attempts(clock, Patience(attempts=2))
    assert attempts.wait()
    assert not attempts.wait()
    attempts.begin_anew()
    assert attempts.wait()


def test_chance_spreads_the_waits() -> None:
    drawn = {Clock().chance() for _ in range(100)}
    assert len(drawn) > 90
    assert all(0.0 <= number < 1.0 for number in drawn)
