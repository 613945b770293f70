"""Addresses, commands and source code among the strings of a file."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import EmbeddedPayload
    from weighbridge.rules.vocabulary.standing import Vocabulary

TEXTS = {"url": "an internet address", "python source": "Python source code", "command": "a command"}
"""What a text constant may hold, in words for people."""

INFO = RuleInfo(
    id="HID202",
    slug="telling-text",
    title="A text constant reads like an address, command or code",
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    harm=Harm.CONCEALMENT,
    finds="A string constant contains a URL, a shell command or something that reads like Python source.",
    why=(
        "Text alone does nothing, and vocabularies and model cards are full of addresses. Beside a finding that runs "
        "code it tells what that code was given."
    ),
    fix="Read the text beside the other findings of the file; without any there is nothing to do.",
    cwe=(506,),
    atlas=("AML.T0010.003",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickle.html",),
    since="0.1",
    positive="examples:shell_text",
    negative="pickles:plain_data",
)


def match(fact: EmbeddedPayload, _words: Vocabulary) -> Iterator[Match]:
    """Find text that tells something."""
    if fact.what in TEXTS:
        yield Match(message=f"a text constant holds {TEXTS[fact.what]}", fact=fact, evidence=(fact.excerpt,))
