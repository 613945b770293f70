"""What changed between two graphs, and what of it wants a decision."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from tests.inventory.graphs import graphs
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.difference import differences
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, License, Method, Origin, RelationKind
from weighbridge.provenance.lock.changes import Weight

ORIGIN = Origin(method=Method.CARD, confidence=Confidence.DECLARED)
FILES = {"w.safetensors": ("weights", "safetensors", "a"), "t.jinja": ("template", "jinja", "b")}


def graph(
    files: dict[str, tuple[str, str, str]] = FILES, base: str = "org/base", root: str = "model:.", **fields: Any
) -> Graph:
    made = Assembly()
    model = made.component(root, Kind.MODEL)
    for name, content in {"version": "1", "license": License(expression="MIT"), "supplier": "Ours", **fields}.items():
        if content is not None:
            made.claim(model, Field(name), content, ORIGIN)
    for name, (role, format_, digest) in files.items():
        file = made.component(f"file:{name}", Kind.FILE)
        for field, content in (
            (Field.NAME, name), (Field.ROLE, role), (Field.FORMAT, format_), (Field.SHA256, digest * 64),
        ):  # fmt: skip
            made.claim(file, field, content, ORIGIN)
        made.relate(model, RelationKind.CONTAINS, file, ORIGIN)
    other = made.component(f"model:{base}", Kind.MODEL)
    made.claim(other, Field.NAME, base, ORIGIN)
    made.claim(other, Field.PIN, fields.get("pin", "commit"), ORIGIN)
    made.relate(model, RelationKind.FINETUNED, other, ORIGIN)
    return made.finish(model)


CHANGES: dict[str, tuple[Graph, set[str]]] = {
    "weights under the same version": (graph(FILES | {"w.safetensors": ("weights", "safetensors", "c")}), {"weights"}),
    "a template": (graph(FILES | {"t.jinja": ("template", "jinja", "c")}), {"template"}),
    "a pickle more": (graph(FILES | {"x.bin": ("weights", "torch.zip", "c")}), {"new-pickle"}),
    "another licence": (graph(license=License(expression="MPL-2.0")), {"licence"}),
    "a licence lost": (graph(license=None), {"licence"}),
    "another supplier": (graph(supplier="Theirs"), {"supplier"}),
    "remote code": (graph(remote_code=True), {"remote-code"}),
    "a pin lost": (graph(pin="branch"), {"pin"}),
    "another base": (graph(base="evil/base"), {"lineage"}),
}


@pytest.mark.parametrize(("after", "alarms"), CHANGES.values(), ids=CHANGES.keys())
def test_what_wants_a_decision(after: Graph, alarms: set[str]) -> None:
    assert {one.what for one in differences(graph(), after) if one.weight is Weight.ALARM} == alarms


def test_new_weights_under_a_new_version_are_news_only() -> None:
    after = graph(FILES | {"w.safetensors": ("weights", "safetensors", "c")}, version="2")
    assert {one.weight for one in differences(graph(), after)} == {Weight.NOTICE}


def test_the_subject_is_the_same_whatever_it_is_called() -> None:
    assert differences(graph(), graph(root="model:elsewhere")) == ()


@given(graphs())
def test_a_graph_does_not_differ_from_itself(one: Graph) -> None:
    assert differences(one, one) == ()


@given(graphs(), graphs())
def test_any_two_graphs_can_be_compared(one: Graph, other: Graph) -> None:
    assert all(change.words for change in differences(one, other))
