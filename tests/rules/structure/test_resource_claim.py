"""Claims beyond what is there."""

from __future__ import annotations

from tests.rules.facts import FILE, only
from weighbridge.core.facts import ResourceClaim
from weighbridge.rules.structure import resource_claim


def test_the_claim_and_the_limit_are_said() -> None:
    fact = ResourceClaim(at=FILE, what="header", claimed=1 << 40, limit=100_000_000, unit="bytes")
    match = only(resource_claim, fact)
    assert match.message == "header: claims 1,099,511,627,776 bytes, 100,000,000 are there or allowed"
    assert match.severity is None
