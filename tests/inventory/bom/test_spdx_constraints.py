"""What the bindings of SPDX 3.0.1 refuse: they are made from the model whose SHACL shapes no package carries.

The suite holds every document of ours against them. Here each kind of constraint is broken once, so that it is known
what that proves: counts, types of values, patterns, enumerations, abstract classes, unknown properties and classes of
what is linked.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from spdx_python_model import v3_0_1 as spdx_model

from tests.inventory.model.test_fold import config, file, folded, safetensors
from weighbridge.inventory.bom.made import Made
from weighbridge.inventory.bom.spdx import writer

Element = dict[str, Any]


def judged(document: dict[str, Any]) -> None:
    """Read a document, link it and write it again; raises what the bindings raise."""
    objects = spdx_model.SHACLObjectSet()
    spdx_model.JSONLDDeserializer().read(io.BytesIO(json.dumps(document).encode()), objects)
    missing = {ref for ref in objects.link() if not ref.startswith("https://spdx.org/rdf/")}
    assert not missing, f"nothing is called {min(missing)}"
    spdx_model.JSONLDSerializer().write(objects, io.BytesIO())


@pytest.fixture(scope="module")
def text() -> str:
    graph = folded(
        file("README.md", *config({"license": "apache-2.0", "base_model": "org/base"}, "card")),
        file("config.json", *config({"model_type": "llama", "transformers_version": "4.40.0"})),
        safetensors("model.safetensors", w=(2, 3)), name="org/m", reference="hf://org/m", resolved="c" * 40,
    )  # fmt: skip
    return writer.write(graph, Made(version="0", timestamp="2026-01-01T00:00:00Z"))


def of(document: dict[str, Any], kind: str) -> Element:
    return next(one for one in document["@graph"] if one["type"] == kind)


def put(kind: str, key: str, content: object) -> Callable[[dict[str, Any]], None]:
    return lambda document: of(document, kind).update({key: content})


def drop(kind: str, key: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: of(document, kind).pop(key)


def test_a_document_of_ours_is_taken(text: str) -> None:
    judged(json.loads(text))


@pytest.mark.parametrize(
    "broken",
    [
        drop("ai_AIPackage", "creationInfo"),
        drop("Relationship", "relationshipType"),
        drop("Relationship", "from"),
        put("CreationInfo", "createdBy", []),
        put("software_File", "name", ["a", "b"]),
        put("software_File", "name", 7),
        put("CreationInfo", "created", "yesterday"),
        put("CreationInfo", "specVersion", "three"),
        put("software_File", "software_primaryPurpose", "weights"),
        put("Relationship", "relationshipType", "likes"),
        put("software_File", "type", "software_SoftwareArtifact"),
        put("software_File", "colour", "red"),
        put("ai_AIPackage", "suppliedBy", "https://example.invalid/nobody"),
    ],
    ids=[
        "no creation information", "no type of a relationship", "no source", "no creator", "two names",
        "a number for a name", "no time", "no version", "no such purpose", "no such relationship", "an abstract class",
        "an unknown property", "a link to nothing",
    ],
)  # fmt: skip
def test_what_breaks_the_model_is_refused(broken: Callable[[dict[str, Any]], None], text: str) -> None:
    document = json.loads(text)
    broken(document)
    with pytest.raises((ValueError, TypeError, KeyError, NotImplementedError, AssertionError)):
        judged(document)


def test_a_link_to_something_of_another_class_is_refused(text: str) -> None:
    document = json.loads(text)
    of(document, "ai_AIPackage")["suppliedBy"] = of(document, "software_File")["spdxId"]
    with pytest.raises((ValueError, TypeError)):
        judged(document)
