"""Records and graphs for the tests of advisories."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from weighbridge.core.values import replace
from weighbridge.inventory.advisories.importing import Delivery, import_feeds
from weighbridge.inventory.advisories.sources import Piece, pieces
from weighbridge.inventory.advisories.store import Feed, Store
from weighbridge.inventory.graph import (
    Claim,
    Component,
    Confidence,
    Field,
    Graph,
    Kind,
    Method,
    Origin,
    Stated,
)

DATA = Path(__file__).resolve().parents[2] / "data" / "osv-pypi.jsonl.gz"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ORIGIN = Origin(method=Method.MANIFEST, confidence=Confidence.DECLARED)
SURER = replace(ORIGIN, confidence=Confidence.VERIFIED)


def record(id_: str = "CVE-2026-1", name: str = "anchor", *events: dict[str, str], **more: Any) -> dict[str, Any]:
    """A sound record of one package of PyPI: affected before 2.0, unless events say otherwise."""
    ecosystem = more.pop("ecosystem", "PyPI")
    kind = more.pop("type", "ECOSYSTEM")
    affected: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": name}}
    versions = more.pop("versions", None)
    if versions is not None:
        affected["versions"] = versions
    if versions is None or events:
        affected["ranges"] = [{"type": kind, "events": list(events) or [{"introduced": "0"}, {"fixed": "2.0"}]}]
    return {
        "schema_version": "1.7.5", "id": id_, "modified": "2026-01-02T03:04:05Z", "published": "2026-01-01T00:00:00Z",
        "summary": "something is wrong", "affected": [affected],
    } | more  # fmt: skip


def imported(place: Path, *records: dict[str, Any] | bytes, name: str = "feed") -> Feed:
    """Put records into a database."""
    import json

    given = (one if isinstance(one, bytes) else json.dumps(one).encode() for one in records)
    held = tuple(Piece(where=f"line {number}", text=text) for number, text in enumerate(given, 1))
    return delivered(place, held, name)


def delivered(place: Path, held: Iterable[Piece], name: str = "feed") -> Feed:
    """Put pieces into a database."""
    (feed,) = import_feeds(str(place), (Delivery(name=name, origin=name, pieces=held),), NOW)
    return feed


def snapshot(place: Path) -> Feed:
    """Put the advisories of PyPI into a database."""
    return delivered(place, pieces(str(DATA)), "osv-pypi")


def store(place: Path, *records: dict[str, Any] | bytes) -> Store:
    """A database of some records."""
    imported(place, *records)
    return Store.opened(str(place))


def library(
    name: str = "anchor", version: str = "", *specifiers: str, type_: str = "pypi", also: str = "", id_: str = "",
    purl: str = "",
) -> Component:  # fmt: skip
    """A library as inventories state it; ``also`` is a version that another file claims."""
    purl = purl or f"pkg:{type_}/{name}" + (f"@{version}" if version else "")
    stated = [Stated(field=Field.NAME, claims=(Claim(content=name, origin=ORIGIN),))]
    if version:
        claims = [Claim(content=version, origin=SURER)] + ([Claim(content=also, origin=ORIGIN)] if also else [])
        stated.append(Stated(field=Field.VERSION, claims=tuple(claims)))
    stated.append(Stated(field=Field.PURL, claims=(Claim(content=purl, origin=ORIGIN),)))
    if specifiers:
        claims = [Claim(content=one, origin=ORIGIN) for one in specifiers]
        stated.append(Stated(field=Field.SPECIFIER, claims=tuple(claims)))
    return Component(id=id_ or f"library:{type_}:{name}", kind=Kind.LIBRARY, stated=tuple(stated))


def graph(*components: Component) -> Graph:
    """A graph of some libraries."""
    root = Component(id="application:.", kind=Kind.APPLICATION)
    return Graph(root=root.id, components=(root, *components))
