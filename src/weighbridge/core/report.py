"""Reports and verdicts: a verdict is a pure function of findings and coverage."""

from __future__ import annotations

from weighbridge.core.coverage import Gap
from weighbridge.core.enums import StrEnum
from weighbridge.core.finding import DECISIVE, Confidence, Finding, Severity
from weighbridge.core.values import value


class Verdict(StrEnum):
    """The judgement of a file, an artifact or a whole run."""

    CLEAN = "clean"
    INCONCLUSIVE = "inconclusive"
    SUSPICIOUS = "suspicious"
    MALICIOUS = "malicious"


_ORDER = {verdict: rank for rank, verdict in enumerate(Verdict)}


def is_decisive(finding: Finding) -> bool:
    """Tell whether a finding alone makes a file malicious: code runs or memory breaks, surely and badly."""
    return (
        finding.severity.rank >= Severity.HIGH.rank
        and finding.confidence is Confidence.HIGH
        and finding.harm in DECISIVE
    )


def verdict_of(findings: tuple[Finding, ...], gaps: tuple[Gap, ...]) -> Verdict:
    """Judge findings and gaps: malicious, else suspicious, else inconclusive, else clean (DESIGN section 6)."""
    if any(is_decisive(finding) for finding in findings):
        return Verdict.MALICIOUS
    if any(finding.severity.rank >= Severity.MEDIUM.rank for finding in findings):
        return Verdict.SUSPICIOUS
    return Verdict.INCONCLUSIVE if gaps else Verdict.CLEAN


def worst(verdicts: tuple[Verdict, ...]) -> Verdict:
    """Pick the worst of several verdicts; none at all is clean."""
    return max(verdicts, key=_ORDER.__getitem__, default=Verdict.CLEAN)


@value
class Suppressed:
    """A finding that a baseline or a suppression set aside, and on whose word."""

    finding: Finding
    reason: str


@value
class FileReport:
    """One file; members of archives are locations inside it.

    ``sha256`` was computed from its bytes, ``claimed_sha256`` is what the store says of a file that is not on disk.
    """

    path: str
    size: int | None
    sha256: str | None
    formats: tuple[str, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    program: tuple[str, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    claimed_sha256: str = ""

    def verdict(self) -> Verdict:
        """Judge this file."""
        return verdict_of(self.findings, self.gaps)


SIGNATURES = (".sig", ".sigstore", ".sigstore.json")
"""How the names of files end that may be signatures over the model that they lie beside."""


@value
class SignatureNote:
    """A signature that lies among the files: whose it is and whether it holds, None where nobody is named to trust.

    It never makes a file better than what was found in it; one that does not hold is a finding of its own.
    """

    path: str
    holds: bool | None
    words: str


@value
class ArtifactReport:
    """One target: a file or everything below a directory, in sorted order."""

    ref: str
    files: tuple[FileReport, ...]
    gaps: tuple[Gap, ...] = ()
    signatures: tuple[SignatureNote, ...] = ()

    def verdict(self) -> Verdict:
        """Judge the target by its worst file."""
        own = (Verdict.INCONCLUSIVE,) if self.gaps else ()
        return worst((*own, *(file.verdict() for file in self.files)))


@value
class Report:
    """All targets of one run; holds no time unless it was asked for and no host, so equal input gives equal bytes."""

    version: str
    rules: str
    artifacts: tuple[ArtifactReport, ...]
    plugins: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    """Rules that were switched off; a verdict does not speak of what they would have found."""
    date: str = ""
    """The day of the run as ``2027-01-31``, in UTC; empty where nobody asked for it."""

    def verdict(self) -> Verdict:
        """Judge the run by its worst target."""
        return worst(tuple(artifact.verdict() for artifact in self.artifacts))
