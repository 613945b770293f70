"""What no schema sees is told, with its place; the documents of this program have none of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.bom import graph_lint
from weighbridge.inventory.bom.cyclonedx import lint as cyclonedx
from weighbridge.inventory.bom.cyclonedx import writer as cyclonedx_writer
from weighbridge.inventory.bom.made import Made
from weighbridge.inventory.bom.spdx import lint as spdx
from weighbridge.inventory.bom.spdx import writer as spdx_writer
from weighbridge.inventory.document import dumps
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, License, Method, Origin, RelationKind

MADE = Made(timestamp="2026-01-02T03:04:05Z")
ORIGIN = Origin(method=Method.STATEMENT, confidence=Confidence.DECLARED)


def graph() -> Graph:
    """A model for which everything is known that the AI profile asks for."""
    made = Assembly()
    model, file = made.component("model:.", Kind.MODEL), made.component("file:w", Kind.FILE)
    data = made.component("dataset:d", Kind.DATASET)
    for field, content in (
        (Field.NAME, "m"), (Field.VERSION, "1"), (Field.SUPPLIER, "s"), (Field.RELEASED, "2026-01-02"),
        (Field.REFERENCE, "hf://org/m"), (Field.PURL, "pkg:huggingface/org/m"),
        (Field.LICENSE, License(expression="MIT")),
    ):  # fmt: skip
        made.claim(model, field, content, ORIGIN)
    made.claim(file, Field.NAME, "w", ORIGIN)
    made.claim(file, Field.SHA256, "a" * 64, ORIGIN)
    made.claim(data, Field.NAME, "d", ORIGIN)
    made.relate(model, RelationKind.CONTAINS, file, ORIGIN)
    made.relate(model, RelationKind.TRAINED_ON, data, ORIGIN)
    return made.finish(model)


def of_type(document: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(one for one in document["@graph"] if one["type"] == kind)


def license_of_model(document: dict[str, Any]) -> dict[str, Any]:
    model, kind = of_type(document, "ai_AIPackage")["spdxId"], "hasDeclaredLicense"
    return next(one for one in document["@graph"] if (one.get("from"), one.get("relationshipType")) == (model, kind))


def spdx_document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(spdx_writer.write(graph(), MADE))
    return found


SPDX: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "an id twice": (lambda d: d["@graph"].append(dict(of_type(d, "ai_AIPackage"))), "reference"),
    "a relation to nothing": (lambda d: of_type(d, "Relationship").update(to=["urn:x"]), "reference"),
    "no id": (lambda d: of_type(d, "Tool").pop("spdxId"), "reference"),
    "a relation of no kind": (lambda d: of_type(d, "Relationship").update(relationshipType="finetunedOn"), "schema"),
    "no purpose": (lambda d: of_type(d, "ai_AIPackage").update(software_primaryPurpose="brain"), "schema"),
    "a profile's field": (lambda d: of_type(d, "ai_AIPackage").pop("suppliedBy"), "schema"),
    "no data set type": (lambda d: of_type(d, "dataset_DatasetPackage").pop("dataset_datasetType"), "schema"),
    "a digest": (lambda d: of_type(d, "software_File")["verifiedUsing"][0].update(hashValue="abc"), "hash"),
    "a purl": (lambda d: of_type(d, "ai_AIPackage").update(software_packageUrl="pkg:huggingface/gpt2"), "purl"),
    "a time": (lambda d: of_type(d, "CreationInfo").update(created="2026-01-02"), "time"),
    "a licence": (
        lambda d: of_type(d, "simplelicensing_LicenseExpression").update(simplelicensing_licenseExpression="MIT AND"),
        "license",
    ),
    "a second licence": (lambda d: d["@graph"].append({**license_of_model(d), "spdxId": "urn:y"}), "license"),
    "two documents": (lambda d: d["@graph"].append({**of_type(d, "SpdxDocument"), "spdxId": "urn:z"}), "schema"),
    "an element that is none": (lambda d: d["@graph"].append(7), "schema"),
    "no list": (lambda d: d.update({"@graph": {}}), "schema"),
}


def test_our_own_documents_are_right() -> None:
    assert not list(spdx.lint(spdx_document()))
    assert "ai" in of_type(spdx_document(), "SpdxDocument")["profileConformance"]
    assert not list(cyclonedx.lint(json.loads(cyclonedx_writer.write(graph(), MADE))))
    assert not list(graph_lint.lint(json.loads(dumps(graph()))))


@pytest.mark.parametrize(("change", "check"), SPDX.values(), ids=SPDX.keys())
def test_spdx(change: Callable[[dict[str, Any]], Any], check: str) -> None:
    document = spdx_document()
    change(document)
    found = list(spdx.lint(document))
    assert check in {str(one.check) for one in found}
    assert len(found) <= 4


def cyclonedx_document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cyclonedx_writer.write(graph(), MADE))
    return found


CYCLONEDX: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a dependency on nothing": (lambda d: d["dependencies"][0].update(dependsOn=["x"]), "reference"),
    "a reference twice": (lambda d: d["components"][0].update({"bom-ref": "model:."}), "reference"),
    "a pointer to nothing": (lambda d: d["citations"][0].update(pointers=["/components/99"]), "reference"),
    "a pointer with a huge number": (
        lambda d: d["citations"][0].update(pointers=["/components/" + "9" * 5_000]), "reference",
    ),
    "two lines of one component": (lambda d: d["dependencies"].append(d["dependencies"][0]), "reference"),
    "a composition of nothing": (lambda d: d["compositions"][0].update(assemblies=["x"]), "reference"),
    "a purl": (lambda d: d["metadata"]["component"].update(purl="pkg:huggingface/org/m@main"), "purl"),
    "a digest": (
        lambda d: d["metadata"]["component"]["components"][0]["hashes"][0].update(content="a" * 40), "hash",
    ),
    "a licence": (lambda d: d["components"][0].update(licenses=[{"expression": "MIT OR"}]), "license"),
    "a time": (lambda d: d["metadata"].update(timestamp="yesterday"), "time"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "check"), CYCLONEDX.values(), ids=CYCLONEDX.keys())
def test_cyclonedx(change: Callable[[dict[str, Any]], Any], check: str) -> None:
    document = cyclonedx_document()
    change(document)
    assert check in {str(one.check) for one in cyclonedx.lint(document)}


@pytest.mark.parametrize(
    ("field", "content", "check"),
    [
        (Field.PURL, "pkg:huggingface/gpt2", "purl"), (Field.SHA256, "abc", "hash"), (Field.SHA512, 7, "hash"),
        (Field.LICENSE, License(expression="MIT AND"), "license"),
    ],
)  # fmt: skip
def test_graphs(field: Field, content: Any, check: str) -> None:
    made = Assembly()
    made.claim(made.component("m", Kind.MODEL), field, content, ORIGIN)
    (found,) = graph_lint.lint(json.loads(dumps(made.finish("m"))))
    assert found.check == check
    assert found.at == f"/components/0/stated/{field}/0/value"


def test_a_graph_that_is_none_is_one_trouble() -> None:
    (found,) = graph_lint.lint({"schema": "weighbridge.graph/1"})
    assert found.check == "schema"


KEYS = st.sampled_from(
    ["type", "spdxId", "from", "to", "relationshipType", "verifiedUsing", "import", "profileConformance", "bom-ref",
     "purl", "licenses", "dependencies", "ref", "dependsOn", "citations", "pointers", "hashes", "alg", "content",
     "components"]
)  # fmt: skip
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "SHA-256", "ai", "ai_AIPackage", "/x/0", "pkg:"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(KEYS, JSON), st.lists(JSON, max_size=4))
def test_no_shape_of_a_document_breaks_a_lint(document: dict[str, Any], elements: list[Any]) -> None:
    list(cyclonedx.lint(document))
    list(spdx.lint({**document, "@graph": elements}))
