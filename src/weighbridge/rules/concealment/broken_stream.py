"""Pickles that break off."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import StreamBreak
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="HID207",
    slug="broken-stream",
    title="The pickle breaks off before its end",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "The stream ends in an error: an unknown opcode, a missing operand, the end of the file. It weighs more when "
        "names were resolved or calls were made before the break."
    ),
    why=(
        "A loader runs a pickle as it reads it, so whatever stands before the break has run by the time the error "
        "shows. Broken models on public hubs were made on purpose, because scanners gave up on them."
    ),
    fix="Fetch the file again. If it breaks off in the same place, do not load it.",
    cwe=(502, 693),
    atlas=("AML.T0010.003", "AML.T0076"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://www.reversinglabs.com/blog/rl-identifies-malware-ml-model-hosted-on-hugging-face",),
    since="0.1",
    positive="pickles.hostile_streams:broken_tail",
    negative="pickles:state_dict",
)


def match(fact: StreamBreak, _words: Vocabulary) -> Iterator[Match]:
    """Find breaks; one in mere data is more likely an interrupted download."""
    if fact.calls or fact.names:
        done = f"{_counted(fact.names, 'imported name')} and {_counted(fact.calls, 'call')}"
        message = f"the pickle breaks off: {fact.reason}; what ran before the break has run: {done}"
        yield Match(message=message, fact=fact)
    else:
        yield Match(message=f"the pickle breaks off: {fact.reason}", fact=fact, severity=Severity.LOW)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
