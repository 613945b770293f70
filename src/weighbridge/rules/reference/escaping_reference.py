"""Paths that leave the model's directory."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.references import Reference
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="REF401",
    slug="escaping-reference",
    title="A path leads out of the model's directory",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=(
        "A file of the model is named by an absolute path or one with `..`: external data of a tensor, a "
        "shard, a vocabulary, an asset, a link inside HDF5."
    ),
    why=(
        "The loader reads, or writes, a file of the machine that the author of the model chose: secrets end "
        "up in tensors, files are overwritten."
    ),
    fix="Do not load the model; ask the publisher for one whose files lie beside each other.",
    cwe=(22, 73),
    atlas=("AML.T0011.000", "AML.T0025"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/advisories/GHSA-ffxj-547x-5j7c",),
    since="0.1",
    positive="onnxes:escaping_data_named_onnx",
    negative="onnxes:external_data_named_onnx",
)


def match(fact: Reference, _words: Vocabulary) -> Iterator[Match]:
    """Find paths that leave the directory; what only people follow counts less."""
    if not fact.escapes:
        return
    yield Match(
        message=f"{fact.relation.replace('_', ' ')} points outside: {fact.target}",
        fact=fact,
        evidence=(fact.key,) if fact.key else (),
        severity=None if fact.when is When.LOAD and not _is_leftover(fact) else Severity.LOW,
        when=fact.when,
    )


def _is_leftover(fact: Reference) -> bool:
    """Tell a tokenizer's file in the author's cache, which old transformers wrote down and no load follows.

    Beside that directory lies the token of the hub, so nothing else of the cache is passed over.
    """
    inside = "/.cache/huggingface/transformers/" in fact.target
    return fact.relation == "vocabulary" and inside and ".." not in fact.target.split("/")
