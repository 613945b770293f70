"""Exit codes, the same for every command and every format (DESIGN section 6)."""

from __future__ import annotations

from weighbridge.core.finding import Severity
from weighbridge.core.report import Verdict
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.report import FileReport, Report

PASS, FAIL, ERROR, INCONCLUSIVE = 0, 1, 2, 3


@value
class Threshold:
    """What fails: findings from ``severity`` up; ``strict`` also what could not be judged."""

    severity: Severity = Severity.MEDIUM
    strict: bool = False


def code_for(report: Report, threshold: Threshold) -> int:
    """Choose the exit code of a report; a malicious file fails under any threshold."""
    files = [file for artifact in report.artifacts for file in artifact.files]
    if any(_fails(file, threshold) for file in files):
        return FAIL
    if any(file.gaps for file in files) or any(artifact.gaps for artifact in report.artifacts):
        return FAIL if threshold.strict else INCONCLUSIVE
    return PASS


def _fails(file: FileReport, threshold: Threshold) -> bool:
    if file.verdict() is Verdict.MALICIOUS:
        return True
    return any(finding.severity.rank >= threshold.severity.rank for finding in file.findings)


def closing(code: int, threshold: Threshold, *, exit_zero: bool = False) -> str:
    """Say what an exit code means, for the last line of the text report."""
    words = {
        PASS: f"nothing at or above {threshold.severity}",
        FAIL: f"a finding at or above {threshold.severity}",
        INCONCLUSIVE: "something could not be judged",
    }
    if threshold.severity is Severity.CRITICAL:
        words[FAIL] = "a malicious file, or a finding at or above critical"
    if threshold.strict:
        words[FAIL] += ", or something could not be judged"
    if exit_zero and code:
        return f"exit 0 by --exit-zero, else {code}: {words[code]}"
    return f"exit {code}: {words[code]}"
