"""Documents that act when they are opened."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.texts import ActiveContent
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="HID210",
    slug="active-content",
    title="A document does something when it is opened",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.EXECUTION,
    finds=(
        "A picture, page or document of the repository carries a script, a handler or an action that its viewer runs."
    ),
    why=(
        "It runs in the browser or viewer of whoever looks at the repository, with whatever that person is "
        "signed in to."
    ),
    fix="Do not open the document outside of a sandboxed viewer.",
    cwe=(79, 506),
    atlas=("AML.T0011.000",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://www.w3.org/TR/SVG2/interact.html",),
    since="0.1",
    positive="media:script_named_svg",
    negative="media:picture_named_svg",
)


def match(fact: ActiveContent, _words: Vocabulary) -> Iterator[Match]:
    """Find documents that act; a page with scripts of its own is what pages are."""
    usual = fact.document == "html" and fact.what == "a script"
    yield Match(
        message=f"{fact.document}: {fact.what}",
        fact=fact,
        evidence=(fact.excerpt,),
        severity=Severity.LOW if usual else None,
        when=When.FLAG,
    )
