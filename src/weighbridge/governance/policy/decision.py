"""What a policy decides, and why: a ruling for each key, the worst of them for the subject, the worst of all."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.inventory.graph import Kind


class Decision(StrEnum):
    """Whether something may pass, the best first."""

    ALLOW = "allow"
    WARN = "warn"
    """It passes, and somebody should look."""
    INCONCLUSIVE = "inconclusive"
    """Something that the policy asks for is not known; that does not pass."""
    BLOCK = "block"


_RANKS = {decision: rank for rank, decision in enumerate(Decision)}


def worst(decisions: Iterable[Decision]) -> Decision:
    """Pick the worst of several decisions; none at all is allow."""
    return max(decisions, key=_RANKS.__getitem__, default=Decision.ALLOW)


class Key(StrEnum):
    """What a policy judges by, in the order in which it is told."""

    DENY = "deny"
    SCAN = "scan"
    FORMATS = "formats"
    SEVERITIES = "severities"
    RULES = "rules"
    LICENSES = "licenses"
    PUBLISHERS = "publishers"
    SIGNATURES = "signatures"
    PINS = "pins"
    ADVISORIES = "advisories"
    LINEAGE = "lineage"
    REMOTE_CODE = "remote_code"
    EVALUATIONS = "evaluations"
    CONDITIONS = "conditions"


@value
class Ruling:
    """What one key says about one subject.

    ``words`` are sentences without a full stop, ``evidence`` is where the facts behind them come from. ``missing`` when
    the decision was made because a fact is not known. ``lifted`` is the exception that turned it into ``allow``: its
    reason, owner and expiry; ``was`` the decision before.
    """

    key: Key
    decision: Decision
    words: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    missing: bool = False
    lifted: str = ""
    was: Decision | None = None


@value
class Judgement:
    """All rulings about one subject."""

    subject: str
    kind: Kind
    name: str
    target: str
    digests: tuple[str, ...]
    """SHA-256 that were computed from the bytes."""
    commit: str
    rulings: tuple[Ruling, ...]

    @property
    def decision(self) -> Decision:
        """The worst of the rulings."""
        return worst(one.decision for one in self.rulings)


@value
class Outcome:
    """A decision about everything that was named, under one policy, on one day.

    ``expired`` are sentences about entries that no longer hold; ``unused`` about exceptions that fit nothing. ``gaps``
    are sentences about what was not read at all, and ``unread`` is what follows where there are any.
    """

    policy: str
    digest: str
    """SHA-256 of the policy's text."""
    enforced: bool
    day: str
    judgements: tuple[Judgement, ...]
    expired: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    unread: Decision = Decision.INCONCLUSIVE

    @property
    def decision(self) -> Decision:
        """The worst of the judgements, and of what was not read; without any judgement at best inconclusive."""
        nothing = () if self.judgements else (Decision.INCONCLUSIVE,)
        gaps = (self.unread,) if self.gaps else ()
        return worst((*nothing, *gaps, *(one.decision for one in self.judgements)))
