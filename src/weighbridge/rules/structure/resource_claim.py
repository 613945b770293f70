"""Claims that exhaust memory, disk or time."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import ResourceClaim
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="STR307",
    slug="resource-claim",
    title="The file claims far more room than it can need",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.EXHAUSTION,
    finds=(
        "A header, a constant, an array or an archive member claims more bytes than are there, or more than any "
        "honest file unpacks to."
    ),
    why=(
        "A reader that believes the claim reserves the memory or fills the disk, and the service that opens the file "
        "goes down. A cut-off download looks the same."
    ),
    fix="Fetch the file again. If the claim stays, open it only under a limit on memory and disk.",
    cwe=(409, 770),
    atlas=("AML.T0010.003", "AML.T0029"),
    owasp=("LLM03:2025", "LLM10:2025", "ML06:2023"),
    references=("https://www.bamsoftware.com/hacks/zipbomb/",),
    since="0.1",
    positive="zip_tricks:claimed_bomb",
    negative="numpys:npz",
)


def match(fact: ResourceClaim, _words: Vocabulary) -> Iterator[Match]:
    """Find claims beyond what is there or allowed."""
    message = f"{fact.what}: claims {fact.claimed:,} {fact.unit}, {fact.limit:,} are there or allowed"
    yield Match(message=message, fact=fact)
