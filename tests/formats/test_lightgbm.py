"""LightGBM: rows that index each other, and sizes by which the library goes from tree to tree."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import lightgbm_files as files
from tests.formats.flat_reading import cuts, is_sound, lies
from tests.museum.exhibit import examined
from weighbridge.formats import lightgbm
from weighbridge.formats.lightgbm_tree import whole, whole_row


@pytest.mark.parametrize("content", [files.honest(), files.categorical(), files.linear(), files.model(sizes="-")])
def test_honest_models_are_sound(content: bytes) -> None:
    assert is_sound(lightgbm.extract, content)
    assert "lightgbm" in examined(content, "model.txt").formats


@pytest.mark.parametrize("title", files.LIES)
def test_each_lie_is_told(title: str) -> None:
    lie, honest = files.LIES[title]
    assert any(memory for _, memory in lies(lightgbm.extract, lie))
    assert is_sound(lightgbm.extract, honest)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (files.changed(right_child="0 -3"), "cycle of a tree"),
        (files.changed(split_feature="9 0"), "split index of a tree"),
        (files.model(sizes="1 2"), "sizes of trees"),
        (files.categorical(threshold="3 0.5"), "categories of a tree"),
        (files.linear(leaf_features="0 9"), "linear leaves"),
    ],
)
def test_a_lie_is_told_alone(content: bytes, what: str) -> None:
    assert what in {told for told, _ in lies(lightgbm.extract, content)}


def test_a_tree_of_one_leaf() -> None:
    single = "Tree=0\nnum_leaves=1\nnum_cat=0\nleaf_value=0.5\nis_linear=0\nshrinkage=1\n\n\n"
    assert is_sound(lightgbm.extract, files.model((single,)))


def test_other_ends_of_lines_are_no_lie_about_memory() -> None:
    assert lies(lightgbm.extract, files.honest().replace(b"\n", b"\r\n")) == {("sizes of trees", False)}


def test_numbers() -> None:
    assert whole(" -12 ") == -12
    assert [whole(text) for text in ("", "x", "1.0", "9" * 20, "²")] == [None] * 5
    assert whole_row("1 -2  3") == [1, -2, 3]
    assert whole_row("1 two") is None


def test_prose_about_trees_is_no_model() -> None:
    assert examined(b"tree\nof life = none\n", "notes.txt").formats == ("text", "lightgbm")
    assert examined(b"trees are = tall\nand old\n", "notes.txt").formats == ("text",)


def test_no_cut_within_the_trees_is_sound() -> None:
    content = files.honest()
    for cut in cuts(content[: content.index(b"end of trees")]):
        assert not is_sound(lightgbm.extract, cut)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_change_breaks_the_reader(choice: random.Random) -> None:
    content = bytearray(files.linear() if choice.random() < 0.5 else files.categorical())
    for _ in range(choice.randint(1, 6)):
        content[choice.randrange(len(content))] = choice.choice(b"0123456789-=\n\r x")
    examined(bytes(content), "model.txt")
