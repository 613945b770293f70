"""What an input may cost, and how large inputs are."""

from __future__ import annotations

from weighbridge.core.limits import Limits

LONGEST = 1 << 17
"""Bytes of an input: room for every structure of every format, small enough that thousands run in a second."""

SECONDS = 5.0
"""Wall time that one input may take, measured twice before it counts; the slowest honest one takes a tenth."""

HANG = 30
"""Seconds after which a process that still works on the same input is ended."""

MEMORY = 150 << 20
"""Bytes that the peak of a process may lie above the peak that it had before its first input."""

ADDRESS_SPACE = 2 << 30
"""Address space of a process that runs CPython's own unpicklers, which allocate whatever a stream claims."""

LIMITS = Limits(expanded_bytes=64 << 20, ratio_floor=16 << 20, members=2_000)
"""The limits of an examination, with less decompression and fewer members, so that bombs end within ``SECONDS``."""
