"""Puts a graph together: what several origins say of one component is joined, never overwritten."""

from __future__ import annotations

from weighbridge.core.values import replace
from weighbridge.inventory.graph import (
    Claim,
    Component,
    Confidence,
    Field,
    Graph,
    Kind,
    Method,
    Relation,
    RelationKind,
    Stated,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from weighbridge.inventory.graph import Content, Origin

    Addition: TypeAlias = tuple[str, Field, Claim]
    """A claim for a field of a component, by its id."""

_TRUST = {confidence: rank for rank, confidence in enumerate(Confidence)}
_FIELDS = {field: rank for rank, field in enumerate(Field)}


class Assembly:
    """A graph under construction; the order in which things are said does not matter to what comes out."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self._claims: dict[str, dict[Field, dict[tuple[type, Claim], Claim]]] = {}
        self._relations: dict[tuple[str, RelationKind, str], set[Origin]] = {}
        self._gaps: set[str] = set()

    def __contains__(self, id_: object) -> bool:
        return id_ in self._kinds

    def component(self, id_: str, kind: Kind) -> str:
        """Say that there is a component; gives its id. Raises ValueError when it was said to be something else."""
        if self._kinds.setdefault(id_, kind) is not kind:
            raise ValueError(f"{id_!r} is a {self._kinds[id_]}, not a {kind}")
        self._claims.setdefault(id_, {})
        return id_

    def claim(self, id_: str, field: Field, content: Content, origin: Origin, note: str = "") -> None:
        """State a value of a component that is there."""
        made = Claim(content=content, origin=origin, note=note)
        # To Python 1, 1.0 and True are equal; here they are three values.
        self._claims[id_].setdefault(field, {})[type(content), made] = made

    def ask(self, id_: str, *fields: Field) -> None:
        """Say that fields were looked for, so that they are unknown unless somebody claims a value."""
        for field in fields:
            self._claims[id_].setdefault(field, {})

    def relate(self, source: str, kind: RelationKind, target: str, *origins: Origin) -> None:
        """State a relation between components that are there or will be."""
        self._relations.setdefault((source, kind, target), set()).update(origins)

    def gap(self, words: str) -> None:
        """Say what could not be read."""
        self._gaps.add(words)

    def finish(self, root: str) -> Graph:
        """Give the graph; raises ValueError for a root or an end of a relation that is not there."""
        ends = {root, *(end for source, _, target in self._relations for end in (source, target))}
        if missing := sorted(ends - self._kinds.keys()):
            raise ValueError(f"no component is {missing[0]!r}")
        return Graph(
            root=root,
            components=tuple(self._finished(id_) for id_ in sorted(self._kinds)),
            relations=tuple(
                Relation(source=source, kind=kind, target=target, origins=tuple(sorted(origins, key=_place)))
                for (source, kind, target), origins in sorted(self._relations.items())
            ),
            gaps=tuple(sorted(self._gaps)),
        )

    def _finished(self, id_: str) -> Component:
        stated = sorted(self._claims[id_].items(), key=lambda pair: _FIELDS[pair[0]])
        return Component(
            id=id_,
            kind=self._kinds[id_],
            stated=tuple(Stated(field=field, claims=ranked(claims.values())) for field, claims in stated),
        )


def added(graph: Graph, additions: Iterable[Addition], gaps: Iterable[str] = ()) -> Graph:
    """Give a graph with more claims about components that it has, and more gaps; raises KeyError for another id."""
    more: dict[str, dict[Field, list[Claim]]] = {}
    for id_, field, claim in additions:
        more.setdefault(id_, {}).setdefault(field, []).append(claim)
    if unknown := more.keys() - {one.id for one in graph.components}:
        raise KeyError(min(unknown))
    return replace(
        graph, gaps=tuple(sorted({*graph.gaps, *gaps})),
        components=tuple(_with(one, more[one.id]) if one.id in more else one for one in graph.components),
    )  # fmt: skip


def _with(one: Component, more: dict[Field, list[Claim]]) -> Component:
    held = {stated.field: stated.claims for stated in one.stated}
    return replace(
        one,
        stated=tuple(
            Stated(field=field, claims=ranked((*held.get(field, ()), *more.get(field, ()))))
            for field in Field
            if field in held or field in more
        ),
    )


def ranked(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Order the claims for one field: the most trusted first, of those alike what a person has stated."""
    return tuple(sorted(claims, key=_rank))


def _rank(claim: Claim) -> tuple[object, ...]:
    is_stated = claim.origin.method is Method.STATEMENT
    return _TRUST[claim.origin.confidence], not is_stated, *_place(claim.origin), repr(claim.content), claim.note


def _place(origin: Origin) -> tuple[str, ...]:
    # Line numbers in their own order: line:9 before line:10.
    name, _, number = origin.pointer.rpartition(":")
    padded = f"{name}:{number:>12}" if number.isdigit() else origin.pointer
    return origin.file, padded, str(origin.method), origin.sha256, origin.author
