"""When and by what a document was made: the only part of it that does not come from the graph."""

from __future__ import annotations

import os
import time

from weighbridge import __version__
from weighbridge.core.errors import UsageError
from weighbridge.core.values import value

_LATEST = 253_402_300_799
"""The last second of the year 9999, with which four digits end."""


@value
class Made:
    """``timestamp`` is in UTC as RFC 3339 has it, to the second; ``version`` that of this program."""

    timestamp: str
    version: str = __version__


def now() -> Made:
    """Take the time of SOURCE_DATE_EPOCH where it is set, so that the same input gives the same bytes, else the clock.

    Source: https://reproducible-builds.org/specs/source-date-epoch/. Raises UsageError for one that is no time.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given and not (given.isascii() and given.isdigit() and int(given) <= _LATEST):
        raise UsageError("SOURCE_DATE_EPOCH is no number of seconds", hint="unset it, or give seconds since 1970")
    seconds = int(given) if given else int(time.time())
    return Made(timestamp=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)))
