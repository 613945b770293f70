"""Values that are no weights."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.texts import WeightAnomaly
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="WGT602",
    slug="weight-anomaly",
    title="Values of a tensor are not like weights",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=("The low bits of a tensor hold a file, or are spread as no training leaves them; or values are not finite."),
    why=("Weights have room for data that nobody notices. Statistics alone prove nothing, a recovered file does."),
    fix="Ask for the origin of the weights, and compare them with the original.",
    cwe=(506,),
    atlas=("AML.T0018.002",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://arxiv.org/abs/2310.01969",),
    since="0.1",
    positive="safetensors_files:low_bits_file",
    negative="safetensors_files:honest",
)


def match(fact: WeightAnomaly, _words: Vocabulary) -> Iterator[Match]:
    """Find values that are no weights; statistics alone are a note."""
    found = fact.kind == "payload"
    yield Match(
        message=f"tensor `{fact.tensor}`: {fact.detail}",
        fact=fact,
        severity=None if found else Severity.LOW,
        confidence=None if found else Confidence.LOW,
    )
