"""What the terminal can show."""

from __future__ import annotations

import os
import sys

USUAL = 80
WIDEST = 100
"""Lines longer than this are hard to read, however wide the terminal."""


def width() -> int:
    """Columns to use for text on stdout."""
    if not _is_terminal():
        return USUAL
    try:
        return min(WIDEST, os.get_terminal_size(sys.stdout.fileno()).columns)
    except OSError:
        return USUAL


def colours() -> bool:
    """Tell whether stdout is a terminal that may be coloured (https://no-color.org)."""
    return _is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()
