"""How old a feed is, and how old it may be."""

from __future__ import annotations

import re

from weighbridge.core.errors import UsageError

_SPAN = re.compile(r"(\d{1,5})([hdw]?)", re.ASCII)
_DAYS = {"h": 1 / 24, "d": 1.0, "": 1.0, "w": 7.0}


def days(span: str) -> float:
    """Read a span of time, ``12h``, ``7d`` or ``2w``, as days, which a bare number is; raises UsageError."""
    matched = _SPAN.fullmatch(span)
    if matched is None:
        raise UsageError(f"{span!r} is no span of time", hint="write hours, days or weeks: 12h, 7d, 2w")
    return int(matched[1]) * _DAYS[matched[2]]


def told(age: float) -> str:
    """Say in words how long ago something was, in days or less."""
    if age < 1 / 24:
        return "less than an hour ago"
    number, unit = (int(age * 24), "hour") if age < 2 else (int(age), "day")
    return f"{number:,} {unit}{'' if number == 1 else 's'} ago"
