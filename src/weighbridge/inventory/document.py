"""The graph as a JSON document, ``weighbridge.graph/1``: complete, and read back strictly.

Equal graphs give equal bytes. Reading raises Malformed for anything that ``dumps`` does not write.
"""

from __future__ import annotations

import json
from math import isfinite

from weighbridge.core import strict_json as strict
from weighbridge.core.errors import Malformed
from weighbridge.core.values import field_names
from weighbridge.inventory import graph as g

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEMA = "weighbridge.graph/1"
MOST = 50_000
"""Components of a document of others that become a graph: some 2 GB of memory on the way into another format."""
LARGEST = 100 << 20
"""Bytes of a document that is read; an application with 5,000 sources takes some 5 MB."""

_VALUES: dict[str, type] = {"metric": g.Metric, "license": g.License, "emission": g.Emission}
_NEEDED = frozenset({"type", "value", "grams"})
"""Parts of values that are always written; of the others those that say something."""


# -- writing -------------------------------------------------------------------------------------------------------


def dumps(graph: g.Graph) -> str:
    """Write a graph."""
    document = {
        "schema": SCHEMA,
        "root": graph.root,
        "components": [_component(one) for one in graph.components],
        "relations": [
            {
                "source": one.source,
                "kind": str(one.kind),
                "target": one.target,
                "origins": list(map(origin, one.origins)),
            }
            for one in graph.relations
        ],
        "gaps": list(graph.gaps),
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _component(one: g.Component) -> dict[str, Any]:
    stated = {str(stated.field): [claim(each) for each in stated.claims] for stated in one.stated}
    return {"id": one.id, "kind": str(one.kind), "stated": stated}


def claim(one: g.Claim) -> dict[str, Any]:
    """Give a claim as plain data."""
    written = {"value": content(one.content), "origin": origin(one.origin)}
    return written | ({"note": one.note} if one.note else {})


def content(one: g.Content) -> Any:
    """Give a value as plain data; values of several parts are an object with one key, which names what they are."""
    for name, kind in _VALUES.items():
        if isinstance(one, kind):
            held = {field: getattr(one, field) for field in field_names(kind)}
            said = {field: part for field, part in held.items() if part != "" and part is not False}
            return {name: {field: held[field] for field in held if field in said or field in _NEEDED}}
    return one


def origin(one: g.Origin) -> dict[str, str]:
    """Give an origin as plain data; what is empty is left out."""
    held = {name: str(getattr(one, name)) for name in field_names(g.Origin)}
    return {name: text for name, text in held.items() if text}


# -- reading -------------------------------------------------------------------------------------------------------


def parsed(text: bytes) -> dict[str, Any]:
    """Read a JSON object of a bounded length, in any of the formats; raises Malformed."""
    if len(text) > LARGEST:
        raise Malformed(f"a document of {len(text)} bytes; {LARGEST} are read")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("it is not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("it is no JSON object")
    return found


def loads(text: bytes) -> g.Graph:
    """Read a graph; raises Malformed."""
    return graph_of(parsed(text))


def graph_of(found: dict[str, Any]) -> g.Graph:
    """Read a graph from a document that was ``parsed``; raises Malformed."""
    head = strict.fields(found, {"schema", "root", "components", "relations", "gaps"})
    if head["schema"] != SCHEMA:
        raise Malformed("it is no graph of this version")
    graph = g.Graph(
        root=strict.text(head["root"]),
        components=tuple(map(_read_component, strict.items(head["components"]))),
        relations=tuple(map(_read_relation, strict.items(head["relations"]))),
        gaps=tuple(map(strict.text, strict.items(head["gaps"]))),
    )
    ids = [one.id for one in graph.components]
    ends = {graph.root, *(end for one in graph.relations for end in (one.source, one.target))}
    if not all(ids):
        raise Malformed("a component has no id")
    if len(set(ids)) != len(ids) or not ends <= set(ids):
        raise Malformed("a component is there twice, or one that is spoken of is not there")
    return graph


def _read_component(found: Any) -> g.Component:
    held = strict.fields(found, {"id", "kind", "stated"})
    stated = held["stated"]
    if type(stated) is not dict:
        raise Malformed("stated is no object")
    return g.Component(
        id=strict.text(held["id"]),
        kind=strict.member(g.Kind, held["kind"]),
        stated=tuple(
            g.Stated(field=strict.member(g.Field, name), claims=tuple(map(read_claim, strict.items(claims))))
            for name, claims in stated.items()
        ),
    )


def _read_relation(found: Any) -> g.Relation:
    held = strict.fields(found, {"source", "kind", "target", "origins"})
    return g.Relation(
        source=strict.text(held["source"]),
        kind=strict.member(g.RelationKind, held["kind"]),
        target=strict.text(held["target"]),
        origins=tuple(map(read_origin, strict.items(held["origins"]))),
    )


def read_claim(found: Any) -> g.Claim:
    """Read what ``claim`` gave; raises Malformed."""
    held = strict.fields(found, {"value", "origin"}, {"note"})
    note = strict.text(held.get("note", ""))
    return g.Claim(content=_read_content(held["value"]), origin=read_origin(held["origin"]), note=note)


def _read_content(found: Any) -> g.Content:
    if type(found) in (str, int, float, bool):
        plain: g.Content = found
        return _finite(plain)
    if type(found) is not dict or len(found) != 1:
        raise Malformed("a value that is none")
    ((name, parts),) = found.items()
    kind = _VALUES.get(name)
    if kind is None or type(parts) is not dict or not parts.keys() <= set(field_names(kind)):
        raise Malformed("a value of an unknown kind")
    wanted = {"verified": (bool,), "grams": (int, float)}
    if any(type(part) not in wanted.get(field, (str,)) for field, part in parts.items()):
        raise Malformed("a part of a value has another type")
    try:
        made: g.Content = kind(**parts)
    except TypeError:
        raise Malformed("a value lacks a part") from None
    if isinstance(made, g.Emission):
        _finite(made.grams)
    return made


def _finite(content: g.Content) -> g.Content:
    """Refuse NaN and the infinities, which JSON does not know and Python writes all the same."""
    if isinstance(content, float) and not isfinite(content):
        raise Malformed("a number that is none")
    return content


def read_origin(found: Any) -> g.Origin:
    """Read what ``origin`` gave; raises Malformed."""
    held = strict.fields(found, {"method", "confidence"}, {"file", "pointer", "sha256", "author"})
    words = {name: strict.text(text) for name, text in held.items() if name not in {"method", "confidence"}}
    return g.Origin(
        method=strict.member(g.Method, held["method"]),
        confidence=strict.member(g.Confidence, held["confidence"]),
        **words,
    )
