"""A graph with an index: writers ask for components and relations by id, some hundred thousand times."""

from __future__ import annotations

from weighbridge.inventory.graph import Kind, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.graph import Component, Graph, Relation

DEEPEST = 30
"""Components within components; what lies deeper stands beside them."""


class Lookup:
    """A graph whose components and relations are found at once; ``root`` is its subject."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.root = graph.root
        self._components = {one.id: one for one in graph.components}
        self._leaving: dict[str, list[Relation]] = {}
        for one in graph.relations:
            self._leaving.setdefault(one.source, []).append(one)
        self._inside: dict[str, list[str]] = {}
        self.tops: tuple[str, ...] = ()
        """Ids of what lies in nothing else, but for the root."""
        self._nest()

    def component(self, id_: str) -> Component:
        """Find a component; raises KeyError."""
        return self._components[id_]

    def leaving(self, id_: str, *kinds: RelationKind) -> Iterator[Relation]:
        """Yield the relations whose source is ``id_``, of some kinds or of all."""
        return (one for one in self._leaving.get(id_, ()) if not kinds or one.kind in kinds)

    def inside(self, id_: str) -> tuple[Component, ...]:
        """Give what lies in a component: each component lies in one place, and none in itself."""
        return tuple(self._components[one] for one in self._inside.get(id_, ()))

    def _nest(self) -> None:
        """Find a place for every component: below the root first, else below the first that contains it.

        A graph may contain one thing twice, or go round; services lie in nothing and hold nothing.
        """
        held = {
            one.target
            for several in self._leaving.values()
            for one in several
            if one.kind is RelationKind.CONTAINS and one.source != one.target
        }
        ids = sorted(self._components, key=lambda id_: (id_ != self.root, id_ in held, id_))
        placed: set[str] = set()
        tops = []
        for top in ids:
            if top in placed:
                continue
            placed.add(top)
            tops.append(top)
            waiting = [(top, 1)]
            while waiting:
                holder, depth = waiting.pop()
                is_holder = depth < DEEPEST and (
                    holder == self.root or self._components[holder].kind is not Kind.SERVICE
                )
                for relation in self.leaving(holder, RelationKind.CONTAINS) if is_holder else ():
                    target = relation.target
                    if target not in placed and self._components[target].kind is not Kind.SERVICE:
                        placed.add(target)
                        self._inside.setdefault(holder, []).append(target)
                        waiting.append((target, depth + 1))
        self.tops = tuple(sorted(tops[1:]))
