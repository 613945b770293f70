"""Bytes that two unpicklers read differently."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import LoaderDisagreement
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="HID206",
    slug="loader-disagreement",
    title="Pickle readers disagree about these bytes",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "The C unpickler, the Python unpickler or `pickletools` read an opcode differently: a number in another base, "
        "a NUL inside a literal, a false frame length, bytes beyond ASCII. All readings are followed."
    ),
    why=(
        "Scanners built on `pickletools` stop at such a place or misread it, and miss what the loader runs behind it. "
        "Picklers do not write such bytes, apart from strings of Python 2."
    ),
    fix="Treat the file as made by hand. Ask the publisher how it was written, or for safetensors.",
    cwe=(436,),
    atlas=("AML.T0010.003", "AML.T0076"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://github.com/python/cpython/issues/126992",
        "https://github.com/python/cpython/issues/123309",
    ),
    since="0.1",
    positive="pickles.hostile_streams:odd_integer",
    negative="pickles:plain_data",
)


def match(fact: LoaderDisagreement, _words: Vocabulary) -> Iterator[Match]:
    """Find disagreements; those that honest writers cause weigh little."""
    message = f"loaders read this differently: {fact.what}"
    yield Match(message=message, fact=fact, severity=Severity.LOW if fact.benign else None)
