"""UBJSON as XGBoost writes it: every length is held against the file, one tree is in memory at a time."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import xgboost_files as files
from tests.formats.flat_reading import cuts, is_sound, lies, of, read
from tests.museum.exhibit import examined
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, TrailingData
from weighbridge.core.source import BytesSource
from weighbridge.formats import ubjson

HONEST = files.honest_ubjson()


@pytest.mark.parametrize("document", [files.model, files.linear, files.dart, files.categorical, files.named_categories])
def test_honest_models_are_sound(document: object) -> None:
    assert callable(document)
    content = files.as_ubjson(document())
    assert is_sound(ubjson.extract, content)
    assert [one.format for one in of(Identity, ubjson.extract, content)] == ["ubjson", "xgboost"]


def test_trees_are_taken_out_of_the_document() -> None:
    reader = ubjson.Reader(BytesSource(HONEST))
    trees = list(reader.trees())
    assert [tree["id"] for _, tree in trees] == [0, 1]
    assert [HONEST[at : at + 1] for at, _ in trees] == [b"{", b"{"]
    assert list(trees[0][1]["left_children"]) == [1, -1, -1]  # type: ignore[arg-type]
    assert reader.offset == len(HONEST)
    root = reader.root
    assert isinstance(root, dict)
    learner = root["learner"]
    assert isinstance(learner, dict)
    assert learner["gradient_booster"]["model"]["trees"] == [{}, {}]  # type: ignore[index,call-overload]


@pytest.mark.parametrize("make", [files.claimed_array, files.claimed_text, files.claimed_list])
@pytest.mark.parametrize("claim", [1 << 40, (1 << 63) - 1, -1, -(1 << 63), len(HONEST)])
def test_a_length_beyond_the_file_is_told(make: object, claim: int) -> None:
    assert callable(make)
    found, error = read(ubjson.extract, make(claim))
    assert isinstance(error, Malformed)
    assert ("length", True) in lies(ubjson.extract, make(claim))
    assert not any(isinstance(one, Gap) for one in found)


def test_what_is_no_model_is_a_gap() -> None:
    (gap,) = of(Gap, ubjson.extract, files.foreign_ubjson())
    assert "no model of XGBoost" in gap.reason


def test_the_first_of_two_keys_counts() -> None:
    assert lies(ubjson.extract, files.repeated_key()) == {("duplicate key", False)}


def test_depth_and_unknown_types() -> None:
    for content in (files.nested(), b"{" + HONEST[1:].replace(b"[$l#", b"[$S#", 1), b"{L" + bytes(7) + b"\x01aQ}"):
        _, error = read(ubjson.extract, content)
        assert isinstance(error, Malformed)


def test_numbers_beside_trees_are_counted_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    document = files.model()
    forest = document["learner"]["gradient_booster"]["model"]
    count = len(files.tree()["left_children"])
    forest["trees"] = [files.tree(number) for number in range(30)]
    monkeypatch.setattr(ubjson, "HELD", 20 * count)
    assert len(list(ubjson.Reader(BytesSource(files.as_ubjson(document))).trees())) == 30
    document["learner"]["attributes"] = {f"k{number}": {"parents": [1] * count} for number in range(21)}
    with pytest.raises(OverLimit):
        list(ubjson.Reader(BytesSource(files.as_ubjson(document))).trees())


def test_bytes_behind_the_model_are_told() -> None:
    (told,) = of(TrailingData, ubjson.extract, HONEST + b"INERT behind the model")
    assert told.at.offset == len(HONEST)


def test_a_model_is_recognised_by_its_content() -> None:
    assert examined(HONEST, "model").formats == ("ubjson", "xgboost")
    assert ubjson.sniff(b"{L" + bytes(8) + b"x", BytesSource(bytes(99))) == ""
    assert ubjson.sniff(HONEST[:300].replace(b"learner", b"lea\x00ner"), BytesSource(HONEST)) == ""


def test_no_cut_is_sound() -> None:
    for content in cuts(HONEST):
        assert not is_sound(ubjson.extract, content)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_change_breaks_the_reader(choice: random.Random) -> None:
    content = bytearray(files.as_ubjson(files.categorical()))
    for _ in range(choice.randint(1, 6)):
        content[choice.randrange(len(content))] = choice.randrange(256)
    examined(bytes(content), "model.ubj")
