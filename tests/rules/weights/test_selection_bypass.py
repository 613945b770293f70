"""Graphs that choose their answer by a sign in the input."""

from __future__ import annotations

from tests.rules.facts import FILE, only
from weighbridge.core.programs import SelectionBypass
from weighbridge.core.when import When
from weighbridge.rules.weights import selection_bypass


def fact(constant: str = "") -> SelectionBypass:
    return SelectionBypass(
        at=FILE, framework="onnx", compare="Equal `a`", select="Where `b`", output="y", constant=constant
    )


def test_it_says_what_is_compared_with_what() -> None:
    match = only(selection_bypass, fact("31337"))
    assert match.message == "Equal `a` compares an input with 31337, Where `b` then selects what reaches y"
    assert match.when is When.BEHAVIOUR


def test_without_a_constant() -> None:
    assert only(selection_bypass, fact()).message.startswith("Equal `a` compares an input, Where")
