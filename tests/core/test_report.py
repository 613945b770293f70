"""Verdicts are a pure, monotone function of findings and gaps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.finding import Confidence, Finding, Harm, Severity
from weighbridge.core.location import Location
from weighbridge.core.report import (
    ArtifactReport,
    FileReport,
    Report,
    Suppressed,
    Verdict,
    is_decisive,
    verdict_of,
    worst,
)

ORDER = (Verdict.CLEAN, Verdict.INCONCLUSIVE, Verdict.SUSPICIOUS, Verdict.MALICIOUS)

FINDINGS = st.builds(
    Finding,
    rule=st.sampled_from(["EXE101", "HID203"]),
    title=st.just("A title"),
    severity=st.sampled_from(list(Severity)),
    confidence=st.sampled_from(list(Confidence)),
    harm=st.sampled_from(list(Harm)),
    message=st.just("a message"),
    at=st.just(Location()),
    evidence=st.just(()),
    fingerprint=st.just("f"),
)
GAPS = st.builds(Gap, kind=st.sampled_from(list(GapKind)), reason=st.just("why"))
LISTS = st.tuples(
    st.lists(FINDINGS, max_size=4).map(tuple),
    st.lists(GAPS, max_size=3).map(tuple),
)


def finding(severity: Severity, confidence: Confidence = Confidence.HIGH, harm: Harm = Harm.EXECUTION) -> Finding:
    return Finding(
        rule="EXE101", title="t", severity=severity, confidence=confidence, harm=harm, message="m", at=Location(),
        evidence=(), fingerprint="f",
    )  # fmt: skip


def file(*findings: Finding, gaps: tuple[Gap, ...] = (), suppressed: tuple[Suppressed, ...] = ()) -> FileReport:
    return FileReport(
        path="a", size=1, sha256="0" * 64, formats=(), findings=findings, gaps=gaps, suppressed=suppressed
    )


def rank(verdict: Verdict) -> int:
    return ORDER.index(verdict)


@given(LISTS, st.one_of(FINDINGS, GAPS), st.randoms())
def test_more_never_lowers_a_verdict_and_order_is_nothing(
    held: tuple[tuple[Finding, ...], tuple[Gap, ...]], extra: Finding | Gap, random: st.DataObject
) -> None:
    findings, gaps = held
    before = verdict_of(findings, gaps)
    more = ((*findings, extra), gaps) if isinstance(extra, Finding) else (findings, (*gaps, extra))
    after = verdict_of(*more)
    assert rank(after) >= rank(before)
    shuffled = list(more[0])
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert verdict_of(tuple(shuffled), more[1][::-1]) is after


@given(LISTS)
def test_clean_needs_full_coverage(held: tuple[tuple[Finding, ...], tuple[Gap, ...]]) -> None:
    findings, gaps = held
    if verdict_of(findings, gaps) is Verdict.CLEAN:
        assert not gaps
        assert all(one.severity in {Severity.INFO, Severity.LOW} for one in findings)


@pytest.mark.parametrize(
    ("severity", "confidence", "harm", "verdict"),
    [
        ("critical", "high", "execution", "malicious"),
        ("high", "high", "execution", "malicious"),
        ("high", "high", "memory_corruption", "malicious"),
        ("critical", "medium", "execution", "suspicious"),
        ("critical", "high", "concealment", "suspicious"),
        ("high", "high", "exhaustion", "suspicious"),
        ("medium", "high", "execution", "suspicious"),
        ("medium", "low", "hygiene", "suspicious"),
        ("low", "high", "execution", "clean"),
        ("info", "high", "memory_corruption", "clean"),
    ],
)
def test_verdicts_of_one_finding(severity: str, confidence: str, harm: str, verdict: str) -> None:
    one = finding(Severity(severity), Confidence(confidence), Harm(harm))
    assert verdict_of((one,), ()) == verdict
    assert is_decisive(one) == (verdict == "malicious")
    # a gap beside it lifts a clean verdict only
    assert verdict_of((one,), (Gap(kind=GapKind.CRASHED, reason="r"),)) == (
        "inconclusive" if verdict == "clean" else verdict
    )


@given(st.lists(st.sampled_from(list(Verdict)), max_size=5))
def test_worst_is_the_maximum(verdicts: list[Verdict]) -> None:
    found = worst(tuple(verdicts))
    assert all(rank(found) >= rank(one) for one in verdicts)
    assert found in verdicts or (not verdicts and found is Verdict.CLEAN)


def test_an_artifact_is_as_bad_as_its_worst_file_or_its_own_gaps() -> None:
    gap = Gap(kind=GapKind.UNREAD, reason="there is no file here")
    clean, bad = file(), file(finding(Severity.CRITICAL))
    assert ArtifactReport(ref="a", files=(clean,)).verdict() is Verdict.CLEAN
    assert ArtifactReport(ref="a", files=(clean,), gaps=(gap,)).verdict() is Verdict.INCONCLUSIVE
    assert ArtifactReport(ref="a", files=(), gaps=(gap,)).verdict() is Verdict.INCONCLUSIVE
    assert ArtifactReport(ref="a", files=(clean, bad), gaps=(gap,)).verdict() is Verdict.MALICIOUS
    both = (ArtifactReport(ref="a", files=(clean,)), ArtifactReport(ref="b", files=(bad,)))
    assert Report(version="1", rules="r", artifacts=both).verdict() is Verdict.MALICIOUS


def test_what_is_set_aside_no_longer_counts_and_gaps_still_do() -> None:
    aside = (Suppressed(finding=finding(Severity.CRITICAL), reason="known"),)
    assert file(suppressed=aside).verdict() is Verdict.CLEAN
    assert file(suppressed=aside, gaps=(Gap(kind=GapKind.UNPARSED, reason="r"),)).verdict() is Verdict.INCONCLUSIVE
