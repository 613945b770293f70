"""The scan report as JSON, version 1: the contract of ``schemas/report-v1.json``.

Text from the files is kept exact, so that programs can find members and names again; the one exception is bytes that
are not UTF-8, which are written as visible escapes. Everything outside ASCII is escaped by JSON itself, which makes
the document safe to print on a terminal.
"""

from __future__ import annotations

from weighbridge.core.coverage import Gap
from weighbridge.core.finding import Finding
from weighbridge.core.location import Location
from weighbridge.core.report import ArtifactReport, FileReport, Report
from weighbridge.reports.neutral import encodable
from weighbridge.reports.outline import in_place, ordered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Json: TypeAlias = bool | int | str | list["Json"] | dict[str, "Json"] | None

SCHEMA = "weighbridge.report/1"


def render(report: Report, *, verbose: bool = False) -> str:
    """Render the whole report; equal reports give equal text. ``verbose`` adds the decompiled programs."""
    import json

    return json.dumps(document(report, verbose=verbose), indent=2) + "\n"


def document(report: Report, *, verbose: bool = False) -> dict[str, Json]:
    """Build the document as plain values."""
    tool: dict[str, Json] = {"name": "weighbridge", "version": report.version, "rules": report.rules}
    if report.plugins:
        tool["plugins"] = list(report.plugins)
    if report.disabled:
        tool["disabled"] = list(report.disabled)
    dated: dict[str, Json] = {"date": report.date} if report.date else {}
    return {
        "schema": SCHEMA,
        "tool": tool,
        **dated,
        "verdict": str(report.verdict()),
        "artifacts": [_artifact(artifact, verbose) for artifact in report.artifacts],
    }


def _artifact(artifact: ArtifactReport, verbose: bool) -> dict[str, Json]:
    files = sorted(artifact.files, key=lambda file: file.path)
    told: dict[str, Json] = {
        "ref": encodable(artifact.ref),
        "verdict": str(artifact.verdict()),
        "files": [_file(file, verbose) for file in files],
        "gaps": _gaps(artifact.gaps),
    }
    if artifact.signatures:
        told["signatures"] = [
            {"path": encodable(one.path), "holds": one.holds, "message": encodable(one.words)}
            for one in artifact.signatures
        ]
    return told


def _file(file: FileReport, verbose: bool) -> dict[str, Json]:
    known: dict[str, Json] = {"path": encodable(file.path), "size": file.size, "sha256": file.sha256}
    if file.sha256 is not None:
        known["sha256_origin"] = "computed"
    if file.claimed_sha256:
        known["claimed_sha256"] = encodable(file.claimed_sha256)
    suppressed = sorted(file.suppressed, key=lambda one: (one.finding.fingerprint, one.reason))
    judged: dict[str, Json] = {
        "formats": [encodable(name) for name in file.formats],
        "verdict": str(file.verdict()),
        "findings": [_finding(finding) for finding in ordered(file.findings)],
        "gaps": _gaps(file.gaps),
        "suppressed": [{"finding": _finding(one.finding), "reason": encodable(one.reason)} for one in suppressed],
    }
    if verbose:
        judged["program"] = [encodable(line) for line in file.program]
    return known | judged


def _finding(finding: Finding) -> dict[str, Json]:
    when: dict[str, Json] = {"when": str(finding.when)} if finding.when else {}
    return when | {
        "rule": encodable(finding.rule),
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "harm": str(finding.harm),
        "title": encodable(finding.title),
        "message": encodable(finding.message),
        "location": _location(finding.at),
        "evidence": [encodable(line) for line in finding.evidence],
        "fingerprint": encodable(finding.fingerprint),
    }


def _gaps(gaps: tuple[Gap, ...]) -> list[Json]:
    return [
        {"kind": str(gap.kind), "reason": encodable(gap.reason), "location": _location(gap.at)}
        for gap in in_place(gaps)
    ]


def _location(at: Location) -> dict[str, Json]:
    place: dict[str, Json] = {}
    if at.member:
        place["member"] = encodable(" > ".join(at.member))
    if at.offset is not None:
        place["offset"] = at.offset
    if at.length is not None:
        place["length"] = at.length
    return place
