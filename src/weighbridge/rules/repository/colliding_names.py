"""Names that collide on other systems."""

from __future__ import annotations

from weighbridge.core.facts import Identity
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.location import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU712",
    slug="colliding-names",
    title="Two files have names that some systems take for one",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=("Two paths of the repository differ only in upper and lower case, or in how accents are encoded."),
    why=("Windows and macOS keep one of the two: another file is loaded there than was reviewed here."),
    fix="Rename one of the files.",
    cwe=(178, 436),
    atlas=("AML.T0074",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/git/git/security/advisories/GHSA-8prw-h3cq-mghm",),
    since="0.1",
    positive="repositories:colliding_names_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, _words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Find paths that some file systems take for one."""
    from unicodedata import normalize

    first: dict[str, str] = {}
    for path, file in repository.files.items():
        folded = normalize("NFC", path).casefold()
        other = first.setdefault(folded, path)
        if other != path:
            fact = Identity(at=Location(), format=file.formats[0] if file.formats else "")
            yield path, Match(message=f"differs from {other} only in case or form", fact=fact)
