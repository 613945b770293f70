"""Formats that contradict themselves."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import Inconsistency
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="STR305",
    slug="inconsistency",
    title="The file contradicts itself or its format",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.HYGIENE,
    finds=(
        "Two statements of the file do not agree, or a field is not what the format asks for: duplicate keys, "
        "overlapping tensors, metadata that is no text, a header that is padded with something else."
    ),
    why=(
        "Readers resolve such a contradiction each in their own way, so two programs may load two different models "
        "from one file. It is a broken writer or somebody's experiment."
    ),
    fix="Save the model again with the format's own library, or ask the publisher to do so.",
    cwe=(20, 1284),
    atlas=("AML.T0010.003",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/huggingface/safetensors#format",),
    since="0.1",
    positive="safetensors_files:odd_metadata",
    negative="safetensors_files:honest",
)


def match(fact: Inconsistency, _words: Vocabulary) -> Iterator[Match]:
    """Find contradictions that no reader's memory depends on."""
    if not fact.memory:
        yield Match(message=f"{fact.what}: {fact.detail}", fact=fact)
