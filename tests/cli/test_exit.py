"""Exit codes: every combination of findings, gaps and wishes."""

from __future__ import annotations

import pytest

from weighbridge.cli.exit import FAIL, INCONCLUSIVE, PASS, Threshold, closing, code_for
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.finding import Confidence, Finding, Harm, Severity
from weighbridge.core.location import Location
from weighbridge.core.report import ArtifactReport, FileReport, Report, Suppressed

GAP = Gap(kind=GapKind.UNREAD, reason="r")


def finding(severity: Severity, harm: Harm = Harm.CONCEALMENT) -> Finding:
    return Finding(
        rule="EXE101", title="t", severity=severity, confidence=Confidence.HIGH, harm=harm, message="m", at=Location(),
        evidence=(), fingerprint="f",
    )  # fmt: skip


def report(*findings: Finding, gap: bool = False, target_gap: bool = False, aside: tuple[Finding, ...] = ()) -> Report:
    file = FileReport(
        path="a", size=1, sha256="0" * 64, formats=(), findings=findings, gaps=(GAP,) if gap else (),
        suppressed=tuple(Suppressed(finding=one, reason="r") for one in aside),
    )  # fmt: skip
    clean = FileReport(path="b", size=1, sha256="0" * 64, formats=(), findings=(), gaps=())
    gaps = (GAP,) if target_gap else ()
    return Report(version="1", rules="r", artifacts=(ArtifactReport(ref=".", files=(clean, file), gaps=gaps),))


@pytest.mark.parametrize("threshold", list(Severity))
@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("gap", [False, True])
@pytest.mark.parametrize("strict", [False, True])
def test_findings_from_the_threshold_up_fail_and_gaps_are_inconclusive(
    threshold: Severity, severity: Severity, gap: bool, strict: bool
) -> None:
    expected = FAIL if severity.rank >= threshold.rank else (FAIL if strict else INCONCLUSIVE) if gap else PASS
    assert code_for(report(finding(severity), gap=gap), Threshold(severity=threshold, strict=strict)) == expected
    assert code_for(report(finding(severity), target_gap=gap), Threshold(severity=threshold, strict=strict)) == expected


@pytest.mark.parametrize("threshold", list(Severity))
def test_what_is_malicious_fails_under_every_threshold(threshold: Severity) -> None:
    malicious = report(finding(Severity.HIGH, Harm.EXECUTION))
    assert malicious.verdict() == "malicious"
    assert code_for(malicious, Threshold(severity=threshold)) == FAIL


def test_what_is_set_aside_does_not_fail_but_gaps_beside_it_count() -> None:
    aside = (finding(Severity.CRITICAL, Harm.EXECUTION),)
    assert code_for(report(aside=aside), Threshold()) == PASS
    assert code_for(report(aside=aside, gap=True), Threshold()) == INCONCLUSIVE
    assert code_for(report(aside=aside), Threshold(severity=Severity.INFO, strict=True)) == PASS


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("code", [PASS, FAIL, INCONCLUSIVE])
def test_the_closing_line_names_the_code_and_the_threshold(severity: Severity, strict: bool, code: int) -> None:
    threshold = Threshold(severity=severity, strict=strict)
    line = closing(code, threshold)
    assert line.startswith(f"exit {code}: ")
    assert (str(severity) in line) == (code != INCONCLUSIVE)
    assert ("could not be judged" in line) == (code == INCONCLUSIVE or (code == FAIL and strict))
    zero = closing(code, threshold, exit_zero=True)
    assert zero == line if code == PASS else zero.startswith(f"exit 0 by --exit-zero, else {code}: ")
