"""Bytes that no reader of the format needs."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import TrailingData
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="HID203",
    slug="trailing-data",
    title="The file holds bytes that nothing reads",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "Bytes lie before, between or behind everything that the format accounts for. Zeros are padding and weigh "
        "nothing; other bytes are examined as a file of their own as well. Comments in words are told by `STR308`."
    ),
    why=(
        "Bytes that the model does not need are room for something else: a second stage that code elsewhere picks "
        "up, or data that is being smuggled out."
    ),
    fix="Ask the publisher what these bytes are for, or save the model again from a program you trust.",
    cwe=(506,),
    atlas=("AML.T0010.003", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/huggingface/safetensors#format",),
    since="0.1",
    positive="pickles.hostile_streams:after_stop",
    negative="pickles:plain_data",
)


def match(fact: TrailingData, _words: Vocabulary) -> Iterator[Match]:
    """Find bytes that are left over; a comment in words is told by the rule on comments."""
    if fact.where == "comment" and fact.at.length is not None:
        return
    if fact.at.length is None:
        message = f"more bytes like these in the file ({fact.where}): {fact.after}"
    else:
        what = "zero bytes" if fact.zero else "bytes that nothing reads"
        place = "before everything else" if fact.where == "prefix" else f"after {fact.after}"
        message = f"{fact.at.length:,} {what} {place}"
    if fact.zero:
        yield Match(message=message, fact=fact, severity=Severity.INFO, confidence=Confidence.LOW)
    else:
        yield Match(message=message, fact=fact)
