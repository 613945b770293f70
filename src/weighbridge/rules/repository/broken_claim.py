"""Bytes that are not those that their store lists, or that a signature beside them is over."""

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
    title="The content is not what was promised for it",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=(
        "A file whose bytes have another digest or length than its store claims, or of which the store gave pieces of "
        "different states; a signature that does not hold under the policy that was named."
    ),
    why=(
        "The file was altered after it was listed or signed, on the way or in the store itself. Whoever relies on the "
        "list, or on a signature that is there, without checking it, is deceived."
    ),
    fix="Do not load the file. Fetch it again over another way, compare the digests, and tell the publisher.",
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
