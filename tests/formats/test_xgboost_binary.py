"""XGBoost's old binary format: structures one behind the other, all counts held against the file."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import xgboost_binaries as files
from tests.formats.flat_reading import cuts, is_sound, lies, of
from tests.museum.exhibit import examined
from weighbridge.core.facts import MetadataEntry
from weighbridge.formats import xgboost_binary

HONEST = files.binary()
LIES = files.binary_lies()


@pytest.mark.parametrize("content", [HONEST, files.binary(booster=b"gblinear"), files.binary(booster=b"dart")])
def test_honest_models_are_sound(content: bytes) -> None:
    assert is_sound(xgboost_binary.extract, content)


@pytest.mark.parametrize("title", LIES)
def test_each_lie_is_told(title: str) -> None:
    lie, honest = LIES[title]
    assert any(memory for _, memory in lies(xgboost_binary.extract, lie))
    assert is_sound(xgboost_binary.extract, honest)


def test_marks_of_deleted_nodes_are_counted() -> None:
    assert lies(xgboost_binary.extract, files.binary(deleted=1)) == {("deleted nodes of a tree", False)}


def test_attributes_are_told() -> None:
    told = [(fact.key, fact.text) for fact in of(MetadataEntry, xgboost_binary.extract, HONEST)]
    assert told == [("objective", "reg:squarederror"), ("note", "INERT")]


def test_a_model_is_recognised_with_its_magic_and_without() -> None:
    for content in (HONEST, files.binary(magic=False)):
        assert examined(content, "model").formats == ("xgboost.binary",)


def test_no_cut_is_sound() -> None:
    for content in cuts(HONEST):
        assert not is_sound(xgboost_binary.extract, content)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_change_breaks_the_reader(choice: random.Random) -> None:
    content = bytearray(HONEST)
    for _ in range(choice.randint(1, 6)):
        content[choice.randrange(4, len(content))] = choice.randrange(256)
    examined(bytes(content), "model.deprecated")
