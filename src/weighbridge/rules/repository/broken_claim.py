"""Bytes that are not those that their store lists."""

from __future__ import annotations

from weighbridge.core.facts import BrokenClaim
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU714",
    slug="broken-claim",
    title="The content is not what the store lists",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=(
        "A file whose bytes have another digest or length than its store claims for them, or of which the store gave "
        "pieces of different states."
    ),
    why=(
        "Whoever checks a download by what the store lists gets other bytes than those that were examined. The file "
        "was altered after it was listed, on the way or in the store itself."
    ),
    fix="Do not load the file. Fetch it again over another way and compare the digests, and tell the store.",
    cwe=(345, 354),
    atlas=("AML.T0010.003", "AML.T0076"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://huggingface.co/docs/hub/security", "https://git-lfs.com/"),
    since="0.1",
    positive="repositories:altered_named_repository",
    negative="repositories:unaltered_named_repository",
)


def match(fact: BrokenClaim, _words: Vocabulary) -> Iterator[Match]:
    """Report what was promised and what came."""
    yield Match(message=fact.detail, fact=fact)
