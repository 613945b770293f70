"""Several graphs as one: what several documents say of the same component is joined."""

from __future__ import annotations

from weighbridge.core.errors import UsageError
from weighbridge.core.values import replace
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Kind, Method, Origin, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.graph import Component, Graph

ROOT = "application:merged"
_OWN = frozenset({Kind.FILE, Kind.ADAPTER})
"""Kinds whose ids count within one repository: two repositories may hold files of one name."""


def merged(graphs: tuple[Graph, ...], name: str) -> Graph:
    """Join graphs below an application called ``name``; raises UsageError where they contradict each other in kind.

    Components are the same when their package URL, their reference, or, for all but files, their id is the same.
    """
    assembly = Assembly()
    origin = Origin(method=Method.STATEMENT, confidence=Confidence.DECLARED)
    root = assembly.component(ROOT, Kind.APPLICATION)
    assembly.claim(root, Field.NAME, name, origin)
    known: dict[str, str] = {}
    for number, graph in enumerate(graphs):
        names = {one.id: _name(one, graph, number, known) for one in graph.components}
        for one in graph.components:
            try:
                made = assembly.component(names[one.id], one.kind)
            except ValueError as error:
                raise UsageError(f"the documents contradict each other: {error}") from None
            for stated in one.stated:
                assembly.ask(made, stated.field)
                for claim in stated.claims:
                    assembly.claim(made, stated.field, claim.content, claim.origin, claim.note)
        for relation in graph.relations:
            assembly.relate(names[relation.source], relation.kind, names[relation.target], *relation.origins)
        assembly.relate(
            root, RelationKind.DEPENDS_ON, names[graph.root], replace(origin, pointer=f"document {number + 1}")
        )
        for words in graph.gaps:
            assembly.gap(words)
    return assembly.finish(root)


def _name(one: Component, graph: Graph, number: int, known: dict[str, str]) -> str:
    local = one.kind in _OWN or one.id.endswith(":.")
    same = [f"{one.kind} {text}" for field in (Field.PURL, Field.REFERENCE) if (text := one.text(field))]
    name = next((known[key] for key in same if key in known), "")
    if not name:
        name = f"{number + 1}/{one.id}" if local and (one.id != graph.root or one.id.endswith(":.")) else one.id
    for key in same:
        known.setdefault(key, name)
    return name
