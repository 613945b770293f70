"""The layout of the picture: nothing overlaps, nothing is lost, and nothing depends on the order of the graph."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.inventory.views import samples
from weighbridge.core.values import replace
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Field, Graph, Kind, RelationKind
from weighbridge.inventory.views.lineage import DOWN, HEIGHT, MOST, WIDTH, picture

NUMBERS = st.integers(0, 11)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any few components with any relations between them: circles, islands, several ways to the same."""
    made = Assembly()
    kinds = draw(st.lists(st.sampled_from(list(Kind)), min_size=1, max_size=12))
    ids = [made.component(f"{kind}:{number}", kind) for number, kind in enumerate(kinds)]
    for source, target, kind in draw(st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from(list(RelationKind))))):
        made.relate(ids[source % len(ids)], kind, ids[target % len(ids)], samples.CARD)
    return made.finish(ids[0])


@given(graphs())
def test_boxes_lie_apart_and_within_the_picture(graph: Graph) -> None:
    drawn = picture(graph)
    for number, one in enumerate(drawn.boxes):
        assert one.x >= 0
        assert one.x + WIDTH <= drawn.width
        assert one.y >= 0
        assert one.y + HEIGHT <= drawn.height
        for other in drawn.boxes[number + 1 :]:
            apart = abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT + DOWN
            assert apart


@given(graphs())
def test_every_component_stands_once_and_every_relation_is_drawn(graph: Graph) -> None:
    drawn = picture(graph)
    boxes = {member.id: box.id for box in drawn.boxes for member in box.members}
    held = [member.id for box in drawn.boxes for member in box.members]
    wanted = [one.id for one in graph.components if one.kind is not Kind.FILE or one.id == graph.root]
    assert sorted(held) == sorted(wanted)
    assert {(one.source.id, one.target.id, kind) for one in drawn.arrows for kind in one.kinds} == {
        (boxes[one.source], boxes[one.target], one.kind)
        for one in graph.relations
        if one.source in boxes and one.target in boxes and boxes[one.source] != boxes[one.target]
    }


@given(graphs())
def test_no_arrow_to_the_right_skips_a_column(graph: Graph) -> None:
    assert all(one.target.column <= one.source.column + 1 for one in picture(graph).arrows)
    assert next(box for box in picture(graph).boxes if box.id == graph.root).column == 0


@given(graphs(), st.randoms())
def test_the_order_of_the_graph_does_not_matter(graph: Graph, shuffle) -> None:
    components, relations = list(graph.components), list(graph.relations)
    shuffle.shuffle(components)
    shuffle.shuffle(relations)
    shuffled = picture(replace(graph, components=tuple(components), relations=tuple(relations)))
    expected = picture(graph)
    assert {(one.id, one.x, one.y) for one in shuffled.boxes} == {(one.id, one.x, one.y) for one in expected.boxes}
    assert shuffled.arrows == expected.arrows or {
        (one.source.id, one.target.id, one.kinds, one.confidence) for one in shuffled.arrows
    } == {(one.source.id, one.target.id, one.kinds, one.confidence) for one in expected.arrows}


def test_what_is_too_much_stands_together() -> None:
    drawn = picture(samples.application(models=300, libraries=300))
    assert len(drawn.boxes) <= MOST
    together = {box.kind: len(box.members) for box in drawn.boxes if len(box.members) > 1}
    assert together == {Kind.MODEL: 300, Kind.LIBRARY: 299}


def test_up_to_the_bound_each_model_has_its_own_box() -> None:
    drawn = picture(samples.application(models=MOST - 3, libraries=1))
    assert len(drawn.boxes) == MOST
    assert all(len(box.members) == 1 for box in drawn.boxes)


def test_files_are_counted_in_the_box_that_holds_them() -> None:
    drawn = picture(samples.model())
    assert {box.members[0].text(Field.NAME): box.files for box in drawn.boxes if box.files} == {
        "acme/llama-support-assistant-8b": 2
    }
