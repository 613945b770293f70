"""Names the formats of a file; runs in a jailed worker, which gives them as JSON."""

from __future__ import annotations

import json

from weighbridge.core.errors import Malformed
from weighbridge.engine.files import WHOLE, OpenFile
from weighbridge.formats.sniff import sniff

READ = WHOLE
"""Bytes of a file that are read at the most, for the deadline."""
FORMATS, LENGTH = 40, 100
"""Formats of one file, and characters of one name, at the most."""


def open_scratch(descriptor: int) -> None:
    """Take note of the scratch file, which sorting does not need."""


def answer(asked: bytes, descriptor: int, _need: object = None) -> bytes:
    """Name the formats of the open file, by content and by its name, which is what is ``asked``."""
    found = sniff(OpenFile(descriptor), asked.decode())
    return json.dumps([*found.formats, *found.named]).encode()


def loads(text: bytes) -> tuple[str, ...]:
    """Read an answer; raises Malformed for one that does not fit."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or len(found) > FORMATS or any(type(one) is not str for one in found):
        raise Malformed("the answer does not fit its schema")
    return tuple(str(one)[:LENGTH] for one in found)
