"""Headers that are not true."""

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
    id="STR304",
    slug="false-header",
    title="A header of the archive is not true",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=(
        "A checksum does not fit the content, a member is marked as encrypted and is not, or a header is malformed. "
        "The content is examined all the same."
    ),
    why=(
        "Careful tools stop at such a header and report nothing, careless loaders read on and run what follows. It "
        "may also be plain damage from a bad transfer."
    ),
    fix="Fetch the file again and compare its digest with the publisher's. If the header stays false, do not load it.",
    cwe=(345, 354),
    atlas=("AML.T0010.003", "AML.T0076"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2025-10156",
        "https://nvd.nist.gov/vuln/detail/CVE-2025-1945",
    ),
    since="0.1",
    positive="examples:false_checksum",
    negative="torches:zip_checkpoint",
)

KINDS = {
    Oddity.CHECKSUM_MISMATCH: "the checksum does not fit the content",
    Oddity.FALSE_ENCRYPTION_FLAG: "it is marked as encrypted and is not",
    Oddity.BAD_HEADER: "a header is malformed",
}


def match(fact: ContainerOddity, _words: Vocabulary) -> Iterator[Match]:
    """Find headers that say what is not so."""
    return oddity.matches(fact, KINDS)
