"""Any graph survives both formats, and both are valid whatever the graph holds."""

from __future__ import annotations

import io
import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import HealthCheck, given, settings
from spdx_python_model import v3_0_1 as spdx_model

from tests.inventory.graphs import graphs
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.bom.cyclonedx import lint
from weighbridge.inventory.bom.cyclonedx import reader as cyclonedx_reader
from weighbridge.inventory.bom.cyclonedx import writer as cyclonedx_writer
from weighbridge.inventory.bom.made import Made
from weighbridge.inventory.bom.spdx import reader as spdx_reader
from weighbridge.inventory.bom.spdx import writer as spdx_writer
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, Method, Origin, RelationKind

MADE = Made(timestamp="2026-01-02T03:04:05Z")
VALIDATORS = {
    version: JsonStrictValidator(SchemaVersion.from_version(version)) for version in cyclonedx_writer.VERSIONS
}  # fmt: skip


@given(graphs())
def test_a_graph_comes_back_from_cyclonedx(graph: Graph) -> None:
    text = cyclonedx_writer.write(graph, MADE)
    back = cyclonedx_reader.read(text.encode())
    assert back == graph
    assert cyclonedx_writer.write(back, MADE) == text


@given(graphs())
def test_a_graph_comes_back_from_spdx(graph: Graph) -> None:
    text = spdx_writer.write(graph, MADE)
    back = spdx_reader.read(text.encode())
    assert back == graph
    assert spdx_writer.write(back, MADE) == text


@pytest.mark.parametrize("version", cyclonedx_writer.VERSIONS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=graphs())
def test_cyclonedx_is_valid_whatever_the_graph_holds(version: str, graph: Graph) -> None:
    text = cyclonedx_writer.write(graph, MADE, version)
    assert VALIDATORS[version].validate_str(text) is None
    assert [one for one in lint.lint(json.loads(text)) if one.check != "license"] == []


@pytest.mark.parametrize("kind", [Kind.MODEL, Kind.SERVICE])
@pytest.mark.parametrize("length", [1_024, 1_025])
def test_a_version_that_is_too_long_for_cyclonedx_stays_a_property(kind: Kind, length: int) -> None:
    made = Assembly()
    root = made.component("application:.", Kind.APPLICATION)
    one = made.component("x", kind)
    made.claim(one, Field.VERSION, "1" * length, Origin(method=Method.CARD, confidence=Confidence.DECLARED))
    made.relate(root, RelationKind.DEPENDS_ON, one)
    graph = made.finish(root)
    text = cyclonedx_writer.write(graph, MADE)
    assert VALIDATORS["1.7"].validate_str(text) is None
    assert (f'"version": "{"1" * length}"' in text) is (length == 1_024)
    assert cyclonedx_reader.read(text.encode()) == graph


@settings(max_examples=30)
@given(graphs())
def test_spdx_is_what_its_model_reads(graph: Graph) -> None:
    text = spdx_writer.write(graph, MADE)
    objects = spdx_model.SHACLObjectSet()
    spdx_model.JSONLDDeserializer().read(io.BytesIO(text.encode()), objects)
    elements = [one for one in objects.foreach() if isinstance(one, spdx_model.Element)]
    assert len({one._id for one in elements}) == len(elements) == len(json.loads(text)["@graph"]) - 1
    assert not {ref for ref in objects.link() if not ref.startswith("https://spdx.org/rdf/")}
    # Writing holds every element against the cardinalities of the model, which reading does not.
    spdx_model.JSONLDSerializer().write(objects, io.BytesIO())
