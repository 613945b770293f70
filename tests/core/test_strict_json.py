"""Strict readers: what each takes, and that nothing near it is taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from weighbridge.core import strict_json as strict
from weighbridge.core.errors import Malformed
from weighbridge.core.finding import Severity

READERS: dict[str, tuple[Callable[[Any], Any], tuple[Any, ...], tuple[Any, ...], str]] = {
    "an object": (
        lambda found: strict.fields(found, {"a", "b"}, {"c"}),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 3}), ({"a": 1}, {"a": 1, "b": 2, "d": 3}, [], "a", None),
        "an object must have a, b and nothing that is not known",
    ),
    "a list": (strict.items, ([], [1]), ((), {}, "a", None), "must be a list"),
    "a text": (strict.text, ("", "a"), (1, None, b"a", ["a"]), "must be text"),
    "a flag": (strict.flag, (True, False), (0, 1, "true", None), "true or false"),
    "a number": (
        strict.number, (0, 1, -2.5), (True, "1", None, float("nan"), float("inf"), 10**400), "must be a number",
    ),
    "a day": (
        strict.day, ("2027-01-31", "2028-02-29"),
        ("20270131", "2027-W04-7", "2027-02-29", "2027-1-31", "31.01.2027", " 2027-01-31", ""),
        "must be written as 2027-01-31",
    ),
    "a SHA-256": (strict.sha256, ("a" * 64,), ("A" * 64, "a" * 63, "", "a" * 65), "no SHA-256"),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_what_is_taken_comes_as_it_was_and_all_else_is_refused(name: str) -> None:
    read, taken, refused, words = READERS[name]
    for found in taken:
        assert read(found) == found
    for found in refused:
        with pytest.raises(Malformed, match=words):
            read(found)
    with pytest.raises(Malformed):
        read(7 if name != "a number" else "7")


def test_a_word_names_a_member_and_an_unknown_one_is_told_with_what_it_is_not() -> None:
    assert strict.member(Severity, "high") is Severity.HIGH
    with pytest.raises(Malformed, match="'HIGH' is no Severity"):
        strict.member(Severity, "HIGH")
    with pytest.raises(Malformed, match="must be text"):
        strict.member(Severity, 1)


def test_a_number_that_python_reads_and_no_float_holds_is_none() -> None:
    with pytest.raises(Malformed):
        strict.number(json.loads("1e999"))
