"""The walk over a document meets every object once, and names are told from other texts."""

from __future__ import annotations

from typing import Any

import pytest

from weighbridge.formats.config.tree import (
    arguments,
    is_dotted,
    is_repository,
    short,
    spelled,
    strings,
    tables,
    text_of,
)
from weighbridge.formats.strict_json import read_json


def trails(document: Any, *, shared: bool = False) -> list[str]:
    return [spelled(trail) for trail, _ in tables(document, shared=shared)]


def test_every_object_is_met_with_the_keys_that_lead_to_it() -> None:
    document = {"a": {"b": [1, {"c": {}}, [{"d": 1}]]}, "e": "text"}
    assert trails(document) == ["", "a", "a.b[1]", "a.b[1].c", "a.b[2][0]"]
    assert trails([{}, 1, [{}]]) == ["[0]", "[2][0]"]
    assert trails("text") == []


def test_every_value_of_a_repeated_key_is_met() -> None:
    assert trails(read_json(b'{"a": {"x": 1}, "a": {"y": 2}}').value) == ["", "a", "a"]


def test_what_stands_in_several_places_or_inside_itself_is_met_once() -> None:
    inner: dict[str, Any] = {}
    inner["self"] = inner
    listed: list[Any] = [inner]
    listed.append(listed)
    assert trails({"a": inner, "b": inner, "c": listed}, shared=True) == ["", "a"]


def test_a_deep_document_needs_no_recursion() -> None:
    document: Any = {}
    for _ in range(5_000):
        document = {"a": [document]}
    assert len(trails(document)) == 5_001


def test_spelling() -> None:
    assert spelled(((None, "a"), 3), "b") == "a[3].b"
    assert spelled(None, "a") == "a"
    assert short("a\nb") == "a\\nb"
    assert short("x" * 200) == "x" * 120 + "…"


@pytest.mark.parametrize(
    ("text", "dotted"),
    [("os.system", True), ("a.b.c", True), ("os", False), ("a..b", False), ("v1.2", False), ("a.b c", False),
     ("", False), ("a-b.c", False), ("a." + "b" * 600, False)],
)  # fmt: skip
def test_dotted_names(text: str, dotted: bool) -> None:
    assert is_dotted(text) is dotted


@pytest.mark.parametrize(
    ("text", "repository"),
    [("org/name", True), ("01-ai/Yi-6B", True), ("a.b/c_d", True), ("name", False), ("a/b/c", False), ("./a", False),
     ("../a", False), ("a/", False), ("/a", False), ("dir/model.safetensors", False), ("org/naïve", False),
     ("a b/c", False), ("a/" + "b" * 97, False)],
)  # fmt: skip
def test_repositories(text: str, repository: bool) -> None:
    assert is_repository(text) is repository


def test_plain_values_for_people() -> None:
    assert [text_of(found) for found in (True, None, 1.5, "a", [1, "b", {}], {})] == [
        "true",
        "null",
        "1.5",
        "a",
        "1, b",
        "",
    ]
    assert list(strings({"a": "x", "b": 1})) == ["x"]
    assert list(strings(["x", None, ["y"]])) == ["x"]
    assert list(strings(3)) == []
    kinds = [(one.kind, one.text) for one in arguments(["a", 1, None, [1], {"b": 1}, 1.5])]
    assert kinds == [("str", "a"), ("int", "1"), ("none", "null"), ("list", ""), ("dict", ""), ("float", "1.5")]
    assert len(arguments(list(range(50)))) == 8
