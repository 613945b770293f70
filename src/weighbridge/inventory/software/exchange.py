"""A manifest as JSON of bounded size: what a jailed worker answers and its parent reads strictly."""

from __future__ import annotations

import json

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.values import field_names
from weighbridge.formats.strict_json import read_json
from weighbridge.inventory.software.shapes import PACKAGES
from weighbridge.inventory.software.values import (
    Ecosystem,
    Edge,
    Include,
    Manifest,
    Package,
    Place,
    Source,
    Standing,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.formats.strict_json import JsonValue

LONGEST = 70_000
"""Characters of one text."""
TROUBLES = 50
"""Troubles of one file that are told one by one."""


def dumps(manifest: Manifest) -> bytes:
    """Write a manifest."""
    trouble = list(manifest.trouble[:TROUBLES])
    if len(manifest.trouble) > TROUBLES:
        trouble.append(f"and {len(manifest.trouble) - TROUBLES:,} more")
    document = _plain(manifest)
    document["trouble"] = [one[:500] for one in trouble]
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode()


def _plain(found: Any) -> Any:
    if isinstance(found, Manifest | Package | Source | Edge | Include):
        return {name: _plain(getattr(found, name)) for name in field_names(type(found))}
    return [_plain(one) for one in found] if isinstance(found, tuple) else found


def loads(data: bytes) -> Manifest:
    """Read a manifest; raises Malformed for whatever ``dumps`` does not write."""
    try:
        held = _table(read_json(data, depth=10).value, Manifest)
        return Manifest(
            kind=_text(held["kind"]), path=_text(held["path"]), name=_text(held["name"]),
            version=_text(held["version"]), packages=tuple(map(_package, _list(held["packages"]))),
            includes=tuple(map(_include, _list(held["includes"]))), trouble=_texts(held["trouble"]),
            sha256=_text(held["sha256"]),
        )  # fmt: skip
    except (OverLimit, ValueError) as wrong:
        raise Malformed(f"the answer does not fit its schema: {wrong}") from None


def _package(found: JsonValue) -> Package:
    held = _table(found, Package)
    direct, line = held["direct"], held["line"]
    if direct is not None and not isinstance(direct, bool):
        raise Malformed("direct is true, false or null")
    texts = {
        name: _text(held[name])
        for name in ("name", "written", "version", "specifier", "marker", "pointer", "license", "summary", "build",
                     "channel")
    }  # fmt: skip
    return Package(
        ecosystem=Ecosystem(_text(held["ecosystem"])), standing=Standing(_text(held["standing"])),
        extras=_texts(held["extras"]), hashes=_texts(held["hashes"]), source=_source(held["source"]), direct=direct,
        groups=_texts(held["groups"]), requires=tuple(map(_edge, _list(held["requires"]))), line=_count(line),
        constraint=_flag(held["constraint"]), is_verified=_flag(held["is_verified"]), **texts,
    )  # fmt: skip


def _source(found: JsonValue) -> Source:
    held = _table(found, Source)
    return Source(
        place=Place(_text(held["place"])), address=_text(held["address"]), revision=_text(held["revision"]),
        commit=_text(held["commit"]), editable=_flag(held["editable"]),
    )  # fmt: skip


def _edge(found: JsonValue) -> Edge:
    held = _table(found, Edge)
    texts = {name: _text(held[name]) for name in ("name", "version", "marker", "extra")}
    return Edge(extras=_texts(held["extras"]), **texts)


def _include(found: JsonValue) -> Include:
    held = _table(found, Include)
    return Include(path=_text(held["path"]), line=_count(held["line"]), constraint=_flag(held["constraint"]))


def _table(found: JsonValue, of: type) -> dict[str, JsonValue]:
    if not isinstance(found, dict) or set(found) != set(field_names(of)):
        raise Malformed(f"a {of.__name__.lower()} has exactly its fields")
    return found


def _list(found: JsonValue) -> list[JsonValue]:
    if not isinstance(found, list) or len(found) > PACKAGES:
        raise Malformed("a list of bounded length is wanted")
    return found


def _text(found: JsonValue) -> str:
    if not isinstance(found, str) or len(found) > LONGEST:
        raise Malformed("a text of bounded length is wanted")
    return found


def _texts(found: JsonValue) -> tuple[str, ...]:
    return tuple(map(_text, _list(found)))


def _flag(found: JsonValue) -> bool:
    if not isinstance(found, bool):
        raise Malformed("true or false is wanted")
    return found


def _count(found: JsonValue) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= 1 << 31:
        raise Malformed("a count is wanted")
    return found
