"""Documents of others: what they say is taken with its place, what leads nowhere is a gap, and nothing is added."""

from __future__ import annotations

import json
from typing import Any

import pytest

from weighbridge.core.errors import Malformed
from weighbridge.inventory import document
from weighbridge.inventory.bom.cyclonedx import reader as cyclonedx
from weighbridge.inventory.bom.losses import not_read
from weighbridge.inventory.bom.spdx import reader as spdx
from weighbridge.inventory.graph import Confidence, Field, Kind, License, RelationKind

CYCLONEDX: dict[str, Any] = {
    "bomFormat": "CycloneDX", "specVersion": "1.5",
    "metadata": {"tools": [{"name": "other", "version": "3"}], "component": {"type": "application", "bom-ref": "app"}},
    "components": [
        {
            "type": "machine-learning-model", "bom-ref": "m", "name": "m", "supplier": {"name": "Ours"},
            "licenses": [{"license": {"id": "MIT"}}, {"expression": "no licence"}],
            "hashes": [{"alg": "SHA-256", "content": "A" * 64}, {"alg": "MD5", "content": "b" * 32}],
            "modelCard": {"modelParameters": {"task": "t"}, "considerations": {"useCases": ["u", 7, None]}},
        },
        {"type": "library", "bom-ref": "m", "name": "twice", "signature": {}},
        {"name": "bare"},
    ],
    "services": [{"bom-ref": "s", "name": "chat", "endpoints": ["https://x.invalid"]}],
    "dependencies": [{"ref": "app", "dependsOn": ["m", "gone"]}, {"ref": "gone"}],
    "vulnerabilities": [{}, {}],
}  # fmt: skip


def test_cyclonedx_of_others() -> None:
    graph = cyclonedx.read(json.dumps(CYCLONEDX).encode())
    model = graph.component("m")
    assert model.kind is Kind.MODEL
    (supplier,) = model.claims(Field.SUPPLIER)
    assert supplier.content == "Ours"
    assert (supplier.origin.author, supplier.origin.pointer) == ("other 3", "/components/0/supplier")
    assert supplier.origin.confidence is Confidence.DECLARED
    assert {claim.content for claim in model.claims(Field.LICENSE)} == {
        License(expression="MIT"), License(name="no licence"),
    }  # fmt: skip
    assert model.text(Field.SHA256) == "a" * 64
    assert [claim.content for claim in model.claims(Field.INTENDED_USE)] == ["u", "7"]
    assert [one.text(Field.NAME) for one in graph.of(Kind.SERVICE)] == ["chat"]
    assert [(one.source, one.kind, one.target) for one in graph.relations] == [("app", RelationKind.DEPENDS_ON, "m")]
    assert len(graph.gaps) == 2
    assert not model.claims(Field.VERSION)
    assert set(not_read(CYCLONEDX)) == {
        "not carried over: vulnerabilities (2)", "not carried over: signature of components (1)",
    }  # fmt: skip


SPDX: dict[str, Any] = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1"},
        {"type": "Tool", "spdxId": "urn:t", "name": "other"},
        {"type": "Organization", "spdxId": "urn:o", "name": "Ours"},
        {"type": "ai_AIPackage", "spdxId": "urn:m", "name": "m", "suppliedBy": "urn:o", "ai_typeOfModel": ["a", "b"]},
        {"type": "software_Package", "spdxId": "urn:l", "name": "l", "software_primaryPurpose": "library"},
        {"type": "simplelicensing_LicenseExpression", "spdxId": "urn:x", "simplelicensing_licenseExpression": "MIT"},
        {"type": "Relationship", "spdxId": "urn:1", "from": "urn:m", "to": ["urn:l", "urn:gone"],
         "relationshipType": "dependsOn"},
        {"type": "Relationship", "spdxId": "urn:2", "from": "urn:m", "to": ["urn:x"],
         "relationshipType": "hasDeclaredLicense"},
        {"type": "software_Sbom", "spdxId": "urn:s", "rootElement": ["urn:m"]},
        {"type": "security_Vulnerability", "spdxId": "urn:v"},
    ],
}  # fmt: skip


def test_spdx_of_others() -> None:
    graph = spdx.read(json.dumps(SPDX).encode())
    assert graph.root == "urn:m"
    model = graph.component("urn:m")
    assert model.text(Field.SUPPLIER) == "Ours"
    assert model.text(Field.ARCHITECTURE) == "a, b"
    assert [claim.content for claim in model.claims(Field.LICENSE)] == [License(expression="MIT")]
    assert [(one.source, one.kind, one.target) for one in graph.relations] == [
        ("urn:m", RelationKind.DEPENDS_ON, "urn:l"),
    ]  # fmt: skip
    assert len(graph.gaps) == 1
    assert list(not_read(SPDX)) == ["not carried over: security_Vulnerability (1)"]


def test_too_many_and_too_deep_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    deep: dict[str, Any] = {"name": "x"}
    for _ in range(100):
        deep = {"name": "x", "components": [deep]}
    with pytest.raises(Malformed, match="deeper"):
        cyclonedx.read(json.dumps({**CYCLONEDX, "components": [deep]}).encode())
    for reader, whole in ((cyclonedx, CYCLONEDX), (spdx, SPDX)):
        monkeypatch.setattr(reader, "MOST", 1)
        with pytest.raises(Malformed, match="more than 1 components"):
            reader.read(json.dumps(whole).encode())
    monkeypatch.setattr(document, "LARGEST", 10)
    for reader, whole in ((cyclonedx, CYCLONEDX), (spdx, SPDX)):
        with pytest.raises(Malformed, match="bytes"):
            reader.read(json.dumps(whole).encode())
    with pytest.raises(Malformed, match="bytes"):
        document.loads(b"{}" * 10)


@pytest.mark.parametrize(
    "properties",
    [
        [{"name": "weighbridge:kind", "value": "thing"}],
        [{"name": "weighbridge:kind", "value": "model"}, {"name": "weighbridge:claim:name", "value": "{"}],
        [{"name": "weighbridge:kind", "value": "model"}, {"name": "weighbridge:claim:x", "value": "{}"}],
        [{"name": "weighbridge:kind", "value": "model"}, {"name": "weighbridge:claim:name", "value": "1e999"}],
        [{"name": "weighbridge:kind", "value": "model"}, {"name": "weighbridge:unknown", "value": "x"}],
    ],
)
def test_what_only_looks_like_ours_is_refused(properties: list[dict[str, str]]) -> None:
    broken = {**CYCLONEDX, "components": [{"type": "file", "name": "x", "properties": properties}]}
    with pytest.raises(Malformed):
        cyclonedx.read(json.dumps(broken).encode())
