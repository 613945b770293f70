"""Findings set aside on somebody's word: suppressions with a reason and an expiry, and baselines. Never silently."""

from __future__ import annotations

from weighbridge.core.report import FileReport, Suppressed
from weighbridge.core.values import replace, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.finding import Finding


@value
class Suppression:
    """One rule set aside for one content: ``sha256`` binds it to bytes, ``expires`` is a date as ``2027-01-31``."""

    rule: str
    sha256: str
    reason: str
    expires: str


class Suppressions:
    """Applies suppressions that have not expired ``today``, and a baseline of known findings by content."""

    def __init__(self, listed: tuple[Suppression, ...], *, today: str, baseline: frozenset[str] = frozenset()) -> None:
        self.expired = tuple(one for one in listed if one.expires < today)
        self._listed = {(one.rule, one.sha256): one for one in listed if one.expires >= today}
        self._baseline = baseline

    def apply(self, report: FileReport) -> FileReport:
        """Move what is set aside out of the findings; the report keeps it with its reason."""
        kept: list[Finding] = []
        aside: list[Suppressed] = []
        for finding in report.findings:
            word = self._word(finding, report.sha256 or "")
            if word:
                aside.append(Suppressed(finding=finding, reason=word))
            else:
                kept.append(finding)
        return replace(report, findings=tuple(kept), suppressed=(*report.suppressed, *aside)) if aside else report

    def _word(self, finding: Finding, sha256: str) -> str:
        found = self._listed.get((finding.rule, sha256))
        if found is not None:
            return f"{found.reason} (until {found.expires})"
        return "in the baseline" if sha256 and f"{sha256}:{finding.fingerprint}" in self._baseline else ""
