"""A clock for tests: it stands still until somebody sleeps."""

from __future__ import annotations

from weighbridge.access.retries import Clock


class StillClock(Clock):
    """Time that passes when somebody sleeps, and chance that always draws the whole wait."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds slept, and those that a test adds to `time`."""
        return self.time

    def today(self) -> float:
        """2026-01-02 03:04:05 UTC at the start."""
        return 1767323045.0 + self.time - 1000.0

    def sleep(self, seconds: float) -> None:
        """Pass without waiting."""
        self.slept.append(seconds)
        self.time += seconds

    def chance(self) -> float:
        """As late as may be."""
        return 1.0
