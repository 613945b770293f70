"""Orders in text that a model reads."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.texts import Instruction
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="AGT802",
    slug="instruction",
    title="Text gives orders to a model or an agent",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "A card, a tool description, metadata or an agent's file tells whoever reads it to ignore "
        "instructions, to keep something secret, to send data or to fetch and run something."
    ),
    why=(
        "Models obey text that they read. An agent that looks at the repository may do what the text says "
        "with its user's rights."
    ),
    fix="Read the text; do not let an agent work in this repository.",
    cwe=(77, 506),
    atlas=("AML.T0051.001",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://genai.owasp.org/llmrisk/llm01-prompt-injection/",),
    since="0.1",
    positive="proses:hidden_instruction_named_md",
    negative="proses:honest_named_md",
)


def match(fact: Instruction, _words: Vocabulary) -> Iterator[Match]:
    """Find orders in text."""
    yield Match(
        message=f"{fact.carrier}: {fact.kind}",
        fact=fact,
        evidence=(fact.text,),
        severity=None if fact.hidden else Severity.LOW,
        when=When.BEHAVIOUR,
    )
