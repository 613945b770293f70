"""Findings of a file: merged where they are the same, bounded without losing what is grave, in a fixed order."""

from __future__ import annotations

from tests.builders.pickles import SHELL, Target, call_target, op, pickled_call, program, resolve
from weighbridge.core.facts import Call, GlobalReference, Origin
from weighbridge.core.finding import Confidence, Match, Severity
from weighbridge.core.limits import Limits
from weighbridge.core.location import Location
from weighbridge.core.report import Verdict, verdict_of
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import EVIDENCE, FINDINGS, Judge, fingerprint
from weighbridge.rules.catalog import RuleSet


def examined(content: bytes, name: str = "model.pkl") -> Examination:
    return examine(BytesSource(content), name, limits=Limits(), judge=Judge(RuleSet()), strict=True)


def a_call(number: int, at: int) -> Call:
    return Call(
        at=Location(offset=at), opcode="REDUCE", origin=Origin.GLOBAL, module="os", name="system",
        arguments=(), count=number,
    )  # fmt: skip


def test_equal_findings_of_a_place_become_one_with_all_their_evidence() -> None:
    judge = Judge(RuleSet())
    for at in range(50):
        judge.see(a_call(at, at))
    (finding,) = judge.findings()
    assert finding.at.offset == 0
    assert 1 <= len(finding.evidence) <= EVIDENCE


def test_findings_in_different_members_stay_apart() -> None:
    judge = Judge(RuleSet())
    for member in ((), ("a",), ("a", "b")):
        judge.see(GlobalReference(at=Location(member=member, offset=1), module="os", name="system", opcode="GLOBAL"))
    assert [finding.at.member for finding in judge.findings()] == [(), ("a",), ("a", "b")]
    assert len({finding.fingerprint for finding in judge.findings()}) == 3


def test_what_is_common_does_not_crowd_out_what_is_grave() -> None:
    """An attacker may put any number of harmless oddities before the one call that matters."""
    names = [resolve("odd_package", f"Class{number}") + op.POP for number in range(3 * FINDINGS)]
    content = program(*names, call_target(SHELL))
    found = examined(content)
    assert "EXE101" in {finding.rule for finding in found.findings}
    assert verdict_of(found.findings, found.gaps) is Verdict.MALICIOUS
    assert sum(finding.rule == "EXE115" for finding in found.findings) == FINDINGS


def test_worst_first_then_by_rule_and_place() -> None:
    found = examined(pickled_call(Target("odd_package", "Class")) + pickled_call(SHELL) + b"trailing")
    ranks = [(-finding.severity.rank, finding.rule, finding.at.offset or 0) for finding in found.findings]
    assert ranks == sorted(ranks)
    assert len(ranks) >= 3


def test_a_fingerprint_depends_on_rule_words_and_member_only() -> None:
    base = fingerprint("EXE101", "message", ("a", "b"))
    assert len(base) == 32
    assert base == fingerprint("EXE101", "message", ("a", "b"))
    others = [("EXE102", "message", ("a", "b")), ("EXE101", "messages", ("a", "b")), ("EXE101", "message", ("b",)),
              ("EXE101", "messagea", ("b",)), ("EXE101", "message", ())]  # fmt: skip
    assert base not in {fingerprint(*other) for other in others}
    assert fingerprint("EXE101", "\udcff\ud800", ()) != base


def test_disabled_rules_say_nothing() -> None:
    judge = Judge(RuleSet(disabled=frozenset({"EXE101"})))
    judge.see(a_call(1, 0))
    assert judge.findings() == ()


def test_what_is_unsure_does_not_crowd_out_what_is_sure() -> None:
    """A verdict asks for confidence too, so each confidence has a room of its own."""
    judge = Judge(RuleSet())
    info = next(iter(RuleSet().matches(a_call(0, 0))))[0]
    for number in range(2 * FINDINGS):
        judge.take(info, Match(message=f"m{number}", fact=a_call(0, number), confidence=Confidence.MEDIUM))
    judge.take(info, Match(message="sure", fact=a_call(0, 0), confidence=Confidence.HIGH))
    assert "sure" in {finding.message for finding in judge.findings()}


def test_of_two_matches_in_the_same_words_the_graver_counts() -> None:
    info = next(iter(RuleSet().matches(a_call(0, 0))))[0]
    weak, grave = (
        Match(message="m", fact=a_call(0, at), severity=severity, confidence=sure, evidence=(str(at),))
        for at, severity, sure in ((1, Severity.LOW, Confidence.LOW), (2, Severity.HIGH, Confidence.HIGH))
    )
    for order in ((weak, grave), (grave, weak)):
        judge = Judge(RuleSet())
        for match in order:
            judge.take(info, match)
        (finding,) = judge.findings()
        assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.HIGH)
        assert set(finding.evidence) == {"1", "2"}
