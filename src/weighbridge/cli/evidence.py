"""Finds what ``advisory new`` reports: one finding, all files that have it, and where they come from."""

from __future__ import annotations

import os

from weighbridge.core.errors import UsageError
from weighbridge.core.finding import Severity
from weighbridge.core.refs import PATH, is_commit, is_sha256, parse
from weighbridge.core.values import value
from weighbridge.inventory.advisories import identity
from weighbridge.inventory.advisories.record import AffectedFile
from weighbridge.inventory.advisories.reporting import Evidence
from weighbridge.rules.catalog import info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given

_REPORT = "weighbridge.report/1"


@value
class _Place:
    """A finding in a file of an artifact, as a report tells it."""

    ref: str
    path: str
    sha256: str
    size: int
    formats: tuple[str, ...]
    rule: str
    severity: Severity
    message: str
    fingerprint: str


def evidence(given: Given, config: Config) -> Evidence:
    """Scan the target, or read a report, and choose; raises UsageError where there is nothing to report."""
    target, wanted = given.operands[0], given.one("--finding").lower()
    document, ref = _report(target, given, config)
    places = [one for one in _places(document) if one.fingerprint.startswith(wanted)]
    if not places:
        what = f"no finding has a fingerprint that begins with {wanted!r}" if wanted else "nothing was found in it"
        raise UsageError(f"{target!r}: {what}", hint="weighbridge scan --format json shows findings and fingerprints")
    names = sorted({one.fingerprint for one in places})
    if wanted and len(names) > 1:
        raise UsageError(
            f"{len(names)} findings have a fingerprint that begins with {wanted!r}", hint="write more of it"
        )
    chosen = min(places, key=lambda one: (-one.severity.rank, one.rule, one.path, one.fingerprint))
    same = [one for one in places if one.fingerprint == chosen.fingerprint and one.ref == chosen.ref]
    files = {one.path: one for one in same if is_sha256(one.sha256)}
    if not files:
        raise UsageError(f"nobody knows the digest of {chosen.path!r}", hint="scan it whole: --full")
    rule = info(chosen.rule)
    if rule is None:
        raise UsageError(f"there is no rule {chosen.rule[:20]!r}", hint="scan with this version of weighbridge")
    repository, purl, commit, name = _source(ref or chosen.ref)
    return Evidence(
        rule=rule, severity=chosen.severity, message=chosen.message, fingerprint=chosen.fingerprint,
        files=tuple(
            AffectedFile(sha256=files[path].sha256, path=path, size=files[path].size) for path in sorted(files)
        ),
        formats=tuple(sorted({one for each in files.values() for one in each.formats})),
        name=name, repository=repository, purl=purl, commit=commit,
    )  # fmt: skip


def _report(target: str, given: Given, config: Config) -> tuple[dict[str, Any], str]:
    """Give a report as JSON has it, and the reference of what was scanned where it was scanned now."""
    from weighbridge.cli.documents import read

    if parse(target).scheme == PATH and os.path.isfile(target) and target.lower().endswith(".json"):
        document = read(target)[1]
        if document.get("schema") != _REPORT:
            raise UsageError(f"{target!r} is no report of a scan", hint="weighbridge scan TARGET --format json")
        return document, ""
    from weighbridge.cli.composing import observed
    from weighbridge.inventory.graph import Field
    from weighbridge.reports.jsonv1 import document as as_json

    graph, report = observed(target, given, config)
    return dict(as_json(report)), graph.component(graph.root).text(Field.REFERENCE)


def _places(document: dict[str, Any]) -> Iterator[_Place]:
    for artifact in _objects(document.get("artifacts")):
        ref = str(artifact.get("ref", ""))
        for file in _objects(artifact.get("files")):
            path = str(file.get("path", ""))
            for finding in _objects(file.get("findings")):
                try:
                    severity = Severity(str(finding.get("severity")))
                except ValueError:
                    continue
                size = file.get("size")
                yield _Place(
                    ref=ref, path=path.removeprefix(ref).lstrip("/") or os.path.basename(path),
                    sha256=str(file.get("sha256") or file.get("claimed_sha256") or "").lower(),
                    size=size if type(size) is int else -1,
                    formats=tuple(map(str, file.get("formats") or ())) if type(file.get("formats")) is list else (),
                    rule=str(finding.get("rule", "")), severity=severity, message=str(finding.get("message", "")),
                    fingerprint=str(finding.get("fingerprint", "")),
                )  # fmt: skip


def _objects(found: Any) -> list[dict[str, Any]]:
    return [one for one in found if type(one) is dict] if type(found) is list else []


def _source(reference: str) -> tuple[str, str, str, str]:
    """Give the address, package URL, commit and name of a repository of a hub; all empty for a path."""
    repository, revision = identity.of_reference(reference)
    if not repository.startswith("https://"):
        return "", "", "", ""
    name = repository.removeprefix(f"{identity.HUB_ADDRESS}/")
    is_model = name != repository and not name.startswith(("datasets/", "spaces/"))
    purl = f"pkg:huggingface/{name}" if is_model and name.isascii() else ""
    return repository, purl, revision if is_commit(revision) else "", name
