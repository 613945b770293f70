"""What a store lists of a file beside what its bytes are: a digest that is not the claimed one is a finding."""

from __future__ import annotations

from weighbridge.core.facts import BrokenClaim
from weighbridge.core.location import Location
from weighbridge.engine.judge import Judge
from weighbridge.rules.catalog import RuleSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.core.artifact import ListedFile
    from weighbridge.core.finding import Finding

RULE = "TRU714"
"""The rule that tells of a promise that was not kept."""

NAMES = {"sha256": "SHA-256", "git": "git SHA-1", "md5": "MD5"}
"""Digests that a store may claim and that are held against the content, the strongest first."""


def claimed(file: ListedFile) -> str:
    """Name the strongest digest that the store claims, as the field of ``ListedFile``; empty where it claims none."""
    return next((field for field in NAMES if getattr(file, field)), "")


def broken(file: ListedFile, field: str, found: str) -> tuple[BrokenClaim, ...]:
    """Compare a digest that was computed with the one that is claimed."""
    told = getattr(file, field)
    if told == found:
        return ()
    return (BrokenClaim(at=Location(), detail=f"the store lists {NAMES[field]} {told}, the content has {found}"),)


def judged(facts: Iterable[BrokenClaim], disabled: frozenset[str]) -> tuple[Finding, ...]:
    """Give what the rules say about broken claims."""
    judge = Judge(RuleSet(disabled=disabled))
    for fact in facts:
        judge.see(fact)
    return judge.findings()
