"""Documents as one: the same things are joined, things that only share an id are not, and nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.inventory.graphs import graphs
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, Method, Origin, RelationKind
from weighbridge.inventory.merging import merged


def one(name: str, purl: str = "pkg:pypi/torch@2.0", kind: Kind = Kind.LIBRARY) -> Graph:
    """A document that calls its model and the library below it 1 and 2, as generators do."""
    origin = Origin(method=Method.MANIFEST, confidence=Confidence.DECLARED, author=name)
    made = Assembly()
    model, library = made.component("1", Kind.MODEL), made.component("2", kind)
    made.claim(model, Field.NAME, name, origin)
    made.claim(library, Field.PURL, purl, origin)
    made.relate(model, RelationKind.DEPENDS_ON, library, origin)
    return made.finish(model)


def test_one_package_url_is_one_component_and_one_id_is_not() -> None:
    whole = merged((one("a"), one("b")), "both")
    assert [part.text(Field.NAME) for part in whole.of(Kind.MODEL)] == ["a", "b"]
    (library,) = whole.of(Kind.LIBRARY)
    assert len(library.claims(Field.PURL)) == 2
    assert {relation.target for relation in whole.leaving(whole.root)} == {part.id for part in whole.of(Kind.MODEL)}
    assert sum(relation.target == library.id for relation in whole.relations) == 2


def test_other_versions_are_others() -> None:
    assert len(list(merged((one("a"), one("b", "pkg:pypi/torch@2.1")), "both").of(Kind.LIBRARY))) == 2


@given(st.lists(graphs(), min_size=1, max_size=3))
def test_nothing_is_lost(several: list[Graph]) -> None:
    whole = merged(tuple(several), "all")
    held = {(stated.field, claim) for part in whole.components for stated in part.stated for claim in stated.claims}
    for graph in several:
        for part in graph.components:
            assert {(stated.field, claim) for stated in part.stated for claim in stated.claims} <= held
    assert len(whole.components) <= 1 + sum(len(graph.components) for graph in several)
