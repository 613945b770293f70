"""What is set aside is bound to a rule, a content and a date, and stays in the report."""

from __future__ import annotations

import pytest

from weighbridge.core.finding import Confidence, Finding, Harm, Severity
from weighbridge.core.location import Location
from weighbridge.core.report import FileReport, Verdict
from weighbridge.engine.suppress import Suppression, Suppressions

HERE, ELSEWHERE = "a" * 64, "b" * 64


def finding(rule: str, fingerprint: str = "f") -> Finding:
    return Finding(
        rule=rule, title="t", severity=Severity.HIGH, confidence=Confidence.HIGH, harm=Harm.EXECUTION, message="m",
        at=Location(), evidence=(), fingerprint=fingerprint,
    )  # fmt: skip


def file(*findings: Finding, sha256: str | None = HERE) -> FileReport:
    return FileReport(path="a", size=1, sha256=sha256, formats=(), findings=findings, gaps=())


def suppression(rule: str = "EXE101", sha256: str = HERE, expires: str = "2027-01-31") -> Suppression:
    return Suppression(rule=rule, sha256=sha256, reason="read by R. Weber", expires=expires)


def test_it_moves_the_finding_and_keeps_it_with_its_reason() -> None:
    applied = Suppressions((suppression(),), today="2027-01-01").apply(file(finding("EXE101"), finding("EXE102")))
    assert [one.rule for one in applied.findings] == ["EXE102"]
    assert [(one.finding.rule, one.reason) for one in applied.suppressed] == [
        ("EXE101", "read by R. Weber (until 2027-01-31)")
    ]


@pytest.mark.parametrize(
    ("today", "counts"), [("2027-01-30", False), ("2027-01-31", False), ("2027-02-01", True), ("2028-01-01", True)]
)
def test_its_last_day_is_the_last(today: str, counts: bool) -> None:
    made = Suppressions((suppression(),), today=today)
    applied = made.apply(file(finding("EXE101")))
    assert (applied.verdict() is Verdict.MALICIOUS) == counts
    assert bool(made.expired) == counts


@pytest.mark.parametrize("other", [suppression(rule="EXE102"), suppression(sha256=ELSEWHERE)])
def test_it_is_for_one_rule_and_one_content(other: Suppression) -> None:
    report = file(finding("EXE101"))
    assert Suppressions((other,), today="2027-01-01").apply(report) == report


def test_a_file_without_a_digest_keeps_its_findings() -> None:
    report = file(finding("EXE101"), sha256=None)
    made = Suppressions((suppression(),), today="2027-01-01", baseline=frozenset({":f", "None:f"}))
    assert made.apply(report) == report


def test_a_baseline_knows_findings_by_content_and_fingerprint() -> None:
    made = Suppressions((), today="2027-01-01", baseline=frozenset({f"{HERE}:known"}))
    applied = made.apply(file(finding("EXE101", "known"), finding("EXE101", "new")))
    assert [one.fingerprint for one in applied.findings] == ["new"]
    assert [one.reason for one in applied.suppressed] == ["in the baseline"]
    elsewhere = file(finding("EXE101", "known"), sha256=ELSEWHERE)
    assert made.apply(elsewhere) == elsewhere
