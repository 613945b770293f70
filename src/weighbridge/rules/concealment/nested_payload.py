"""Files inside constants."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.rules.concealment.telling_text import TEXTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import EmbeddedPayload
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="HID201",
    slug="nested-payload",
    title="A constant holds a file of its own",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "A string or bytes constant is a pickle, an archive, a compressed stream or a native executable, as it is or "
        "wrapped in base64, hexadecimal or zlib. What is found is also examined as a file of its own."
    ),
    why=(
        "Content that is packed into a constant passes everything that looks at the outer file only. Some libraries "
        "nest pickles honestly, base64 and all, so what counts is what the content does: that is reported beside this."
    ),
    fix="Look at what else is reported inside the constant, and ask the publisher what it is for.",
    cwe=(506, 502),
    atlas=("AML.T0010.003", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/advisories/GHSA-84r2-jw7c-4r5q",),
    since="0.1",
    positive="pickles.hostile_streams:encoded",
    negative="pickles:plain_data",
)


def match(fact: EmbeddedPayload, _words: Vocabulary) -> Iterator[Match]:
    """Find everything embedded that is not mere text; native code has no honest purpose there."""
    if fact.what in TEXTS:
        return
    severity = Severity.HIGH if fact.what == "native code" else None
    wrapped = "" if fact.encoding == "raw" else f", wrapped in {fact.encoding}"
    message = f"a constant holds content of its own: {fact.what}{wrapped}"
    yield Match(message=message, fact=fact, evidence=(fact.excerpt,), severity=severity)
