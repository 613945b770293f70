"""Members that would be written outside the folder they are unpacked to."""

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
    id="STR302",
    slug="path-escape",
    title="Unpacking writes outside the folder it unpacks to",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A member's name is absolute, climbs with `..`, names a drive or a share, or a link points out of the folder, "
        "on the rules of POSIX or of Windows."
    ),
    why=(
        "A program that unpacks the archive without care overwrites files of the author's choice: start-up scripts, "
        "keys, libraries. What was put there runs later, with nothing left to see in the model."
    ),
    fix="Do not unpack this archive. Ask the publisher for one with plain relative names.",
    cwe=(22, 59),
    atlas=("AML.T0010.003", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://security.snyk.io/research/zip-slip-vulnerability",
        "https://docs.python.org/3/library/tarfile.html#extraction-filters",
        "https://nvd.nist.gov/vuln/detail/CVE-2025-23360",
    ),
    since="0.1",
    positive="tars:link",
    negative="torches:zip_checkpoint",
)

KINDS = {
    Oddity.PATH_ESCAPE: "unpacking it writes outside the folder",
    Oddity.LINK_ESCAPE: "the link leads out of the folder",
}


def match(fact: ContainerOddity, _words: Vocabulary) -> Iterator[Match]:
    """Find names and links that leave the folder."""
    return oddity.matches(fact, KINDS)
