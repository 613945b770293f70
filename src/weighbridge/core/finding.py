"""Findings and the words of the rules that make them."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.location import Location
from weighbridge.core.values import value
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.facts import Fact


class Severity(StrEnum):
    """How bad it is if the finding is true."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Position from 0 (info) to 4 (critical)."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Confidence(StrEnum):
    """How sure the rule is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Harm(StrEnum):
    """What the finding leads to if it is true; only the first two make a verdict ``malicious``."""

    EXECUTION = "execution"
    MEMORY_CORRUPTION = "memory_corruption"
    CONCEALMENT = "concealment"
    EXHAUSTION = "exhaustion"
    HYGIENE = "hygiene"


DECISIVE = (Harm.EXECUTION, Harm.MEMORY_CORRUPTION)
"""Harms that alone make a file malicious, when they are grave and sure."""


@value
class RuleInfo:
    """The one source of words about a rule: docs page, ``explain``, SARIF help and reports render it."""

    id: str
    slug: str
    title: str
    severity: Severity
    confidence: Confidence
    harm: Harm
    finds: str
    why: str
    fix: str
    cwe: tuple[int, ...]
    atlas: tuple[str, ...]
    owasp: tuple[str, ...]
    references: tuple[str, ...]
    since: str
    positive: str
    negative: str
    accept: str = ""
    """When it may be accepted; empty where that follows from the harm."""


@value
class Match:
    """What a rule function yields: the message for people and the fact that shows it."""

    message: str
    fact: Fact
    evidence: tuple[str, ...] = ()
    severity: Severity | None = None
    confidence: Confidence | None = None
    when: When | None = None


@value
class Finding:
    """One judgement about one file; ``when`` tells when it takes effect, None where nothing takes effect."""

    rule: str
    title: str
    severity: Severity
    confidence: Confidence
    harm: Harm
    message: str
    at: Location
    evidence: tuple[str, ...]
    fingerprint: str
    when: When | None = None
