"""What is wrong with an advisory: the kinds, and whether the record can be used all the same."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value


class DefectKind(StrEnum):
    """What is wrong."""

    UNREADABLE = "unreadable"
    """It is no JSON object, or too long."""
    WRONG_TYPE = "wrong_type"
    """A field holds another type than the schema says."""
    MISSING = "missing"
    """A field that the schema asks for is not there."""
    NO_PUBLISHED = "no_published"
    """There is no time of publication; the schema allows it."""
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_WORD = "unknown_word"
    """A word is none of those that the schema lists: a prefix of an id, an ecosystem, a type."""
    TIME = "time"
    """A time is not written as RFC 3339 in UTC, or no calendar has it."""
    IMPOSSIBLE_TIME = "impossible_time"
    """A time long before there were advisories, or in the future."""
    COMMIT = "commit"
    """An event of a GIT range names no commit."""
    EVENTS = "events"
    """Events contradict each other: a fix before anything was introduced, a fix beside a last affected version."""
    VERSION = "version"
    """The version of an event has no place in the order of its ecosystem."""
    SEVERITY = "severity"
    """A score is no vector of its type."""
    ALIAS = "alias"
    """It is its own alias."""
    DUPLICATE = "duplicate"
    """The feed has the id already, in a record that is as new or newer."""


@value
class Defect:
    """Something wrong; ``at`` is a path in the record, ``fatal`` when the record cannot be used at all."""

    kind: DefectKind
    words: str
    at: str = ""
    fatal: bool = False


BY_SCHEMA = frozenset(DefectKind) - {
    DefectKind.NO_PUBLISHED, DefectKind.IMPOSSIBLE_TIME, DefectKind.VERSION, DefectKind.ALIAS, DefectKind.DUPLICATE,
}  # fmt: skip
"""Kinds that break the schema; the others are sense that no schema has."""
