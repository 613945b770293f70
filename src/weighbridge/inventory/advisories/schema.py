"""What the OSV schema asks of a record, and what sense asks beside it.

Source: the text and the JSON schema of the Open Source Vulnerability format, https://ossf.github.io/osv-schema/,
versions 1.7.4 and 1.7.5 (the latter added the form of commits and ids of local databases).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from weighbridge.inventory.advisories.defects import Defect, DefectKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_FIELDS = frozenset({
    "schema_version", "id", "modified", "published", "withdrawn", "aliases", "related", "upstream", "summary",
    "details", "severity", "affected", "references", "credits", "database_specific",
})  # fmt: skip
_ID = re.compile(
    r"(ASB-A|PUB-A|ALPINE|ALSA|ALBA|ALEA|BELL|BIT|CGA|CURL|CVE|DEBIAN|DRUPAL|DSA|DLA|ELA|DTSA|ECHO|EEF|FreeBSD|GHSA|GO|"
    r"GSD|HSEC|JLSEC|KUBE|LBSEC|LSN|MAL|MINI|MGASA|OESA|OSV|openSUSE-SU|PHSA|PSF|PYSEC|RHBA|RHEA|RHSA|RLSA|RXSA|RSEC|"
    r"RUSTSEC|SUSE-[SRFO]U|UBUNTU|USN|V8)-.+|x_.+",
    re.ASCII,
)
ECOSYSTEMS = frozenset({
    "AlmaLinux", "Alpaquita", "Alpine", "Android", "BellSoft Hardened Containers", "Bioconductor", "Bitnami",
    "Chainguard", "CleanStart", "ConanCenter", "CRAN", "crates.io", "Debian", "Echo", "FreeBSD", "GHC", "GIT",
    "GitHub Actions", "Go", "Hackage", "Hex", "Julia", "Kubernetes", "Linux", "Mageia", "Maven", "MinimOS", "npm",
    "NuGet", "openEuler", "openSUSE", "OSS-Fuzz", "Packagist", "Photon OS", "Pub", "PyPI", "Red Hat", "Rocky Linux",
    "RubyGems", "SUSE", "SwiftURL", "Ubuntu", "VSCode", "Wolfi",
})  # fmt: skip
"""What may stand before the colon of an ecosystem."""
_REFERENCES = frozenset({
    "ADVISORY", "ARTICLE", "DETECTION", "DISCUSSION", "REPORT", "FIX", "INTRODUCED", "GIT", "PACKAGE", "EVIDENCE",
    "WEB",
})  # fmt: skip
_CREDITS = frozenset({
    "FINDER", "REPORTER", "ANALYST", "COORDINATOR", "REMEDIATION_DEVELOPER", "REMEDIATION_REVIEWER",
    "REMEDIATION_VERIFIER", "TOOL", "SPONSOR", "OTHER",
})  # fmt: skip
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.ASCII)
_SCORES = {
    "CVSS_V2": re.compile(r"(?:[A-Za-z]{1,3}:[A-Z]{1,3}/)*[A-Za-z]{1,3}:[A-Z]{1,3}", re.ASCII),
    "CVSS_V3": re.compile(r"CVSS:3\.[01](?:/[A-Z]{1,3}:[A-Z])+", re.ASCII),
    "CVSS_V4": re.compile(r"CVSS:4\.0(?:/[A-Z]{1,3}:(?:[A-Z]|Clear|Green|Amber|Red))+", re.ASCII),
    "Ubuntu": re.compile(r"negligible|low|medium|high|critical", re.ASCII),
}
_NEEDED = {
    "CVSS_V2": ("AV", "AC", "Au", "C", "I", "A"),
    "CVSS_V3": ("AV", "AC", "PR", "UI", "S", "C", "I", "A"),
    "CVSS_V4": ("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"),
    "Ubuntu": (),
}
FIRST_YEAR = 1990
"""Before there were advisories that a feed could hold; CVE begins with 1999."""


def violations(found: dict[str, Any]) -> Iterator[Defect]:
    """Yield what is wrong with a record whose fields that matching reads have the right types."""
    for name in found:
        if name not in _FIELDS:
            yield Defect(kind=DefectKind.UNKNOWN_FIELD, at=name[:80], words="the schema has no such field")
    if not _ID.fullmatch(found["id"]):
        words = "an id of a local database begins with x_, the others with the name of a database that OSV knows"
        yield Defect(kind=DefectKind.UNKNOWN_WORD, at="id", words=words)
    yield from _times(found)
    if found["id"] in (found.get("aliases") or ()):
        yield Defect(kind=DefectKind.ALIAS, at="aliases", words="it is an alias of itself")
    yield from _ratings(found.get("severity"), "severity")
    for number, one in enumerate(found.get("affected") or ()):
        yield from _affected(one, f"affected[{number}]")
        if "severity" in found and one.get("severity") is not None:
            words = "severity is there for the record and for a package; one of them is allowed"
            yield Defect(kind=DefectKind.SEVERITY, at=f"affected[{number}].severity", words=words)
    yield from _references(found.get("references") or ())
    yield from _others(found)


def instant(written: str) -> datetime | None:
    """Read a time of a record; None for what no calendar has."""
    matched = _TIME.fullmatch(written)
    if matched is None:
        return None
    try:
        return datetime.fromisoformat(matched[1]).replace(tzinfo=UTC)
    except ValueError:
        return None


def _times(found: dict[str, Any]) -> Iterator[Defect]:
    if not found.get("modified"):
        yield Defect(kind=DefectKind.MISSING, at="modified", words="there is no time of the last change")
    if not found.get("published"):
        yield Defect(kind=DefectKind.NO_PUBLISHED, at="published", words="there is no time of publication")
    for name in ("modified", "published", "withdrawn"):
        written = found.get(name)
        if not written:
            continue
        at = instant(written)
        if at is None:
            words = f"{written[:40]!r} is no time like 2026-01-31T12:00:00Z"
            yield Defect(kind=DefectKind.TIME, at=name, words=words)
        elif at.year < FIRST_YEAR or at > datetime.now(UTC):
            words = f"{written[:40]!r} is {'long ago' if at.year < FIRST_YEAR else 'in the future'}"
            yield Defect(kind=DefectKind.IMPOSSIBLE_TIME, at=name, words=words)


def _affected(one: dict[str, Any], at: str) -> Iterator[Defect]:
    package = one.get("package")
    if package is not None:
        for name in ("ecosystem", "name"):
            if not package.get(name):
                yield Defect(kind=DefectKind.MISSING, at=f"{at}.package.{name}", words="a package needs it")
        ecosystem = package.get("ecosystem")
        if ecosystem and ecosystem.partition(":")[0] not in ECOSYSTEMS:
            words = f"{ecosystem[:40]!r} is no ecosystem of the schema"
            yield Defect(kind=DefectKind.UNKNOWN_WORD, at=f"{at}.package.ecosystem", words=words)
    yield from _ratings(one.get("severity"), f"{at}.severity")
    for name in ("ecosystem_specific", "database_specific"):
        if name in one and type(one[name]) is not dict:
            yield Defect(kind=DefectKind.WRONG_TYPE, at=f"{at}.{name}", words="it is no object")
    for number, listed in enumerate(one.get("ranges") or ()):
        yield from _range(listed, f"{at}.ranges[{number}]")


def _range(one: dict[str, Any], at: str) -> Iterator[Defect]:
    kinds = {name for event in one["events"] for name in event}
    if any(len(event) != 1 for event in one["events"]):
        yield Defect(kind=DefectKind.EVENTS, at=at, words="an event that says two things")
    if "introduced" not in kinds:
        yield Defect(kind=DefectKind.EVENTS, at=at, words="nothing is ever introduced")
    if {"fixed", "last_affected"} <= kinds:
        yield Defect(kind=DefectKind.EVENTS, at=at, words="fixed and last_affected exclude each other")
    if one["type"] == "GIT":
        if not one.get("repo"):
            yield Defect(kind=DefectKind.MISSING, at=f"{at}.repo", words="a GIT range needs its repository")
        for event in one["events"]:
            for name, commit in event.items():
                if type(commit) is str and not (commit == "0" and name == "introduced") and not is_commit(commit):
                    words = f"{commit[:80]!r} is no commit of 40 or 64 hexadecimal digits in lower case"
                    yield Defect(kind=DefectKind.COMMIT, at=f"{at}.events", words=words)


def is_commit(text: str) -> bool:
    """Tell whether a text is a full commit, as the schema wants it."""
    return _COMMIT.fullmatch(text) is not None


def _ratings(listed: Any, at: str) -> Iterator[Defect]:
    for number, one in enumerate(listed or ()):
        kind, score = one.get("type", ""), one.get("score", "")
        pattern = _SCORES.get(kind)
        if pattern is None:
            words = f"{kind[:40]!r} is no type of rating of the schema"
            yield Defect(kind=DefectKind.UNKNOWN_WORD, at=f"{at}[{number}].type", words=words)
            continue
        given = {part.partition(":")[0] for part in score.split("/")}
        if not pattern.fullmatch(score) or not given.issuperset(_NEEDED[kind]):
            words = f"{score[:120]!r} is no vector of {kind}"
            yield Defect(kind=DefectKind.SEVERITY, at=f"{at}[{number}].score", words=words)


def _references(listed: Any) -> Iterator[Defect]:
    for number, one in enumerate(listed):
        if one.get("type") not in _REFERENCES:
            words = f"{str(one.get('type'))[:40]!r} is no type of reference of the schema"
            yield Defect(kind=DefectKind.UNKNOWN_WORD, at=f"references[{number}].type", words=words)
        if not _URI.fullmatch(one.get("url", "")):
            words = f"{one.get('url', '')[:80]!r} is no address"
            yield Defect(kind=DefectKind.MISSING, at=f"references[{number}].url", words=words)


def _others(found: dict[str, Any]) -> Iterator[Defect]:
    """Check what matching never reads: it may be of any type by now."""
    for name, kind, words in (
        ("schema_version", str, "it is no text"), ("database_specific", dict, "it is no object"),
        ("upstream", list, "it is no list"), ("credits", list, "it is no list"),
    ):  # fmt: skip
        if name in found and type(found[name]) is not kind:
            yield Defect(kind=DefectKind.WRONG_TYPE, at=name, words=words)
    credits_ = found.get("credits")
    for number, one in enumerate(credits_ if type(credits_) is list else ()):
        if type(one) is not dict or type(one.get("name")) is not str:
            yield Defect(kind=DefectKind.WRONG_TYPE, at=f"credits[{number}]", words="nobody is named")
        elif one.get("type", "OTHER") not in _CREDITS:
            yield Defect(
                kind=DefectKind.UNKNOWN_WORD, at=f"credits[{number}].type", words="the schema has no such role"
            )
