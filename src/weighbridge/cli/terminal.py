"""What the terminal can show."""

from __future__ import annotations

import os
import sys

USUAL = 80
WIDEST = 100
"""Lines longer than this are hard to read, however wide the terminal."""


def width() -> int:
    """Columns to use for text on stdout."""
    if not sys.stdout.isatty():
        return USUAL
    try:
        return min(WIDEST, os.get_terminal_size(sys.stdout.fileno()).columns)
    except OSError:
        return USUAL
