"""Comments and locked members: places that scanners cannot or do not look into."""

from __future__ import annotations

from weighbridge.core.facts import Oddity
from weighbridge.core.finding import Confidence, Harm, RuleInfo, Severity
from weighbridge.rules.structure import oddity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import ContainerOddity
    from weighbridge.core.finding import Match
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="STR308",
    slug="comment",
    title="The archive has a comment or a locked member",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    harm=Harm.HYGIENE,
    finds=(
        "An archive or a member carries a comment, or a member is encrypted. What is encrypted could not be judged "
        "and is listed among the gaps as well."
    ),
    why=(
        "Neither does harm by itself, and neither is of use to a model. Both are places where something can wait "
        "unseen."
    ),
    fix="Ask the publisher for an archive without a password and without comments.",
    cwe=(912,),
    atlas=("AML.T0010.003",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT",),
    since="0.1",
    positive="examples:archive_comment",
    negative="torches:zip_checkpoint",
)

KINDS = {Oddity.COMMENT: "it carries a comment", Oddity.ENCRYPTED: "it is encrypted"}


def match(fact: ContainerOddity, _words: Vocabulary) -> Iterator[Match]:
    """Find comments and encrypted members."""
    return oddity.matches(fact, KINDS)
