"""The lineage of others: ancestors become what a model was made from, and an audit reaches it through them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from weighbridge.core.errors import Malformed
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.advisories.models import model_exposures
from weighbridge.inventory.advisories.reading import read as advisory_of
from weighbridge.inventory.bom.cyclonedx import reader
from weighbridge.inventory.bom.cyclonedx.writer import write
from weighbridge.inventory.bom.losses import not_read
from weighbridge.inventory.bom.made import Made
from weighbridge.inventory.graph import Field, Graph, Kind, RelationKind
from weighbridge.inventory.views.markdown import render as markdown
from weighbridge.inventory.views.page import render as page

COMMIT = "c" * 40
BASE = {"type": "machine-learning-model", "name": "acme/base", "purl": f"pkg:huggingface/acme/base@{COMMIT}"}


def model(ref: str, *ancestors: Any, **more: Any) -> dict[str, Any]:
    made = {"type": "machine-learning-model", "bom-ref": ref, "name": ref}
    return made | ({"pedigree": {"ancestors": list(ancestors)}} if ancestors else {}) | more


def bill(*components: Any, **more: Any) -> dict[str, Any]:
    subject = {"type": "application", "bom-ref": "app", "name": "app"}
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": subject},
            "components": list(components)} | more  # fmt: skip


def read(*components: Any) -> Graph:
    return reader.read(json.dumps(bill(*components)).encode())


def descents(graph: Graph) -> list[tuple[str, str, str]]:
    known = {one.id: one.text(Field.NAME) for one in graph.components}
    return sorted((known[one.source], str(one.kind), known[one.target]) for one in graph.relations)


def test_an_ancestor_is_what_a_model_was_made_from() -> None:
    graph = read(model("tuned", BASE))
    (relation,) = graph.relations
    base = graph.component(relation.target)
    assert (relation.source, relation.kind, base.kind) == ("tuned", RelationKind.DERIVED, Kind.MODEL)
    assert base.text(Field.PURL) == BASE["purl"]
    assert relation.origins[0].pointer == "/components/0/pedigree/ancestors/0"
    assert base.claims(Field.NAME)[0].origin.pointer == "/components/0/pedigree/ancestors/0/name"
    assert graph.gaps == ()


def test_an_ancestor_that_is_a_component_is_that_component() -> None:
    sha = {"hashes": [{"alg": "SHA-256", "content": "A" * 64}]}
    by_hash = {"type": "machine-learning-model", "name": "?", "hashes": [{"alg": "SHA-256", "content": "a" * 64}]}
    graph = read(
        model("one", {"type": "machine-learning-model", "name": "x", "bom-ref": "base"}), model("two", by_hash),
        model("three", BASE), model("base", **sha, purl=BASE["purl"]),
    )  # fmt: skip
    assert {one.id for one in graph.components} == {"app", "one", "two", "three", "base"}
    assert descents(graph) == [(name, "derived_from", "base") for name in ("one", "three", "two")]


def test_ancestors_of_ancestors_and_descendants_in_the_document() -> None:
    deep = model("middle", BASE)
    del deep["bom-ref"]
    tuned = model("tuned", deep)
    tuned["pedigree"]["descendants"] = [
        {"type": "machine-learning-model", "name": "?", "bom-ref": "child"},
        {"type": "machine-learning-model", "name": "elsewhere", "purl": "pkg:huggingface/acme/elsewhere"},
    ]
    graph = read(tuned, model("child"))
    assert descents(graph) == [
        ("child", "derived_from", "tuned"), ("middle", "derived_from", "acme/base"),
        ("tuned", "derived_from", "middle"),
    ]  # fmt: skip
    assert "elsewhere" not in {one.text(Field.NAME) for one in graph.components}


def test_an_audit_reaches_a_model_through_its_ancestor() -> None:
    record: dict[str, Any] = {
        "id": "x_A-1", "modified": "2026-01-01T00:00:00Z", "database_specific": {"kind": "poisoned-weights"},
        "affected": [{
            "package": {"ecosystem": "GIT", "name": "https://huggingface.co/acme/base",
                        "purl": "pkg:huggingface/acme/base"},
            "versions": [COMMIT],
            "database_specific": {"lineage": {"applies_to_derived": ["quantized"]}},
        }],
    }  # fmt: skip
    advisory = advisory_of(record).advisory
    assert advisory is not None
    graph = read(model("tuned", BASE))
    found = {one.component: one.standing for one in model_exposures(graph, (advisory,))}
    assert found.pop("tuned") is Standing.UNDER_INVESTIGATION, "nobody states the relation"
    assert list(found.values()) == [Standing.AFFECTED]
    stated = BASE | {"properties": [{"name": "weighbridge:relation", "value": "quantized_from"}]}
    graph = read(model("tuned", stated))
    assert {one.standing for one in model_exposures(graph, (advisory,)) if one.component == "tuned"} == {
        Standing.POSSIBLY_AFFECTED
    }


def test_the_pedigree_of_software_names_nothing_that_is_installed() -> None:
    patched = {"type": "library", "bom-ref": "l", "name": "l", "purl": "pkg:pypi/l@1.patched",
               "pedigree": {"ancestors": [{"type": "library", "name": "l", "purl": "pkg:pypi/l@1"}]}}  # fmt: skip
    graph = read(patched, model("m", {"type": "library", "name": "code", "purl": "pkg:pypi/code@1"}))
    assert {one.id for one in graph.components} == {"app", "l", "m"}
    assert descents(graph) == []


def test_what_is_not_taken_is_told() -> None:
    kept = model("m", BASE)
    kept["pedigree"] |= {"variants": [BASE], "commits": [{"uid": COMMIT}], "notes": "tuned", "patches": []}
    patched = {"type": "library", "name": "l", "pedigree": {"notes": "patched"}}
    assert set(not_read(bill(kept, patched))) == {
        "not carried over: variants of pedigrees (1)", "not carried over: commits of pedigrees (1)",
        "not carried over: notes of pedigrees (1)", "not carried over: pedigree of components that are no models (1)",
    }  # fmt: skip
    graph = read(kept)
    assert not any(one.claims(Field.COMMIT) for one in graph.components)


def test_our_own_documents_come_back_as_they_were() -> None:
    graph = read(model("tuned", BASE))
    text = write(graph, Made(timestamp="2026-01-01T00:00:00Z", version="0"))
    assert reader.read(text.encode()) == graph


# -- what is hostile or broken -----------------------------------------------------------------------------------------


def test_circles_end_and_are_kept() -> None:
    graph = read(
        model("a", {"type": "machine-learning-model", "name": "?", "bom-ref": "b"}),
        model("b", {"type": "machine-learning-model", "name": "?", "bom-ref": "a"}),
        model("c", {"type": "machine-learning-model", "name": "?", "bom-ref": "c"}),
    )
    assert descents(graph) == [("a", "derived_from", "b"), ("b", "derived_from", "a")]
    assert graph.gaps == ("the pedigree of 'c' leads to itself",)
    for shown in (markdown(graph), page(graph)):
        assert shown


@pytest.mark.parametrize("pedigree", [
    None, 7, [], "x", {"ancestors": None}, {"ancestors": {}}, {"ancestors": [None, 7, "x", []]},
    {"ancestors": [{}]}, {"ancestors": [{"type": 7, "purl": 7, "hashes": 7, "bom-ref": 7, "properties": 7}]},
    {"ancestors": [{"type": "library", "hashes": [7, {"alg": "SHA-256", "content": 7}], "properties": [7, {}]}]},
    {"descendants": [{"bom-ref": "gone"}, {"bom-ref": ["m"]}]},
])  # fmt: skip
def test_pedigrees_of_odd_shapes_say_nothing(pedigree: object) -> None:
    graph = read(model("m", pedigree=pedigree))
    assert {one.id for one in graph.components} == {"app", "m"}
    assert descents(graph) == []


def test_an_ancestor_under_a_reference_that_is_taken_is_another_component() -> None:
    graph = read({"type": "library", "bom-ref": "l", "name": "l"}, model("m", {**BASE, "bom-ref": "l"}))
    assert descents(graph) == [("m", "derived_from", "acme/base")]
    assert len(graph.gaps) == 1


def test_chains_and_crowds_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    chain: dict[str, Any] = {"type": "machine-learning-model", "name": "end"}
    for number in range(100):
        chain = {"type": "machine-learning-model", "name": str(number), "pedigree": {"ancestors": [chain]}}
    with pytest.raises(Malformed):
        read(chain)
    monkeypatch.setattr(reader, "MOST", 50)
    crowd = [{"type": "machine-learning-model", "name": "x"}] * 50
    with pytest.raises(Malformed):
        read(model("m", *crowd))
