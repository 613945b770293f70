"""Names of packages that imitate others, and honest neighbours."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.rules.vocabulary import lists, tables
from weighbridge.rules.vocabulary.lookalikes import Lookalikes

KNOWN = Lookalikes()
_LISTS = os.path.join(os.path.dirname(lists.__file__), "lists")


@pytest.mark.parametrize(
    "name",
    [
        "torhc", "transfomers", "transformres", "Transformers1", "numpyy", "nunpy", "reqeusts", "tensorfl0w",
        "learn-scikit", "torch-official", "safetensor", "huggingface-cli", "torchtriton",
        "pyt0rch-l1ghtnlng", "tokenizer", "n\u0443mpy",
        "hugging-face-hub",
    ],
)  # fmt: skip
def test_imitations_are_told(name: str) -> None:
    assert KNOWN.of(name)


@pytest.mark.parametrize(
    "name",
    [
        "torch", "Torch", "scikit_learn", "Pillow", "PyYAML", "huggingface.hub", "torchx", "fastai", "pypdf2",
        "keras-cv", "six", "own-package", "", "-", "x" * 500,
    ],
)  # fmt: skip
def test_others_are_not(name: str) -> None:
    assert KNOWN.of(name) == ""


@given(st.text(max_size=30))
def test_any_name_is_compared(name: str) -> None:
    KNOWN.of(name)


@pytest.mark.parametrize("table", ["source_calls", "package_hosts", "popular_packages"])
def test_the_lists_are_in_order_and_have_their_sources(table: str) -> None:
    rows = tables.rows(os.path.join(_LISTS, f"{table}.tsv"), 4)
    names = [row[0] for row in rows]
    assert len(names) == len(set(names)) > 20
    assert all(len(row) == 4 and row[1] and row[2].startswith("https://") for row in rows)
