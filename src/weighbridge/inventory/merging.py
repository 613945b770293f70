"""Several graphs as one: what several documents say of the same component is joined."""

from __future__ import annotations

from weighbridge.core.values import replace
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Kind, Method, Origin, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.graph import Component, Graph

ROOT = "application:merged"
_LOCAL = frozenset({Kind.FILE, Kind.ADAPTER})
"""Kinds whose ids count within one repository."""


def merged(graphs: tuple[Graph, ...], name: str) -> Graph:
    """Join graphs below an application called ``name``.

    Components are the same when their package URL or their reference is the same; where they have neither, when kind,
    id, name and version are, which says nothing of files and of what lies inside a repository. Of two others with one
    id the later is written with the number of its document before it.
    """
    assembly = Assembly()
    origin = Origin(method=Method.STATEMENT, confidence=Confidence.DECLARED)
    root = assembly.component(ROOT, Kind.APPLICATION)
    assembly.claim(root, Field.NAME, name, origin)
    known: dict[str, str] = {}
    taken = {root}
    for number, graph in enumerate(graphs):
        names = {one.id: _name(one, number, known, taken) for one in graph.components}
        for one in graph.components:
            made = assembly.component(names[one.id], one.kind)
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


def _name(one: Component, number: int, known: dict[str, str], taken: set[str]) -> str:
    """Name a component within the whole: as what it is the same as, else by its own id where nothing else has it."""
    same = [f"{one.kind} {text}" for field in (Field.PURL, Field.REFERENCE) if (text := one.text(field))]
    if not same and one.kind not in _LOCAL and not one.id.endswith(":.") and one.text(Field.NAME):
        same = [f"{one.kind} {one.id} {one.text(Field.NAME)} {one.text(Field.VERSION)}"]
    name = next((known[key] for key in same if key in known), "")
    if not name:
        name = one.id
        while name in taken:
            name = f"{number + 1}/{name}"
    taken.add(name)
    for key in same:
        known.setdefault(key, name)
    return name
