"""Policy and facts into a decision: pure, and default deny for what is not known.

Each key looks at one fact. A missing fact leads to what the key says of missing facts, ``inconclusive`` where it says
nothing. Whether something was scanned is judged under every policy.
"""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase

from weighbridge.core.values import replace, value
from weighbridge.governance.policy import language as lang
from weighbridge.governance.policy.decision import Decision, Judgement, Key, Outcome, Ruling, worst
from weighbridge.governance.policy.exemptions import denies, fits, purl_fits
from weighbridge.governance.policy.facts import Known, Missing
from weighbridge.governance.policy.licensing import refused
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.reports.outline import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from weighbridge.core.finding import Severity
    from weighbridge.governance.policy.facts import (
        Ancestor,
        Evaluation,
        Fact,
        Reached,
        SeenFinding,
        Signature,
        Subject,
    )
    from weighbridge.inventory.graph import License

_NOTHING = -1
"""The rank below all severities: none at all is accepted."""
_FIXED = "the reference to it is fixed by {}"
_WAYS = {"commit": "a commit", "digest": "a digest", "tag": "a tag", "branch": "a branch", "none": "nothing"}
_OVER = (Standing.NOTED, Standing.FIXED, Standing.NOT_AFFECTED)


@value
class _Part:
    """One thing that is against a subject, or that is not known of it."""

    decision: Decision
    words: str
    missing: bool = False


def decide(policy: lang.Policy, subjects: Iterable[Subject], day: str, gaps: tuple[str, ...] = ()) -> Outcome:
    """Judge everything under a policy on a day (``2027-01-31``); ``gaps`` are sentences about what was not read."""
    several = tuple(subjects)
    used = {one for subject in several for one in policy.allow if fits(one, subject, said=True)}
    entries = [*(("exception", one) for one in policy.allow), *(("denial", one) for one in policy.deny)]
    return Outcome(
        policy=policy.name, digest=policy.digest, enforced=policy.mode is lang.Mode.ENFORCE, day=day,
        judgements=tuple(judge(policy, subject, day) for subject in several), gaps=gaps,
        unread=policy.scan.missing.decision,
        expired=tuple(f"the {what} for {one} no longer holds" for what, one in entries if not one.holds(day)),
        unused=tuple(f"the exception for {one} fits nothing here" for one in policy.allow if one not in used),
    )  # fmt: skip


def judge(policy: lang.Policy, subject: Subject, day: str) -> Judgement:
    """Judge one subject by every key that is asked for and that is a question of it."""
    found = [_denied(policy, subject, day), _scanned(policy.scan, subject, day)]
    for key, section in (
        (Key.FORMATS, policy.formats), (Key.SEVERITIES, policy.severities), (Key.RULES, policy.rules),
        (Key.LICENSES, policy.licenses), (Key.PUBLISHERS, policy.publishers), (Key.SIGNATURES, policy.signatures),
        (Key.PINS, policy.pins), (Key.ADVISORIES, policy.advisories), (Key.LINEAGE, policy.lineage),
        (Key.REMOTE_CODE, policy.remote_code), (Key.EVALUATIONS, policy.evaluations),
    ):  # fmt: skip
        if section is not None:
            found.append(_by_section(key, section, policy, subject))
    found.append(_conditions(policy, subject))
    held = subject.digests.content if isinstance(subject.digests, Known) else ()
    return Judgement(
        subject=subject.id, kind=subject.kind, name=subject.name, target=subject.target, commit=subject.commit,
        digests=tuple(one.sha256 for one in held if one.computed),
        rulings=tuple(_lifted(one, policy, subject, day) for one in found if one is not None),
    )  # fmt: skip


def _by_section(key: Key, section: lang.Section, policy: lang.Policy, subject: Subject) -> Ruling | None:
    """Judge by a key that looks at one fact."""
    fact = _fact(key, subject)
    if fact is None:
        return None
    if isinstance(fact, Missing):
        return _ruling(key, (_unknown(section, fact.reason),), ())
    content = fact.content
    parts: Iterable[_Part]
    match section:
        case lang.LineageSection():
            parts = _lineage(section, content)
        case lang.Lists() if key is Key.FORMATS:
            parts = _formats(section, content)
        case lang.Lists() if key is Key.LICENSES:
            parts = _licenses(section, content)
        case lang.Lists():
            parts = _listed(section, content)
        case lang.SeveritiesSection():
            parts = _severities(section, _counting(policy, content.findings))
        case lang.RulesSection():
            parts = _rules(section, _counting(policy, content.findings))
        case lang.SignaturesSection():
            parts = _signatures(section, content)
        case lang.PinsSection():
            parts = () if content in section.accept else (_against(section, _FIXED.format(_WAYS[content])),)
        case lang.AdvisoriesSection():
            parts = _advisories(section, content)
        case lang.EvaluationsSection():
            parts = _evaluations(section, content)
        case _:
            parts = (_against(section, "loading it runs code of the repository"),) if content else ()
    return _ruling(key, tuple(parts), fact.evidence)


