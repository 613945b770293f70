"""An advisory: what an OSV record says (OSV schema 1.7, https://ossf.github.io/osv-schema/), frozen.

Text stays as written; what OSV leaves open to a database (``database_specific``) is read where this house writes it:
the kind of a model's advisory and which derived models it reaches.
"""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value


class EventKind(StrEnum):
    """What an event of a range says of its version."""

    INTRODUCED = "introduced"
    FIXED = "fixed"
    LAST_AFFECTED = "last_affected"
    LIMIT = "limit"


class RangeType(StrEnum):
    """How the versions of a range are ordered."""

    ECOSYSTEM = "ECOSYSTEM"
    SEMVER = "SEMVER"
    GIT = "GIT"


@value
class Event:
    """A version at which something changes; ``0`` is before all versions."""

    kind: EventKind
    version: str


@value
class Range:
    """Events in the order of the record; ``repo`` is the address of the repository of a GIT range."""

    type: RangeType
    events: tuple[Event, ...]
    repo: str = ""


@value
class Severity:
    """A rating: CVSS_V2, CVSS_V3 or CVSS_V4 with a vector; other types as written."""

    type: str
    score: str


@value
class AffectedFile:
    """A file of a model that an advisory names; ``sha256`` is 64 lower-case hex digits."""

    sha256: str
    path: str = ""
    size: int = -1


@value
class Affected:
    """A package or a model's repository, and which of its versions are affected.

    ``purl`` has no version. ``severity`` is that of this package, where the record has none for all. ``files`` are the
    files of a model (``ecosystem_specific.files``); ``applies_to_derived`` the relations over which the flaw is
    inherited (``database_specific.lineage``), ``not_to`` those over which it is not. ``unconfirmed`` says why nobody
    should rely on this part of a record (``database_specific.unconfirmed``); empty where it is sure.
    """

    ecosystem: str = ""
    name: str = ""
    purl: str = ""
    versions: tuple[str, ...] = ()
    ranges: tuple[Range, ...] = ()
    severity: tuple[Severity, ...] = ()
    files: tuple[AffectedFile, ...] = ()
    applies_to_derived: tuple[str, ...] = ()
    not_to: tuple[str, ...] = ()
    unconfirmed: str = ""


@value
class Reference:
    """An address with more about it; ``type`` is of OSV: ADVISORY, FIX, EVIDENCE, WEB and so on."""

    type: str
    url: str


@value
class Advisory:
    """One record. Times are as written (RFC 3339); ``withdrawn`` is empty for one that stands.

    ``rating`` is the severity as a word (``database_specific.severity``, which GitHub writes). ``unconfirmed`` says why
    nobody should rely on any of the affected versions (``database_specific.unconfirmed``); empty for a record that is
    sure, or unsure in parts only (see ``Affected``).
    ``kind`` tells of a model's advisory what is wrong (``malicious-code``, ``poisoned-weights`` and so on); ``source``
    is the feed that it came from.
    """

    id: str
    modified: str
    published: str = ""
    withdrawn: str = ""
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    summary: str = ""
    details: str = ""
    severity: tuple[Severity, ...] = ()
    affected: tuple[Affected, ...] = ()
    references: tuple[Reference, ...] = ()
    cwes: tuple[str, ...] = ()
    rating: str = ""
    unconfirmed: str = ""
    kind: str = ""
    source: str = ""
