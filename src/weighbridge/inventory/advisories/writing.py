"""Advisories as OSV 1.7 documents: plain data, ready for JSON.

``read(document(advisory), advisory.source).advisory == advisory`` for every advisory that ``read`` gives.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.advisories import record as r

SCHEMA_VERSION = "1.7.5"
"""The version of the schema whose words are written."""


def document(advisory: r.Advisory) -> dict[str, Any]:
    """Give the OSV document of an advisory; what is empty is left out."""
    own = {
        "kind": advisory.kind,
        "cwe_ids": list(advisory.cwes),
        "severity": advisory.rating,
        "unconfirmed": advisory.unconfirmed,
    }
    return _said({
        "schema_version": SCHEMA_VERSION,
        "id": advisory.id,
        "modified": advisory.modified,
        "published": advisory.published,
        "withdrawn": advisory.withdrawn,
        "aliases": list(advisory.aliases),
        "related": list(advisory.related),
        "summary": advisory.summary,
        "details": advisory.details,
        "severity": _severity(advisory.severity),
        "affected": list(map(_affected, advisory.affected)),
        "references": [{"type": one.type, "url": one.url} for one in advisory.references],
        "database_specific": _said(own),
    })  # fmt: skip


def _affected(one: r.Affected) -> dict[str, Any]:
    files = [
        _said({"path": file.path, "sha256": file.sha256}) | ({"size": file.size} if file.size >= 0 else {})
        for file in one.files
    ]
    lineage = _said({"applies_to_derived": list(one.applies_to_derived), "not_to": list(one.not_to)})
    return _said({
        "package": _said({"ecosystem": one.ecosystem, "name": one.name, "purl": one.purl}),
        "severity": _severity(one.severity),
        "ranges": list(map(_range, one.ranges)),
        "versions": list(one.versions),
        "ecosystem_specific": _said({"files": files}),
        "database_specific": _said({"lineage": lineage, "unconfirmed": one.unconfirmed}),
    })  # fmt: skip


def _range(one: r.Range) -> dict[str, Any]:
    return _said({
        "type": str(one.type),
        "repo": one.repo,
        "events": [{str(event.kind): event.version} for event in one.events],
    })  # fmt: skip


def _severity(ratings: tuple[r.Severity, ...]) -> list[dict[str, str]]:
    return [{"type": one.type, "score": one.score} for one in ratings]


def _said(found: dict[str, Any]) -> dict[str, Any]:
    return {name: content for name, content in found.items() if content not in ("", [], {})}
