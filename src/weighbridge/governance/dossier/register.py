"""The register of findings (Article 9): what a scan has found, each with its id, how bad it is, and where it stands.

It is the input of a risk management system and not the system: who accepts what is left is not in it.
"""

from __future__ import annotations

from weighbridge.core.errors import UsageError
from weighbridge.core.finding import Severity
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.core.report import Report

SCHEMA = "weighbridge.report/1"
OPEN, ASIDE = "open", "set aside"


@value
class Finding:
    """One finding: ``id`` is its fingerprint, ``status`` open or set aside, with the reason for the latter."""

    id: str
    rule: str
    severity: Severity
    confidence: str
    title: str
    message: str
    file: str
    sha256: str = ""
    status: str = OPEN
    reason: str = ""


def of_report(report: Report) -> tuple[Finding, ...]:
    """Take the findings of a scan, the gravest first."""
    from weighbridge.reports.jsonv1 import document

    return of_document(document(report))


def of_document(found: dict[str, Any]) -> tuple[Finding, ...]:
    """Take the findings of a saved scan report (``weighbridge.report/1``); raises UsageError for another document."""
    if found.get("schema") != SCHEMA:
        raise UsageError("it is no report of a scan", hint=f"weighbridge scan --format json writes {SCHEMA}")
    try:
        listed = [one for artifact in found["artifacts"] for one in _of_artifact(artifact)]
    except (KeyError, TypeError, AttributeError, ValueError):
        raise UsageError("the report of the scan is not as its schema has it") from None
    return tuple(sorted(set(listed), key=lambda one: (-one.severity.rank, one.file, one.rule, one.id, one.reason)))


def digests(found: dict[str, Any]) -> frozenset[str]:
    """Give the digests of the files that a saved report, which was read by ``of_document``, is about."""
    files = (file for artifact in found["artifacts"] for file in artifact["files"])
    return frozenset(str(file.get(key) or "") for file in files for key in ("sha256", "claimed_sha256")) - {""}


def _of_artifact(artifact: dict[str, Any]) -> Iterator[Finding]:
    ref = artifact["ref"]
    for file in artifact["files"]:
        path = file["path"].removeprefix(ref).lstrip("/") or file["path"]
        sha256 = file.get("sha256") or file.get("claimed_sha256") or ""
        for one in file["findings"]:
            yield _finding(one, path, sha256)
        for aside in file.get("suppressed", ()):
            yield _finding(aside["finding"], path, sha256, ASIDE, aside["reason"])


def _finding(one: dict[str, Any], path: str, sha256: str, status: str = OPEN, reason: str = "") -> Finding:
    words = {name: _text(one[name]) for name in ("rule", "confidence", "title", "message")}
    return Finding(
        id=_text(one["fingerprint"]), severity=Severity(one["severity"]), file=_text(path), sha256=_text(sha256),
        status=status, reason=_text(reason), **words,
    )  # fmt: skip


def _text(found: object) -> str:
    if type(found) is not str:
        raise TypeError
    return found
