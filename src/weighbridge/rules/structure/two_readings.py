"""Archives that say two things at once."""

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
    id="STR301",
    slug="two-readings",
    title="The archive has different contents for different readers",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=(
        "A name occurs twice or in two spellings, a local header contradicts the directory, a member is missing from "
        "the directory, there are two directories, or members share bytes. Every reading is examined."
    ),
    why=(
        "Programs differ in which of the two they believe. A scanner may open the harmless member while the loader "
        "opens the other one, under the same name."
    ),
    fix="Do not load this archive. Ask the publisher to pack it again with an ordinary tool.",
    cwe=(436, 694),
    atlas=("AML.T0010.003", "AML.T0074"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2025-1944",
        "https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT",
    ),
    since="0.1",
    positive="polyglots:two_zips",
    negative="torches:zip_checkpoint",
)

KINDS = {
    Oddity.DUPLICATE_NAME: "the name occurs more than once",
    Oddity.CASE_COLLISION: "the name differs from another one only in spelling",
    Oddity.HEADER_MISMATCH: "two headers contradict each other",
    Oddity.HIDDEN_MEMBER: "some readers do not see it",
    Oddity.SECOND_DIRECTORY: "there is more than one directory",
    Oddity.NAME_OVERRIDE: "it has a second name",
    Oddity.OVERLAP: "it shares bytes with another member",
}


def match(fact: ContainerOddity, _words: Vocabulary) -> Iterator[Match]:
    """Find archives that can be read in two ways."""
    return oddity.matches(fact, KINDS)
