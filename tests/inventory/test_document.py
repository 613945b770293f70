"""Whatever a graph holds comes back from its JSON; what no graph writes is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from tests.inventory.graphs import graphs
from weighbridge.core.errors import Malformed
from weighbridge.inventory.document import dumps, loads
from weighbridge.inventory.graph import Field, Graph

HEAD: dict[str, Any] = {
    "schema": "weighbridge.graph/1", "root": "a", "components": [{"id": "a", "kind": "model", "stated": {}}],
    "relations": [], "gaps": [],
}  # fmt: skip
ORIGIN = {"method": "card", "confidence": "declared"}


@given(graphs())
def test_a_graph_comes_back(graph: Graph) -> None:
    text = dumps(graph)
    assert loads(text.encode()) == graph
    assert dumps(loads(text.encode())) == text


def stated(value: str) -> str:
    whole = json.dumps(HEAD)
    claim = f'{{"value": {value}, "origin": {json.dumps(ORIGIN)}}}'
    return whole.replace('"stated": {}', f'"stated": {{"name": [{claim}]}}')


def test_the_claims_below_would_be_read_were_they_right() -> None:
    assert loads(stated('"x"').encode()).component("a").text(Field.NAME) == "x"


@pytest.mark.parametrize(
    "value",
    [
        "NaN", "1e999", "null", "[]", "{}", '{"metric": {}}', '{"metric": {"type": 1, "value": ""}}',
        '{"emission": {"grams": 1e999}}', '{"emission": {"grams": true}}', '{"license": {"extra": ""}}',
        '{"origin": {}}', '{"metric": {}, "license": {}}',
    ],
)  # fmt: skip
def test_a_value_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(Malformed):
        loads(stated(value).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"root": "b"}, {"root": 1}, {"schema": "weighbridge.graph/2"}, {"components": {}}, {"more": 1}, {"gaps": [1]},
        {"components": HEAD["components"] * 2}, {"components": [{"id": "", "kind": "model", "stated": {}}], "root": ""},
        {"components": [{"id": "a", "kind": "thing", "stated": {}}]},
        {"relations": [{"source": "a", "kind": "contains", "target": "b", "origins": []}]},
    ],
)  # fmt: skip
def test_a_document_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        loads(json.dumps({**HEAD, **change}).encode())


@pytest.mark.parametrize("text", [b"", b"[" * 100_000, b"\xff", b"1" * 5_000, b"[]"])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(Malformed):
        loads(text)
