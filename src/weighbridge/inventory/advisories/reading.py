"""OSV records as JSON into advisories: strict about shape, and never fatal.

A record of which one field that matching relies on has another type than the schema says is of no use as a whole: it
is left out, and its defect says so. Anything else that is wrong is told as a defect of a record that is kept. Source:
the Open Source Vulnerability schema 1.7, https://ossf.github.io/osv-schema/.
"""

from __future__ import annotations

import json

from weighbridge.core.errors import Malformed
from weighbridge.core.values import value
from weighbridge.inventory.advisories import record as r
from weighbridge.inventory.advisories.defects import Defect, DefectKind
from weighbridge.inventory.advisories.schema import violations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LARGEST = 8 << 20
"""Bytes of one record; the largest that are known list every version of a distribution's kernel, some 2 MB."""

_KINDS = {str(kind): kind for kind in r.EventKind}


@value
class Reading:
    """What a record says and what is wrong with it; no advisory where a defect is fatal.

    ``id`` is what the record calls itself, as far as that can be told.
    """

    advisory: r.Advisory | None
    defects: tuple[Defect, ...] = ()
    id: str = ""


def parse(text: bytes, source: str = "", *, checked: bool = False) -> Reading:
    """Read a record from JSON; ``source`` is the feed that it came from.

    One that was ``checked`` before is not held against the schema again.
    """
    if len(text) > LARGEST:
        return _useless(DefectKind.UNREADABLE, f"it has {len(text)} bytes; {LARGEST} are read")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return _useless(DefectKind.UNREADABLE, "it is not JSON")
    return read(found, source, checked=checked)


def read(found: object, source: str = "", *, checked: bool = False) -> Reading:
    """Read a record that is JSON already."""
    if type(found) is not dict:
        return _useless(DefectKind.UNREADABLE, "it is no JSON object")
    id_ = found.get("id")
    if type(id_) is not str or not id_.strip() or not _is_unicode(id_):
        return _useless(DefectKind.MISSING, "it has no id")
    try:
        advisory = _advisory(found, source)
        return Reading(advisory=advisory, defects=() if checked else tuple(violations(found)), id=id_)
    except Malformed as broken:
        return _useless(DefectKind.WRONG_TYPE, str(broken), id_)


def _useless(kind: DefectKind, words: str, id_: str = "") -> Reading:
    return Reading(advisory=None, defects=(Defect(kind=kind, words=words, fatal=True),), id=id_)


def _advisory(found: dict[str, Any], source: str) -> r.Advisory:
    own = _own(found)
    return r.Advisory(
        id=_text(found, "id"),
        modified=_text(found, "modified"),
        published=_text(found, "published"),
        withdrawn=_text(found, "withdrawn"),
        aliases=_texts(found, "aliases"),
        related=_texts(found, "related"),
        summary=_text(found, "summary"),
        details=_text(found, "details"),
        severity=_severity(found),
        affected=tuple(map(_affected, _objects(found, "affected"))),
        references=tuple(
            r.Reference(type=_text(one, "type"), url=_text(one, "url")) for one in _objects(found, "references")
        ),
        cwes=tuple(one for one in _own_list(own, "cwe_ids") if type(one) is str),
        rating=_own_text(own, "severity"),
        unconfirmed=_own_text(own, "unconfirmed"),
        kind=_own_text(own, "kind"),
        source=source or _own_text(own, "source"),
    )


def _affected(found: dict[str, Any]) -> r.Affected:
    package = found.get("package", {})
    if type(package) is not dict:
        raise Malformed("affected.package is no object")
    lineage = _own(found).get("lineage")
    derived = lineage if type(lineage) is dict else {}
    return r.Affected(
        ecosystem=_text(package, "ecosystem"),
        name=_text(package, "name"),
        purl=_text(package, "purl"),
        versions=_texts(found, "versions"),
        ranges=tuple(map(_range, _objects(found, "ranges"))),
        severity=_severity(found),
        files=tuple(_files(found)),
        applies_to_derived=tuple(one for one in _own_list(derived, "applies_to_derived") if type(one) is str),
        not_to=tuple(one for one in _own_list(derived, "not_to") if type(one) is str),
        unconfirmed=_own_text(_own(found), "unconfirmed"),
    )


def _range(found: dict[str, Any]) -> r.Range:
    try:
        kind = r.RangeType(str(found.get("type")))
    except ValueError:
        raise Malformed(f"a range of type {str(found.get('type'))[:40]!r}, which is none") from None
    events = []
    for one in _objects(found, "events"):
        known = [(name, version) for name, version in one.items() if name in _KINDS]
        if not known:
            raise Malformed("an event that says nothing")
        for name, _ in known:
            events.append(r.Event(kind=_KINDS[name], version=_text(one, name)))
    if not events:
        raise Malformed("a range without events")
    return r.Range(type=kind, events=tuple(events), repo=_text(found, "repo"))


def _severity(found: dict[str, Any]) -> tuple[r.Severity, ...]:
    return tuple(r.Severity(type=_text(one, "type"), score=_text(one, "score")) for one in _objects(found, "severity"))


def _files(found: dict[str, Any]) -> list[r.AffectedFile]:
    specific = found.get("ecosystem_specific")
    if type(specific) is not dict:
        return []
    listed = _own_list(specific, "files")
    if not all(type(one) is dict for one in listed):
        raise Malformed("affected.ecosystem_specific.files holds what is no object")
    files = []
    for one in listed:
        size = one.get("size", -1)
        digest = _text(one, "sha256").lower()
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise Malformed(f"a file with the digest {digest[:80]!r}, which is no SHA-256")
        files.append(
            r.AffectedFile(sha256=digest, path=_text(one, "path"), size=size if type(size) is int and size >= 0 else -1)
        )
    return files


# -- the shapes ----------------------------------------------------------------------------------------------------


def _text(found: dict[str, Any], name: str) -> str:
    text = found.get(name, "")
    if type(text) is not str:
        raise Malformed(f"{name} is no text")
    if not _is_unicode(text):
        raise Malformed(f"{name} is not Unicode")
    return text


def _is_unicode(text: str) -> bool:
    """Half a surrogate pair can be written in JSON and nowhere else."""
    return text.isascii() or not any("\ud800" <= one <= "\udfff" for one in text)


def _texts(found: dict[str, Any], name: str) -> tuple[str, ...]:
    listed = _list(found, name)
    if any(type(one) is not str for one in listed) or not _is_unicode("".join(listed)):
        raise Malformed(f"{name} holds what is no text")
    return tuple(listed)


def _objects(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    listed = _list(found, name)
    if not all(type(one) is dict for one in listed):
        raise Malformed(f"{name} holds what is no object")
    return listed


def _list(found: dict[str, Any], name: str) -> list[Any]:
    listed = found.get(name)
    if listed is None:
        return []
    if type(listed) is not list:
        raise Malformed(f"{name} is no list")
    return listed


def _own(found: dict[str, Any]) -> dict[str, Any]:
    """Give what a database adds of its own: any shape is allowed there, so what does not fit is not ours."""
    own = found.get("database_specific")
    return own if type(own) is dict else {}


def _own_text(own: dict[str, Any], name: str) -> str:
    text = own.get(name)
    return text if type(text) is str and _is_unicode(text) else ""


def _own_list(own: dict[str, Any], name: str) -> list[Any]:
    listed = own.get(name)
    return listed if type(listed) is list else []
