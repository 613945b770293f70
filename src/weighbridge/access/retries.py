"""Trying again: exponential backoff with full jitter, what servers ask for in ``Retry-After``, and an end to it.

Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): each wait is drawn between zero and a bound that
doubles, so that many clients that were refused together do not come back together. ``Retry-After``: RFC 9110, 10.2.3.
"""

from __future__ import annotations

import os
import time

from weighbridge.core.values import value


@value
class Patience:
    """How often something is tried again, and how long that may take in all; seconds."""

    attempts: int = 6
    seconds: float = 120.0
    first: float = 1.0
    longest: float = 30.0


USUAL = Patience()


class Clock:
    """Time and chance as the system has them; tests bring their own."""

    def now(self) -> float:
        """Give seconds from any start, never backwards."""
        return time.monotonic()

    def today(self) -> float:
        """Give seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def chance(self) -> float:
        """Draw a number from 0 up to 1."""
        return int.from_bytes(os.urandom(4), "big") / (1 << 32)


class Attempts:
    """What one operation may still spend on trying again."""

    def __init__(self, clock: Clock, patience: Patience = USUAL) -> None:
        self._clock = clock
        self._patience = patience
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget what was spent: the operation has got on."""
        self._failed = 0
        self._waited = 0.0

    def wait(self, asked: str = "") -> bool:
        """Sleep before the next attempt; False at once when there may be none.

        ``asked`` is the server's ``Retry-After``. It is waited for, or, when it goes beyond the time that is left,
        nothing is tried again: asking a server earlier than it allowed makes it worse for everybody.
        """
        self._failed += 1
        told = seconds_asked(asked, self._clock.today())
        bound = min(self._patience.longest, self._patience.first * 2 ** (self._failed - 1))
        seconds = bound * self._clock.chance() + told
        if self._failed >= self._patience.attempts or self._waited + seconds > self._patience.seconds:
            return False
        self._waited += seconds
        self._clock.sleep(seconds)
        return True


def seconds_asked(asked: str, today: float) -> float:
    """Read ``Retry-After``: seconds or an HTTP date; 0 for what is neither or is in the past."""
    asked = asked.strip()
    if asked.isascii() and asked.isdigit() and len(asked) < 12:
        return float(asked)
    if not asked or len(asked) > 64:
        return 0.0
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - today)
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0
