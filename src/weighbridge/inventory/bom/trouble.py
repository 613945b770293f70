"""What is wrong with a bill of materials, whoever has written it."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value


class Check(StrEnum):
    """What a document was held against."""

    SCHEMA = "schema"
    REFERENCE = "reference"
    """Something that is named is not there, or is there twice."""
    PURL = "purl"
    HASH = "hash"
    LICENSE = "license"
    TIME = "time"
    VERSION = "version"


@value
class Trouble:
    """One thing that is wrong; ``at`` is a JSON Pointer (RFC 6901), ``words`` may quote a stranger."""

    check: Check
    at: str
    words: str


SHOWN = 120
"""Characters of a stranger's text that are quoted."""


def quoted(text: str) -> str:
    """Quote the beginning of a stranger's text."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def told(check: Check, at: str, words: str) -> Trouble:
    """Say what is wrong at a place."""
    return Trouble(check=check, at=at, words=words)
