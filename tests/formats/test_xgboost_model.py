"""Models of XGBoost as JSON: each lie alone, and the same in UBJSON."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import xgboost_files as files
from tests.formats.flat_reading import is_sound, lies, of
from tests.museum.exhibit import examined
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import Identity
from weighbridge.formats import ubjson, xgboost_text
from weighbridge.formats.text import json_file


@pytest.mark.parametrize("title", files.LIES)
def test_json_and_ubjson_tell_the_same(title: str) -> None:
    lie, honest = files.LIES[title]
    told = lies(json_file.extract, files.as_json(lie()))
    assert told == lies(ubjson.extract, files.as_ubjson(lie()))
    assert any(memory for _, memory in told)
    assert is_sound(json_file.extract, files.as_json(honest()))


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (files.wrong_parent, ("parent of a tree", False)),
        (files.same_numbers, ("number of a tree", False)),
        (files.LIES["cycle"][0], ("cycle of a tree", True)),
        (files.LIES["feature_beyond"][0], ("split index of a tree", True)),
        (files.LIES["output_beyond"][0], ("output of a tree", True)),
        (files.LIES["linear_weights_too_few"][0], ("linear weights", True)),
        (files.LIES["category_negative"][0], ("categories of a tree", True)),
    ],
)
def test_a_lie_is_told_alone(document: Callable[[], Any], what: tuple[str, bool]) -> None:
    assert lies(json_file.extract, files.as_json(document())) == {what}


def test_a_pruned_node_tests_nothing() -> None:
    document = files.model()
    tree = document["learner"]["gradient_booster"]["model"]["trees"][0]
    for key, more in (
        ("left_children", -1), ("right_children", -1), ("parents", 0), ("split_indices", 0x7FFF_FFFF),
        ("base_weights", 0.0), ("default_left", 0), ("loss_changes", 0.0), ("split_conditions", 0.0),
        ("split_type", 0), ("sum_hessian", 0.0),
    ):  # fmt: skip
        tree[key].append(more)
    tree["tree_param"]["num_nodes"] = "4"
    assert is_sound(json_file.extract, files.as_json(document))


def test_a_decoy_beside_the_trees_of_dart_hides_nothing() -> None:
    document = files.dart()
    booster = document["learner"]["gradient_booster"]
    booster["model"] = files.model()["learner"]["gradient_booster"]["model"]
    booster["gbtree"]["model"]["trees"][0]["left_children"][0] = 99
    assert ("node index of a tree", True) in lies(json_file.extract, files.as_json(document))


@pytest.mark.parametrize("broken", [{"learner": {}}, {"learner": {"gradient_booster": {"name": "x"}}}, {"learner": 1}])
def test_json_of_others_is_no_lie(broken: Any) -> None:
    assert lies(json_file.extract, files.as_json(broken)) == set()


def test_a_model_without_its_head_is_a_gap() -> None:
    document = files.model()
    del document["learner"]["learner_model_param"]
    assert [gap.reason for gap in of(Gap, json_file.extract, files.as_json(document))]


def test_identity() -> None:
    found = of(Identity, json_file.extract, files.honest_json())
    assert [one.format for one in found] == ["json", "xgboost"]


def test_large_documents_are_read_tree_by_tree() -> None:
    for lie in (False, True):
        document = files.model()
        forest = document["learner"]["gradient_booster"]["model"]
        count = 1 + xgboost_text.LARGE // len(files.as_json(files.tree()))
        forest.update(trees=[files.tree(number) for number in range(count)], tree_info=[0] * count)
        forest["iteration_indptr"] = [0, count]
        forest["gbtree_model_param"]["num_trees"] = str(count)
        if lie:
            forest["trees"][-1]["left_children"][0] = 77
        content = files.as_json(document)
        assert b"left_children" not in xgboost_text.without_trees(content)
        assert lies(json_file.extract, content) == ({("node index of a tree", True)} if lie else set())
        assert is_sound(json_file.extract, content) is not lie


@pytest.mark.parametrize("form", [b'{"a":"\\""}', b'{"a":{"b":{}}}', b"{", b"1", b'{"a":"}'])
def test_other_forms_of_trees_stay_in_their_document(form: bytes) -> None:
    content = b'{"gradient_booster":{"trees":[' + form + b"]}}" + b" " * xgboost_text.LARGE
    assert xgboost_text.without_trees(content) == content


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_change_breaks_the_reader(choice: random.Random) -> None:
    content = bytearray(files.as_json(files.categorical()))
    for _ in range(choice.randint(1, 4)):
        content[choice.randrange(len(content))] = choice.choice(b'0123456789-[]{}",.e')
    examined(bytes(content), "model.json")
