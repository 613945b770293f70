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
