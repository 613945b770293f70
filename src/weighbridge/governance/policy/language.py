"""A policy as values: what each key asks for, and what follows where it is not so or not known."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value
from weighbridge.governance.policy.decision import Decision, Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.finding import Severity


class Mode(StrEnum):
    """What a decision does."""

    ENFORCE = "enforce"
    AUDIT = "audit"
    """It is told, and stops nothing."""


@value
class OnMissing:
    """What follows where a fact is missing; ``allow`` has a ``reason`` always."""

    decision: Decision = Decision.INCONCLUSIVE
    reason: str = ""


@value
class Section:
    """What every key has: the decision for what violates it, and for what is not known."""

    violation: Decision = Decision.BLOCK
    missing: OnMissing = OnMissing()


@value
class ScanSection(Section):
    """Everything is scanned, wholly, and not longer ago than ``max_age`` days; None is no bound."""

    max_age: int | None = None


@value
class Lists(Section):
    """What is accepted and what is not; an empty ``allow`` accepts whatever is not denied."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


@value
class SeveritiesSection(Section):
    """No finding above ``highest``; None accepts none at all."""

    highest: Severity | None


@value
class IgnoredRule:
    """A rule whose findings do not count, and why."""

    rule: str
    reason: str


@value
class RulesSection(Section):
    """No finding of the rules ``deny``; those of ``ignore`` count nowhere."""

    deny: tuple[str, ...] = ()
    ignore: tuple[IgnoredRule, ...] = ()


@value
class SignaturesSection(Section):
    """A signature that holds, by one of ``signers`` (of anybody trusted where it is empty).

    ``trust`` is the file that says who is trusted (``signers.toml``), counted from the policy; empty for the usual one.
    """

    trust: str = ""
    signers: tuple[str, ...] = ()


@value
class PinsSection(Section):
    """References are fixed in one of the ways ``accept``."""

    accept: tuple[str, ...] = ("commit", "digest")


@value
class AdvisoriesSection(Section):
    """No advisory above ``highest`` (None accepts none); what may be affected is decided by ``possibly``, and what
    nobody can tell by ``investigating``."""

    highest: Severity | None
    possibly: Decision = Decision.INCONCLUSIVE
    investigating: Decision = Decision.INCONCLUSIVE


@value
class LineageSection(Lists):
    """Made from known bases only (patterns of package URLs or names), over at most ``deepest`` generations."""

    deepest: int | None = None


@value
class Wanted:
    """A result that is asked for."""

    name: str
    at_least: float | None = None
    at_most: float | None = None


@value
class EvaluationsSection(Section):
    """Results that must be there."""

    require: tuple[Wanted, ...]


@value
class Exemption:
    """An entry of the lists ``allow`` and ``deny``: what it is about, why, on whose word, until which day.

    One of ``purl`` (a pattern; without a version it fits all) and ``sha256`` is given. ``keys`` are the keys that it
    lifts, all where it is empty. ``expires`` is the last day on which it holds, empty for one that does not end.
    """

    reason: str
    purl: str = ""
    sha256: str = ""
    owner: str = ""
    expires: str = ""
    keys: tuple[Key, ...] = ()

    def holds(self, day: str) -> bool:
        """Tell whether it holds on a day."""
        return not self.expires or day <= self.expires

    def __str__(self) -> str:
        about = self.purl or f"sha256 {self.sha256[:12]}…"
        ends = f", until {self.expires}" if self.expires else ""
        who = f" ({self.owner}{ends})" if self.owner else f" ({ends[2:]})" if ends else ""
        return f"{about}: {self.reason}{who}"


@value
class Condition:
    """An expression in CEL, and what follows for a subject for which it holds."""

    name: str
    when: str
    decision: Decision
    reason: str


@value
class Policy:
    """A policy; a key that is None is not asked for, but what is not scanned is always told.

    ``digest`` is the SHA-256 of its text, ``source`` the file or preset that it comes from.
    """

    name: str
    digest: str
    source: str = ""
    description: str = ""
    mode: Mode = Mode.ENFORCE
    scan: ScanSection = ScanSection()
    formats: Lists | None = None
    severities: SeveritiesSection | None = None
    rules: RulesSection | None = None
    licenses: Lists | None = None
    publishers: Lists | None = None
    signatures: SignaturesSection | None = None
    pins: PinsSection | None = None
    advisories: AdvisoriesSection | None = None
    lineage: LineageSection | None = None
    remote_code: Section | None = None
    evaluations: EvaluationsSection | None = None
    conditions: tuple[Condition, ...] = ()
    allow: tuple[Exemption, ...] = ()
    deny: tuple[Exemption, ...] = ()
