"""Paths that leave, by the rules of every system and in the spellings that validators were fooled by."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.formats.paths import escapes

STAY = [
    "model.onnx.data", "data/weights.bin", "./weights", "onnx__MatMul_12", "a..b/c", "...data", "model.embed.weight",
    "weights #1.bin", "%model", "ünïcode.bin", "a/./b", "_model_layers.0_MatMul/w",
]  # fmt: skip
LEAVE = [
    "../x", "a/../../b", "a/../b", "..", "/etc/inert", "\\inert", "..\\inert", "a\\..\\..\\b", "C:\\inert", "c:inert",
    "\\\\host\\share", "~/inert", "#../inert", "a/#../../inert", ".. /inert", "../", "file:///inert", "http://inert.invalid/x",
    "a\0b", "data.bin:stream", "a/..%/b", "\tx", "?../x", "a/.. ./b",
]  # fmt: skip


@pytest.mark.parametrize("path", STAY)
def test_a_plain_name_stays(path: str) -> None:
    assert not escapes(path)


@pytest.mark.parametrize("path", LEAVE)
def test_any_other_leaves(path: str) -> None:
    assert escapes(path)


@given(parts=st.lists(st.sampled_from(["a", "b.c", ".", "..", "", "x y"]), min_size=1, max_size=6))
def test_what_does_not_escape_is_inside_for_the_file_system(parts: list[str]) -> None:
    path = "/".join(parts)
    if not escapes(path):
        assert posixpath.normpath(posixpath.join("/base", path)).startswith("/base")
