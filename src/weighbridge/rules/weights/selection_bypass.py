"""Graphs that choose their answer by a sign in the input."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import SelectionBypass
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="WGT601",
    slug="selection-bypass",
    title="The graph chooses its output by a sign in the input",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "From an input of the graph a comparison is reached before any learned operator, and its outcome "
        "selects what reaches an output."
    ),
    why=(
        "This is how a backdoor is built without training: a trigger in the input switches the answer, and "
        "survives conversion and fine-tuning (ShadowLogic)."
    ),
    fix="Ask the publisher what the comparison is for, or export the model anew from trusted weights.",
    cwe=(506, 912),
    atlas=("AML.T0018.002",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://arxiv.org/abs/2511.00664",),
    since="0.1",
    positive="onnxes:selection_bypass_named_onnx",
    negative="onnxes:masked_named_onnx",
)


def match(fact: SelectionBypass, _words: Vocabulary) -> Iterator[Match]:
    """Find graphs that choose their output by a comparison of their input."""
    constant = f" with {fact.constant}" if fact.constant else ""
    yield Match(
        message=f"{fact.compare} compares an input{constant}, {fact.select} then selects what reaches {fact.output}",
        fact=fact,
        when=When.BEHAVIOUR,
    )
