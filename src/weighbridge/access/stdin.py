"""Standard input as a file: a redirected file is read where it lies, what comes by a pipe is kept without a name."""

from __future__ import annotations

import os
import stat

from weighbridge.core.errors import AccessError, reason

LARGEST = 16 << 30
"""Bytes taken from a pipe; more can be scanned from a file. A pipe can go on for ever."""

_BLOCK = 1 << 20


def descriptor() -> int:
    """Give a descriptor, open as long as the process lives, of a file with what stdin holds; raises AccessError."""
    try:
        mode = os.fstat(0).st_mode
        if stat.S_ISREG(mode):
            return os.dup(0)
        if os.isatty(0):
            raise AccessError("a model is not read from a terminal", hint="weighbridge scan - < FILE")
        return _kept()
    except OSError as error:
        raise AccessError(f"cannot read standard input: {reason(error)}") from None


def _kept() -> int:
    from tempfile import TemporaryFile

    size = 0
    with TemporaryFile(buffering=0) as unnamed:
        while block := os.read(0, _BLOCK):
            size += len(block)
            if size > LARGEST:
                raise AccessError(f"standard input holds more than {LARGEST} bytes", hint="scan it from a file")
            while block:
                block = block[unnamed.write(block) :]
        return os.dup(unnamed.fileno())
