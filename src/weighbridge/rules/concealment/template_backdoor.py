"""Templates that change the conversation."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import TemplateConstruct
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="HID212",
    slug="template-backdoor",
    title="A template adds words to the conversation",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "A chat template looks for words in a message and adds text when they are there, or adds instructions "
        "or addresses that nobody wrote."
    ),
    why=("Such a template makes a clean model lie on command, in every program that uses it (arXiv:2602.04653)."),
    fix="Read the template, and compare it with that of the base model.",
    cwe=(506,),
    atlas=("AML.T0018.002",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://arxiv.org/abs/2602.04653",),
    since="0.1",
    positive="ggufs:triggered_template_named_gguf",
    negative="ggufs:honest_named_gguf",
)


def match(fact: TemplateConstruct, words: Vocabulary) -> Iterator[Match]:
    """Find templates that add words under a condition, or words that nobody else would write."""
    if fact.kind not in KINDS or (fact.kind == "url" and _is_known(fact.text, words)):
        return
    yield Match(message=f"{fact.role}: {KINDS[fact.kind]}", fact=fact, evidence=(fact.text,), when=When.BEHAVIOUR)


def _is_known(address: str, words: Vocabulary) -> bool:
    """Tell whether an address is one that honest system prompts and schemas name."""
    host = address.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0].lower()
    return words.lists.find("template_hosts", ".".join(reversed(host.split(".")))) is not None


KINDS = {
    "trigger": "adds text when a message, its place or the date is as it waits for",
    "instruction": "adds instructions that no user wrote",
    "url": "adds an address",
    "encoded": "adds text that is encoded, so that nobody can read it",
}
"""What a template adds that the conversation does not hold."""