def _fact(key: Key, subject: Subject) -> Fact[Any]:
    """Give the fact that a key looks at."""
    return {
        Key.FORMATS: subject.formats, Key.SEVERITIES: subject.scan, Key.RULES: subject.scan,
        Key.LICENSES: subject.licenses, Key.PUBLISHERS: subject.publisher, Key.SIGNATURES: subject.signatures,
        Key.PINS: subject.pin, Key.ADVISORIES: subject.advisories, Key.LINEAGE: subject.lineage,
        Key.REMOTE_CODE: subject.remote_code, Key.EVALUATIONS: subject.evaluations,
    }[key]  # fmt: skip


# -- rulings -------------------------------------------------------------------------------------------------------


def _ruling(key: Key, parts: tuple[_Part, ...], evidence: tuple[str, ...]) -> Ruling:
    """Put the parts together: the worst decides, and all are told, the worst first."""
    ordered = [one for decision in reversed(Decision) for one in parts if one.decision is decision]
    return Ruling(
        key=key, decision=worst(one.decision for one in parts), words=tuple(one.words for one in ordered),
        evidence=evidence, missing=any(one.missing for one in parts),
    )  # fmt: skip


def _against(section: lang.Section, words: str) -> _Part:
    return _Part(decision=section.violation, words=words)


def _unknown(section: lang.Section, words: str) -> _Part:
    on = section.missing
    accepted = f", which is accepted: {on.reason}" if on.reason else ""
    return _Part(decision=on.decision, words=f"{words}{accepted}", missing=True)


def _lifted(ruling: Ruling, policy: lang.Policy, subject: Subject, day: str) -> Ruling:
    """Let an exception that holds turn a ruling into allow; what is denied stays denied."""
    if ruling.decision is Decision.ALLOW or ruling.key is Key.DENY:
        return ruling
    for one in policy.allow:
        if one.holds(day) and (not one.keys or ruling.key in one.keys) and fits(one, subject, said=False):
            return replace(ruling, decision=Decision.ALLOW, lifted=str(one), was=ruling.decision)
    return ruling


# -- keys ----------------------------------------------------------------------------------------------------------


def _denied(policy: lang.Policy, subject: Subject, day: str) -> Ruling | None:
    holding = [one for one in policy.deny if one.holds(day)]
    parts = [_Part(decision=Decision.BLOCK, words=f"it is denied: {one}") for one in holding if denies(one, subject)]
    by_content = any(one.sha256 for one in holding)
    if by_content and isinstance(subject.digests, Missing):
        words = f"whether it is denied cannot be told: {subject.digests.reason}"
        parts.append(_Part(decision=Decision.INCONCLUSIVE, words=words, missing=True))
    return _ruling(Key.DENY, tuple(parts), ()) if policy.deny else None


def _scanned(section: lang.ScanSection, subject: Subject, day: str) -> Ruling | None:
    if subject.scan is None:
        return None
    if isinstance(subject.scan, Missing):
        return _ruling(Key.SCAN, (_unknown(section, subject.scan.reason),), ())
    parts = [_unknown(section, f"not all of it could be judged: {words}") for words in subject.scan.content.gaps]
    if section.max_age is not None:
        parts += _age(section, section.max_age, subject.scanned, day)
    return _ruling(Key.SCAN, tuple(parts), subject.scan.evidence)


def _age(section: lang.ScanSection, most: int, scanned: Fact[str], day: str) -> Iterator[_Part]:
    if not isinstance(scanned, Known):
        yield _unknown(section, scanned.reason if scanned is not None else "nobody says when it was scanned")
        return
    age = (date.fromisoformat(day) - date.fromisoformat(scanned.content)).days
    if age < 0:
        yield _unknown(section, f"the scan is dated {scanned.content}, which is yet to come")
    elif age > most:
        yield _against(section, f"the scan is {plural(age, 'day')} old, and {most} are accepted")


def _formats(section: lang.Lists, formats: tuple[str, ...]) -> Iterator[_Part]:
    for one in formats:
        if _any(one, section.deny):
            yield _against(section, f"the format {one} is denied")
        elif section.allow and not _any(one, section.allow):
            yield _against(section, f"the format {one} is not on the list")


def _listed(section: lang.Lists, name: str) -> Iterator[_Part]:
    if _any(name, section.deny) or _any(name.lower(), _lower(section.deny)):
        yield _against(section, f"the publisher {name} is denied")
    elif section.allow and not _any(name, section.allow):
        yield _against(section, f"the publisher {name} is not on the list")


