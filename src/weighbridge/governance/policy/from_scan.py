"""What a scan has left of files, from a report of this run or from one that was saved as JSON."""

from __future__ import annotations

from weighbridge.core import strict_json as strict
from weighbridge.core.errors import Malformed
from weighbridge.core.finding import Severity
from weighbridge.core.refs import is_sha256
from weighbridge.core.values import value
from weighbridge.governance.policy.facts import Scan, SeenFinding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.core.report import Report

SCHEMA = "weighbridge.report/1"
_MOST = 1_000_000
"""Files of a saved report; a store of a whole hub's quantisations has some hundred thousand."""


@value
class ScannedFile:
    """A file of a scan; ``path`` is relative to the target ``ref``, digests are empty where they are not known."""

    ref: str
    path: str
    formats: tuple[str, ...]
    scan: Scan
    sha256: str = ""
    said_sha256: str = ""
    """What only its store says."""


@value
class ScannedTargets:
    """The targets of a scan in order, their files, and sentences about what was not read at all.

    ``day`` is that of the scan as ``2027-01-31``, empty where nobody says.
    """

    refs: tuple[str, ...]
    files: tuple[ScannedFile, ...]
    gaps: tuple[str, ...] = ()
    day: str = ""


def of_report(report: Report, day: str = "") -> ScannedTargets:
    """Give the files of a report that was made on a day."""
    return ScannedTargets(
        day=day,
        refs=tuple(one.ref for one in report.artifacts),
        files=tuple(
            ScannedFile(
                ref=artifact.ref, path=below(file.path, artifact.ref), formats=file.formats,
                sha256=file.sha256 or "", said_sha256=file.claimed_sha256,
                scan=Scan(
                    findings=tuple(
                        SeenFinding(rule=one.rule, severity=one.severity, message=one.message) for one in file.findings
                    ),
                    gaps=tuple(gap.reason for gap in file.gaps),
                ),
            )
            for artifact in report.artifacts for file in artifact.files
        ),
        gaps=tuple(f"{artifact.ref}: {gap.reason}" for artifact in report.artifacts for gap in artifact.gaps),
    )  # fmt: skip


def of_document(found: dict[str, Any]) -> ScannedTargets:
    """Read a report that was saved (``weighbridge.report/1``); raises Malformed for what is none."""
    if found.get("schema") != SCHEMA:
        raise Malformed("it is no report of this version")
    artifacts = _objects(found, "artifacts")
    files = [(_text(one, "ref"), file) for one in artifacts for file in _objects(one, "files")]
    if len(files) > _MOST:
        raise Malformed(f"a report of more than {_MOST:,} files")
    return ScannedTargets(
        day=strict.day(found["date"]) if "date" in found else "",
        refs=tuple(_text(one, "ref") for one in artifacts),
        files=tuple(_file(ref, file) for ref, file in files),
        gaps=tuple(
            f"{_text(one, 'ref')}: {_text(gap, 'reason')}" for one in artifacts for gap in _objects(one, "gaps")
        ),
    )


def _file(ref: str, found: dict[str, Any]) -> ScannedFile:
    formats = found.get("formats")
    if type(formats) is not list or not all(type(one) is str for one in formats):
        raise Malformed("the formats of a file are no list of words")
    return ScannedFile(
        ref=ref, path=below(_text(found, "path"), ref), formats=tuple(formats), sha256=_digest(found, "sha256"),
        said_sha256=_digest(found, "claimed_sha256"),
        scan=Scan(
            findings=tuple(
                SeenFinding(rule=_text(one, "rule"), severity=_severity(one), message=_text(one, "message"))
                for one in _objects(found, "findings")
            ),
            gaps=tuple(_text(one, "reason") for one in _objects(found, "gaps")),
        ),
    )  # fmt: skip


def below(path: str, ref: str) -> str:
    """Give a path relative to its target, spelt as graphs spell it: bytes that are no UTF-8 as escapes.

    A target that is a file is called by its own name.
    """
    rest = path.rpartition("/")[2] if path == ref else path.removeprefix(f"{ref.rstrip('/')}/") if ref else path
    return rest.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _severity(found: dict[str, Any]) -> Severity:
    try:
        return Severity(_text(found, "severity"))
    except ValueError:
        raise Malformed("a finding has no severity that is known") from None


def _digest(found: dict[str, Any], key: str) -> str:
    held = found.get(key) or ""
    if held and (type(held) is not str or not is_sha256(held)):
        raise Malformed(f"{key} of a file is no SHA-256")
    return str(held)


def _objects(found: dict[str, Any], key: str) -> list[dict[str, Any]]:
    held = found.get(key)
    if type(held) is not list or not all(type(one) is dict for one in held):
        raise Malformed(f"it has no {key}, or they are no list of objects")
    return held


def _text(found: dict[str, Any], key: str) -> str:
    held = found.get(key)
    if type(held) is not str:
        raise Malformed(f"{key} is no text")
    return held
