"""A policy in words: what it asks for, what follows, which exceptions it has."""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.governance.policy import language as lang
from weighbridge.governance.policy.decision import Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.finding import Severity
    from weighbridge.governance.policy.language import Policy


@value
class Sentence:
    """What a key asks for, what follows where it is not so, and where it is not known."""

    key: str
    asks: str
    otherwise: str
    unknown: str


_THEN = {
    Decision.ALLOW: "passes", Decision.WARN: "a warning", Decision.INCONCLUSIVE: "inconclusive",
    Decision.BLOCK: "blocked",
}  # fmt: skip


def sentences(policy: Policy) -> tuple[Sentence, ...]:
    """Say what each key of a policy asks for, in the order in which it is judged."""
    return tuple(_sentences(policy))


def _sentences(policy: Policy) -> Iterator[Sentence]:
    age = policy.scan.max_age
    within = "" if age is None else f", at most {age} days ago"
    yield _said("scan", policy.scan, f"everything was scanned, wholly{within}")
    if policy.formats is not None:
        yield _said("formats", policy.formats, f"files with weights are {_lists(policy.formats, 'any format')}")
    if policy.severities is not None:
        yield _said("severities", policy.severities, f"no finding {_above(policy.severities.highest)}")
    if policy.rules is not None:
        ignored = ", ".join(f"{one.rule} ({one.reason})" for one in policy.rules.ignore)
        parts = [f"{_either(policy.rules.deny)} find nothing"] if policy.rules.deny else []
        yield _said("rules", policy.rules, "; ".join([*parts, *([f"not counted: {ignored}"] if ignored else [])]))
    if policy.licenses is not None:
        yield _said("licenses", policy.licenses, f"the licence is {_lists(policy.licenses, 'any')}")
    if policy.publishers is not None:
        yield _said("publishers", policy.publishers, f"the publisher is {_lists(policy.publishers, 'anybody')}")
    if policy.signatures is not None:
        by = _either(policy.signatures.signers) if policy.signatures.signers else "somebody who is trusted"
        trust = f" (of {policy.signatures.trust})" if policy.signatures.trust else ""
        yield _said("signatures", policy.signatures, f"a signature by {by}{trust} holds")
    if policy.pins is not None:
        yield _said("pins", policy.pins, f"references are fixed by {_either(policy.pins.accept)}")
    if policy.advisories is not None:
        yield _said("advisories", policy.advisories, _advisories(policy.advisories))
    if policy.lineage is not None:
        depth = policy.lineage.deepest
        bases = _lists(policy.lineage, "anything") if policy.lineage.allow or policy.lineage.deny else "known"
        over = "" if depth is None else f", over at most {depth} generations"
        yield _said("lineage", policy.lineage, f"what it was made from is {bases}{over}")
    if policy.remote_code is not None:
        yield _said("remote_code", policy.remote_code, "loading runs no code of the repository")
    if policy.evaluations is not None:
        wanted = ", ".join(map(_wanted, policy.evaluations.require))
        yield _said("evaluations", policy.evaluations, f"there are results: {wanted}")
    for one in policy.conditions:
        yield Sentence(key="conditions", asks=f"{one.name}: {one.reason} (if {one.when})",
                       otherwise=_THEN[one.decision], unknown=_THEN[Decision.INCONCLUSIVE])  # fmt: skip


def exceptions(policy: Policy) -> tuple[str, ...]:
    """Say what is denied, and which exceptions lift what."""
    denied = [f"never passes: {one}" for one in policy.deny]
    lifted = [
        f"passes although {', '.join(one.keys) if one.keys else 'anything'} is against it: {one}"
        for one in policy.allow
    ]
    return (*denied, *lifted)


def _said(key: str, section: lang.Section, asks: str) -> Sentence:
    unknown = _THEN[section.missing.decision]
    if section.missing.reason:
        unknown += f" ({section.missing.reason})"
    return Sentence(key=key, asks=asks, otherwise=_THEN[section.violation], unknown=unknown)


def _lists(section: lang.Lists, anything: str) -> str:
    allowed = _either(section.allow) if section.allow else anything
    return f"{allowed} but not {_either(section.deny)}" if section.deny else allowed


def _either(words: tuple[str, ...]) -> str:
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def _above(highest: Severity | None) -> str:
    return "at all" if highest is None else f"above {highest}"


def _advisories(section: lang.AdvisoriesSection) -> str:
    possibly, investigating = _THEN[section.possibly], _THEN[section.investigating]
    return (
        f"no advisory {_above(section.highest)}; what may be affected through its base: {possibly}; where nobody can "
        f"tell: {investigating}"
    )


def _wanted(one: lang.Wanted) -> str:
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (("at least", one.at_least), ("at most", one.at_most))
        if bound is not None
    ]
    return f"{one.name} {' and '.join(bounds)}".rstrip()
