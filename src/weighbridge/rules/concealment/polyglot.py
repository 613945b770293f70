"""Files that are several things at once."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import Identities
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="HID204",
    slug="polyglot",
    title="The file is valid as more than one format",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "The same bytes are accepted as two or more structured formats, such as a pickle from the front and a zip "
        "archive from the end. Every one of them is examined."
    ),
    why=(
        "Which one opens depends on the program: a scanner may see the harmless side and the loader the other. "
        "Honest tools write one format at a time."
    ),
    fix="Ask the publisher for a file in one format, and do not load this one until it is explained.",
    cwe=(436,),
    atlas=("AML.T0010.003", "AML.T0074"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2025-10155",
        "https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT",
    ),
    since="0.1",
    positive="polyglots:pickle_then_zip",
    negative="torches:zip_checkpoint",
)


def match(fact: Identities, _words: Vocabulary) -> Iterator[Match]:
    """Find bytes with several identities."""
    yield Match(message=f"the same bytes are {' and '.join(fact.formats)}", fact=fact)
