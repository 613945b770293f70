"""Data sets that describe themselves in Croissant, from the JSON to the graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.bills import boms, written
from tests.inventory.model.test_fold import config, file, folded, values
from weighbridge.inventory.disputes import disputes
from weighbridge.inventory.document import loads
from weighbridge.inventory.graph import Component, Field, Graph, Kind, License, RelationKind

DIGEST = "0" * 64


def described(**more: Any) -> dict[str, Any]:
    return {
        "@context": {"@vocab": "https://schema.org/"}, "@type": "sc:Dataset", "name": "letters",
        "conformsTo": "http://mlcommons.org/croissant/1.0", "description": "Scans of letters.",
        "license": "https://creativecommons.org/licenses/by-sa/4.0/", "url": "https://example.invalid/letters",
        "creator": [{"@type": "Person", "name": "Jo"}, {"name": "Al"}], "datePublished": "2026-01-02T03:04:05",
        "distribution": [
            {"@type": "cr:FileObject", "@id": "a.csv", "contentUrl": "data/a.csv", "sha256": DIGEST},
            {"@type": "cr:FileObject", "@id": "b", "contentUrl": "https://example.invalid/b.zip", "sha256": "1" * 64,
             "encodingFormat": "application/zip"},
            {"@type": "cr:FileSet", "@id": "all", "includes": "*.csv"},
        ],
        "recordSet": [{"field": [{"name": str(number)} for number in range(3_000)]}],
        **more,
    }  # fmt: skip


def graph_of(tmp_path: Path, files: dict[str, bytes]) -> Graph:
    return loads(boms(written(tmp_path / "m", files), tmp_path / "out")["graph"].encode())


def dataset(graph: Graph) -> Component:
    (found,) = graph.of(Kind.DATASET)
    return found


@pytest.mark.parametrize("name", ["croissant.json", "meta/letters.json"])
def test_a_description_becomes_a_data_set_with_its_files(name: str, tmp_path: Path) -> None:
    at = "data/a.csv" if "/" not in name else "meta/data/a.csv"
    graph = graph_of(tmp_path, {name: json.dumps(described()).encode(), at: b"a,b\n1,2\n"})
    one = dataset(graph)
    assert [one.text(field) for field in (Field.NAME, Field.DESCRIPTION, Field.URL, Field.RELEASED)] == [
        "letters", "Scans of letters.", "https://example.invalid/letters", "2026-01-02",
    ]  # fmt: skip
    assert values(one, Field.LICENSE) == [License(expression="CC-BY-SA-4.0")]
    assert values(one, Field.AUTHOR) == ["Jo", "Al"]
    claim = one.best(Field.DESCRIPTION)
    assert claim is not None
    assert (claim.origin.file, claim.origin.pointer) == (name, "/description")
    assert [one.kind for one in graph.relations if one.target == dataset(graph).id] == [RelationKind.CONTAINS]
    (named,) = (graph.component(relation.target) for relation in graph.leaving(one.id, RelationKind.CONTAINS))
    assert (named.text(Field.URL), named.text(Field.SHA256)) == ("https://example.invalid/b.zip", "1" * 64)
    assert [(one.component, one.what) for one in disputes(graph)] == [(f"file:{at}", "sha256")]


@pytest.mark.parametrize(
    ("more", "expression"),
    [
        ({"license": "https://spdx.org/licenses/MIT.html"}, "MIT"),
        ({"license": "https://choosealicense.com/licenses/apache-2.0/"}, "Apache-2.0"),
        ({"license": "https://creativecommons.org/publicdomain/zero/1.0/"}, "CC0-1.0"),
        ({"license": ["mit"]}, "MIT"),
        ({"license": "https://example.invalid/own"}, ""),
    ],
)
def test_licences_are_given_by_their_addresses(more: dict[str, Any], expression: str) -> None:
    (held,) = values(dataset(folded(file("c.json", *config(described(**more), "croissant")))), Field.LICENSE)
    assert (held.expression, bool(held.url)) == (expression, not expression)


@pytest.mark.parametrize(
    "more",
    [
        {"distribution": 5}, {"distribution": [[], None, {}]}, {"name": None}, {"name": {"a": 1}}, {"license": {}},
        {"distribution": {"@type": "FileObject", "contentUrl": "../../etc/passwd", "sha256": "x"}},
        {"distribution": [{"@id": "\x1b[2J", "contentUrl": "c.json", "sha256": "A" * 64}]}, {"creator": "x" * 9_999},
        {"url": "https://huggingface.co/datasets/org/letters"}, {"url": "https://huggingface.co/datasets/../x"},
    ],
)  # fmt: skip
def test_odd_descriptions_make_valid_documents(more: dict[str, Any], tmp_path: Path) -> None:
    graph = graph_of(tmp_path, {"c.json": json.dumps(described(**more)).encode()})
    assert dataset(graph).text(Field.NAME)
    assert not [one for one in graph.of(Kind.FILE) if "passwd" in one.id]


def test_a_card_and_a_description_of_one_data_set_are_one() -> None:
    url = "https://huggingface.co/datasets/org/letters"
    graph = folded(
        file("README.md", *config({"datasets": ["org/letters"]}, "card")),
        file("c.json", *config(described(url=url), "croissant")),
    )
    assert dataset(graph).id == "dataset:hf://datasets/org/letters"
    assert {one.kind for one in graph.relations if one.target == dataset(graph).id} == {
        RelationKind.TRAINED_ON, RelationKind.DEPENDS_ON,
    }  # fmt: skip
