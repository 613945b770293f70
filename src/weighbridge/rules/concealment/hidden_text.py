"""Text that a reader does not see."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.texts import HiddenText
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="HID209",
    slug="hidden-text",
    title="Text is hidden from its readers",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "Characters without width, in reversed order or from the block of tags, or a style that makes words "
        "invisible: a program or a model reads them, a person does not."
    ),
    why=(
        "Hidden words are orders for a model or an agent that reads the file, or make code look like "
        "something else than it is."
    ),
    fix="Look at the decoded text, and treat whoever hid it as hostile until explained.",
    cwe=(506, 1007),
    atlas=("AML.T0074",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://trojansource.codes/",),
    since="0.1",
    positive="proses:tag_characters_named_md",
    negative="proses:honest_named_md",
)


def match(fact: HiddenText, _words: Vocabulary) -> Iterator[Match]:
    """Find text that only programs see."""
    yield Match(message=f"{fact.count} characters hidden by {fact.how}", fact=fact, evidence=(fact.text,))
