"""A decision in order for readers: the worst subjects first, keys that say the same together."""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.governance.policy.decision import Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.governance.policy.decision import Judgement, Outcome

_ORDER = {decision: rank for rank, decision in enumerate(reversed(Decision))}
MARKS = {Decision.BLOCK: "✗", Decision.INCONCLUSIVE: "?", Decision.WARN: "!", Decision.ALLOW: "✓"}
HEADS = {
    Decision.BLOCK: "BLOCK", Decision.INCONCLUSIVE: "INCONCLUSIVE", Decision.WARN: "ALLOW, with warnings",
    Decision.ALLOW: "ALLOW",
}  # fmt: skip
MEANINGS = {
    Decision.BLOCK: "something violates the policy", Decision.WARN: "nothing is against it but warnings",
    Decision.INCONCLUSIVE: "something that the policy asks for is not known", Decision.ALLOW: "nothing is against it",
}  # fmt: skip


@value
class Line:
    """Keys that decide the same in the same words about one subject."""

    decision: Decision
    keys: tuple[str, ...]
    words: tuple[str, ...]
    evidence: tuple[str, ...]
    lifted: str = ""


@value
class Entry:
    """A subject with what is to tell of it, the worst first; ``title`` names it with its kind and target."""

    title: str
    judgement: Judgement
    lines: tuple[Line, ...]


def entries(outcome: Outcome, *, everything: bool = False) -> tuple[Entry, ...]:
    """Give the subjects that are not simply allowed, or all, the worst first and as they came."""
    made = [
        Entry(title=title(one), judgement=one, lines=lines(one, everything=everything)) for one in outcome.judgements
    ]
    kept = [one for one in made if one.lines or everything]
    return tuple(sorted(kept, key=lambda one: _ORDER[one.judgement.decision]))


def title(one: Judgement) -> str:
    """Name a subject."""
    where = f" in {one.target}" if one.target and one.target != one.name else ""
    return f"{one.name} ({one.kind}{where})"


def lines(one: Judgement, *, everything: bool = False) -> tuple[Line, ...]:
    """Give the rulings about a subject, those with the same words as one."""
    grouped: dict[tuple[Decision, tuple[str, ...], str], list[tuple[str, tuple[str, ...]]]] = {}
    for ruling in one.rulings:
        if everything or ruling.decision is not Decision.ALLOW or ruling.lifted:
            place = ruling.decision, ruling.words, ruling.lifted
            grouped.setdefault(place, []).append((str(ruling.key), ruling.evidence))
    made = [
        Line(
            decision=decision, keys=tuple(key for key, _ in held), words=words, lifted=lifted,
            evidence=tuple(dict.fromkeys(one for _, evidence in held for one in evidence)),
        )
        for (decision, words, lifted), held in grouped.items()
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda one: _ORDER[one.decision]))


def counts(outcome: Outcome) -> str:
    """Say how many subjects there are of each decision."""
    held = [one.decision for one in outcome.judgements]
    each = [f"{held.count(one)} {one}" for one in reversed(Decision) if held.count(one)]
    return f"{len(held)} subject{'' if len(held) == 1 else 's'}: {', '.join(each)}" if held else "nothing to judge"


def notes(outcome: Outcome) -> tuple[str, ...]:
    """Give the sentences about the whole: what was not read, exceptions that have ended or fit nothing."""
    return (*(f"not read: {words}" for words in outcome.gaps), *outcome.expired, *outcome.unused)
