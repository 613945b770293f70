"""Exit codes, the same for every command and every format (DESIGN section 6)."""

from __future__ import annotations

from weighbridge.core.finding import Severity
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
    """Choose the exit code of a report."""
    files = [file for artifact in report.artifacts for file in artifact.files]
    if any(_fails(file, threshold) for file in files):
        return FAIL
    if any(file.gaps for file in files) or any(artifact.gaps for artifact in report.artifacts):
        return FAIL if threshold.strict else INCONCLUSIVE
    return PASS


def _fails(file: FileReport, threshold: Threshold) -> bool:
    return any(finding.severity.rank >= threshold.severity.rank for finding in file.findings)


def closing(code: int, threshold: Threshold) -> str:
    """Say what an exit code means, for the last line of the text report."""
    words = {
        PASS: f"nothing at or above {threshold.severity}",
        FAIL: "something could not be judged, or a finding" if threshold.strict else "a finding",
        INCONCLUSIVE: "something could not be judged",
    }
    tail = f" at or above {threshold.severity}" if code == FAIL else ""
    return f"exit {code}: {words[code]}{tail}"
