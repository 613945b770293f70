"""Members that are no plain files."""

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
    id="STR303",
    slug="link-or-device",
    title="The archive holds links or devices instead of files",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds="A member is a symbolic or hard link, or a pipe or device, which weighs more.",
    why=(
        "A later member can be written through a link to a place that its name does not show, and reading a pipe or "
        "device hangs or reaches hardware. Models consist of plain files."
    ),
    fix="Unpack the archive in an empty sandbox only, or ask the publisher for one that holds plain files.",
    cwe=(59, 61),
    atlas=("AML.T0010.003",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://docs.python.org/3/library/tarfile.html#extraction-filters",
        "https://nvd.nist.gov/vuln/detail/CVE-2025-12060",
    ),
    since="0.1",
    positive="zip_tricks:symlink",
    negative="torches:zip_checkpoint",
)

LINKS = {Oddity.LINK: "it is a link"}
DEVICES = {Oddity.SPECIAL_FILE: "it is a pipe or a device"}


def match(fact: ContainerOddity, _words: Vocabulary) -> Iterator[Match]:
    """Find links, and pipes and devices, which are worse."""
    yield from oddity.matches(fact, LINKS)
    yield from oddity.matches(fact, DEVICES, severity=Severity.HIGH)
