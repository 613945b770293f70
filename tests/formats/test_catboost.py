"""CatBoost: honest trees are sound, every number that leads nowhere is told."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import catboost_files as files
from tests.builders.pickles.gadgets import posix_system
from tests.formats.flat_reading import cuts, is_sound, lies, of, read
from tests.museum.exhibit import examined, verdict_of
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import MetadataEntry
from weighbridge.core.report import Verdict
from weighbridge.formats import catboost


def verdict(content: bytes) -> Verdict:
    seen = examined(content, "model.cbm")
    return verdict_of(seen.findings, seen.gaps)


@pytest.mark.parametrize("make", [files.honest, files.other_trees, files.statistics])
def test_honest_models_are_sound(make: Any) -> None:
    assert is_sound(catboost.extract, make())
    assert verdict(make()) is Verdict.CLEAN


def test_the_information_is_told() -> None:
    assert [(fact.key, fact.text) for fact in of(MetadataEntry, catboost.extract, files.honest())] == [
        ("model_guid", "inert"),
        ("params", "{}"),
    ]


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (files.split_beyond, "split index"), (files.split_negative, "split index"),
        (files.feature_beyond, "feature index"), (files.tree_beyond, "tree size"), (files.tree_negative, "tree size"),
        (files.tree_elsewhere, "tree offset"), (files.too_few_leaves, "leaves"), (files.leaf_beyond, "leaf index"),
        (files.node_beyond, "nodes"), (files.vector_too_long, "offset out of bounds"),
        (files.core_size_beyond, "core size"), (files.statistics_beyond, "statistics"),
        (lambda: files.file(files.core(sizes=[4, 0], starts=[0, 4], nodes=True).patched("leaves", "I", 3)), "nodes"),
        (lambda: files.statistics(size=12), "statistics"),
    ],
)  # fmt: skip
def test_each_lie_is_told_alone(make: Any, what: str) -> None:
    assert lies(catboost.extract, make()) == {(what, True)}


def test_other_parts_are_a_gap() -> None:
    (gap,) = of(Gap, catboost.extract, files.text_part())
    assert "text_process_v2" in gap.reason


def test_what_lies_behind_is_handed_on() -> None:
    assert verdict(files.trailing(posix_system())) is Verdict.MALICIOUS
    assert verdict(files.trailing(b"x" * 40)) is Verdict.SUSPICIOUS


def test_no_cut_is_clean_or_a_lie() -> None:
    for content in cuts(files.statistics()):
        if content and len(content) > 64:
            assert verdict(content) in {Verdict.SUSPICIOUS, Verdict.INCONCLUSIVE, Verdict.MALICIOUS}


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutations_never_raise(chance: random.Random) -> None:
    content = bytearray(chance.choice((files.honest, files.other_trees, files.statistics))())
    for _ in range(chance.randint(1, 5)):
        content[chance.randrange(4, len(content))] = chance.choice((0, 1, 2, 8, 127, 128, 255))
    read(catboost.extract, bytes(content))
