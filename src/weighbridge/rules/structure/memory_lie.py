"""Sizes and offsets that lead a reader outside its buffer."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import Inconsistency
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="STR306",
    slug="memory-lie",
    title="A size or offset leads readers outside their memory",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.MEMORY_CORRUPTION,
    finds=(
        "A shape, size or offset claims more than the bytes that belong to it, or its arithmetic overflows, so that a "
        "native reader that trusts it reads or writes outside its buffer."
    ),
    why=(
        "Readers written in C or CUDA do not always check such numbers. The result ranges from a crash to code of "
        "the author's choice, even in formats that hold nothing but data."
    ),
    fix="Do not load this file. Report it to its publisher; keep the libraries that read it up to date.",
    cwe=(125, 787, 1284),
    atlas=("AML.T0010.003", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2026-24747",
        "https://nvd.nist.gov/vuln/detail/CVE-2025-62164",
    ),
    since="0.1",
    positive="safetensors_files:wrong_product",
    negative="safetensors_files:honest",
)


def match(fact: Inconsistency, _words: Vocabulary) -> Iterator[Match]:
    """Find contradictions that a reader's memory depends on."""
    if fact.memory:
        yield Match(message=f"{fact.what}: {fact.detail}", fact=fact)
