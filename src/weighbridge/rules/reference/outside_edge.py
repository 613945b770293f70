"""What the repository leans on: other repositories and addresses that somebody follows."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.references import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.references import Reference
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="REF405",
    slug="outside-edge",
    title="The model leans on something outside",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    harm=Harm.HYGIENE,
    finds=(
        "A configuration or card names another repository that belongs to this model: the base of an adapter, a part "
        "of a pipeline, a data set."
    ),
    why=(
        "What was weighed here is only a part. The other part can change, vanish, or be registered anew by somebody "
        "else, and is pinned to nothing unless a commit stands beside it."
    ),
    fix="Find out which commit is meant, pin it, and weigh it too.",
    cwe=(829,),
    atlas=("AML.T0010.003",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://huggingface.co/docs/hub/models-adding-libraries",),
    since="0.1",
    positive="repositories:honest_adapter",
    negative="repositories:honest_shards",
    accept="Always, once the other repository was weighed and pinned: nearly every adapter has such an edge.",
)


def match(fact: Reference, _words: Vocabulary) -> Iterator[Match]:
    """Find repositories that are part of the model and are not its code, which is another rule's."""
    if fact.kind is Target.REPOSITORY and fact.relation in PARTS:
        pinned = "" if fact.pinned else ", not pinned to a commit"
        yield Match(message=f"{fact.relation.replace('_', ' ')} {fact.target}{pinned}", fact=fact)


PARTS = frozenset({"base_model", "sub_model", "dataset", "weights", "vocabulary", "adapter", "tokenizer"})
"""Relations whose target is a part of the model."""
