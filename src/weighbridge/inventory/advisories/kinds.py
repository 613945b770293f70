"""Kinds of model advisories: what is wrong, how bad that is, and to which derived models it goes on.

Code in a pickle does not survive a conversion, and whoever trains or quantises a model writes files of his own; but an
adapter is loaded together with its base. Templates and code of a repository are copied along. What training has put
into the weights stays in them, whatever they are converted to.
"""

from __future__ import annotations

from weighbridge.core.finding import Harm, Severity
from weighbridge.core.values import value
from weighbridge.inventory.advisories.scoring import severity
from weighbridge.inventory.graph import RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.core.finding import RuleInfo
    from weighbridge.inventory.advisories.record import Advisory, Affected

RELATIONS = {
    "finetune": RelationKind.FINETUNED, "adapter": RelationKind.ADAPTER_OF, "merge": RelationKind.MERGED,
    "quantized": RelationKind.QUANTIZED, "converted": RelationKind.CONVERTED, "distilled": RelationKind.DISTILLED,
    "derived": RelationKind.DERIVED,
}  # fmt: skip
"""Words of ``database_specific.lineage``. ``derived`` is a base whose relation nobody states."""
_ALSO = {
    "finetuned": RelationKind.FINETUNED, "merged": RelationKind.MERGED, "quantize": RelationKind.QUANTIZED,
    "conversion": RelationKind.CONVERTED, "distillation": RelationKind.DISTILLED,
} | {str(kind): kind for kind in RELATIONS.values()}  # fmt: skip


@value
class Kind:
    """A kind of advisory; ``to`` and ``not_to`` are words of ``RELATIONS``, ``says`` ends "a load of it …"."""

    name: str
    says: str
    severity: Severity
    to: tuple[str, ...] = ()
    not_to: tuple[str, ...] = ()


_COPIED = ("finetune", "adapter", "merge", "quantized", "converted")
_REWRITTEN = ("finetune", "merge", "quantized", "converted", "distilled")

KINDS = {
    one.name: one
    for one in (
        Kind(
            name="malicious-code", says="runs code of whoever wrote the file", severity=Severity.CRITICAL,
            to=("adapter",), not_to=_REWRITTEN,
        ),
        Kind(
            name="malicious-template", says="renders a chat template that does more than write a chat",
            severity=Severity.HIGH, to=_COPIED, not_to=("distilled",),
        ),
        Kind(
            name="repository-code", says="runs Python files of the repository", severity=Severity.HIGH,
            to=_COPIED, not_to=("distilled",),
        ),
        Kind(
            name="memory-corruption", says="makes the loader leave its memory", severity=Severity.HIGH,
            to=("adapter",), not_to=_REWRITTEN,
        ),
        Kind(
            name="poisoned-weights", says="gives a model that was trained to misbehave", severity=Severity.HIGH,
            to=_COPIED, not_to=("distilled",),
        ),
        Kind(
            name="hidden-content", says="brings content that is hidden in the file", severity=Severity.MEDIUM,
            not_to=_REWRITTEN,
        ),
        Kind(
            name="resource-exhaustion", says="exhausts memory, disk or time", severity=Severity.MEDIUM,
            to=("adapter",), not_to=_REWRITTEN,
        ),
        Kind(name="exposed-secret", says="brings a secret of somebody", severity=Severity.HIGH, not_to=_REWRITTEN),
        Kind(name="false-claim", says="gives something else than is promised", severity=Severity.MEDIUM),
    )
}  # fmt: skip
_BY_HARM = {
    Harm.EXECUTION: "malicious-code", Harm.MEMORY_CORRUPTION: "memory-corruption", Harm.CONCEALMENT: "hidden-content",
    Harm.EXHAUSTION: "resource-exhaustion", Harm.HYGIENE: "false-claim",
}  # fmt: skip
_BY_RULE = {
    "EXE134": "malicious-template", "HID212": "malicious-template", "EXE131": "repository-code",
    "TRU701": "repository-code", "TRU702": "repository-code",
}  # fmt: skip
_BY_FAMILY = {"SEC": "exposed-secret", "WGT": "poisoned-weights"}


def kind_of(rule: RuleInfo, formats: tuple[str, ...] = ()) -> Kind:
    """Choose the kind of an advisory about what a rule has found in a file of some formats."""
    name = _BY_RULE.get(rule.id) or _BY_FAMILY.get(rule.id[:3]) or _BY_HARM[rule.harm]
    if name == "repository-code" and rule.id == "EXE131" and "python" not in formats:
        name = "malicious-code"
    return KINDS[name]


def severity_of(advisory: Advisory, entry: Affected) -> Severity:
    """Say how bad an advisory about a model is: as its kind is where nobody has rated it."""
    kind = KINDS.get(advisory.kind)
    return severity(advisory, (entry,)) or (Severity.MEDIUM if kind is None else kind.severity)


def relations(words: Iterable[str]) -> frozenset[RelationKind]:
    """Read the words of an advisory; those that nobody here knows say nothing."""
    known = RELATIONS | _ALSO
    return frozenset(known[word.lower()] for word in words if word.lower() in known)