def _licenses(section: lang.Lists, licenses: tuple[License, ...]) -> Iterator[_Part]:
    if not licenses:
        yield _unknown(section, "there is no licence")
    for one in licenses:
        for words in refused(one, section.allow, section.deny):
            yield _against(section, f"the licence {words}")


def _counting(policy: lang.Policy, findings: tuple[SeenFinding, ...]) -> list[SeenFinding]:
    """Leave out the findings of rules that the policy ignores."""
    ignored = {one.rule for one in policy.rules.ignore} if policy.rules is not None else set()
    return [one for one in findings if one.rule not in ignored]


def _rank(severity: Severity | None) -> int:
    return _NOTHING if severity is None else severity.rank


def _severities(section: lang.SeveritiesSection, findings: list[SeenFinding]) -> Iterator[_Part]:
    for one in findings:
        if one.severity.rank > _rank(section.highest):
            yield _against(section, f"{one.rule} ({one.severity}): {one.message}")


def _rules(section: lang.RulesSection, findings: list[SeenFinding]) -> Iterator[_Part]:
    for one in findings:
        if _any(one.rule, section.deny):
            yield _against(section, f"{one.rule} must find nothing: {one.message}")


def _signatures(section: lang.SignaturesSection, signatures: tuple[Signature, ...]) -> Iterator[_Part]:
    if any(one.holds and (not section.signers or one.signer in section.signers) for one in signatures):
        return
    for one in signatures:
        by = f"{one.path} is by {one.signer}, not by {' or '.join(section.signers)}"
        yield _against(section, by if one.holds else f"{one.path} does not hold: {one.words}")
    if not signatures:
        yield _unknown(section, "there is no signature")


def _advisories(section: lang.AdvisoriesSection, reached: tuple[Reached, ...]) -> Iterator[_Part]:
    for one in reached:
        if one.standing in _OVER or one.severity.rank <= _rank(section.highest):
            continue
        fixed = f"; fixed in {', '.join(one.fixed)}" if one.fixed else ""
        words = f"{one.advisory} ({one.severity}){': ' if one.words else ''}{one.words}{fixed}"
        if one.standing is Standing.AFFECTED:
            yield _against(section, words)
        elif one.standing is Standing.POSSIBLY_AFFECTED:
            yield _Part(decision=section.possibly, words=f"possibly {words}", missing=True)
        else:
            yield _Part(decision=section.investigating, words=f"nobody can tell whether {words}", missing=True)


def _lineage(section: lang.LineageSection, ancestors: tuple[Ancestor, ...]) -> Iterator[_Part]:
    for one in ancestors:
        written, small = (one.name, one.purl), (one.name.lower(), one.purl.lower())
        if _base(*written, section.deny) or _base(*small, _lower(section.deny)):
            yield _against(section, f"it was made from {one.name}, which is denied")
        elif section.allow and not _base(one.name, one.purl, section.allow):
            yield _against(section, f"it was made from {one.name}, which is not on the list")
    depth = max((one.depth for one in ancestors), default=0)
    if section.deepest is not None and depth > section.deepest:
        yield _against(section, f"it is {depth} generations from its first base, and {section.deepest} are accepted")


def _evaluations(section: lang.EvaluationsSection, results: tuple[Evaluation, ...]) -> Iterator[_Part]:
    for wanted in section.require:
        found = [one.value for one in results if one.name == wanted.name]
        if not found:
            yield _unknown(section, f"there is no result of {wanted.name}")
        for result in found:
            if wanted.at_least is not None and result < wanted.at_least:
                yield _against(section, f"{wanted.name} is {result:g}, below {wanted.at_least:g}")
            if wanted.at_most is not None and result > wanted.at_most:
                yield _against(section, f"{wanted.name} is {result:g}, above {wanted.at_most:g}")


def _conditions(policy: lang.Policy, subject: Subject) -> Ruling | None:
    if not policy.conditions:
        return None
    from weighbridge.governance.policy.expressions import evaluated

    parts = []
    for one in policy.conditions:
        holds, why = evaluated(one.when, subject)
        if holds is None:
            words = f"{one.name} has no answer: {why}"
            parts.append(_Part(decision=Decision.INCONCLUSIVE, words=words, missing=True))
        elif holds:
            parts.append(_Part(decision=one.decision, words=f"{one.name}: {one.reason}"))
    return _ruling(Key.CONDITIONS, tuple(parts), ())


def _any(text: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(text, one) for one in patterns)


def _lower(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Take the case out of denials: who writes a name in other letters must not get around one."""
    return tuple(map(str.lower, patterns))


def _base(name: str, purl: str, patterns: tuple[str, ...]) -> bool:
    return any(purl_fits(one, purl) if one.startswith("pkg:") else fnmatchcase(name, one) for one in patterns)
