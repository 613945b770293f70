"""What the rules on container oddities share: one match for each oddity of their kinds."""

from __future__ import annotations

from weighbridge.core.finding import Match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weighbridge.core.facts import ContainerOddity, Oddity
    from weighbridge.core.finding import Confidence, Severity


def matches(
    fact: ContainerOddity,
    kinds: Mapping[Oddity, str],
    *,
    severity: Severity | None = None,
    confidence: Confidence | None = None,
) -> Iterator[Match]:
    """Match an oddity of one of ``kinds``, which says each in words; the member and the detail are evidence."""
    if fact.kind not in kinds:
        return
    about = f"`{fact.member}`" if fact.member else f"the {fact.container} archive"
    message = f"{about}: {kinds[fact.kind]}"
    evidence = (fact.detail,) if fact.detail else ()
    yield Match(message=message, fact=fact, evidence=evidence, severity=severity, confidence=confidence)
