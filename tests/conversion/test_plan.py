"""Plans cross a wall: what comes back is held against the file, and a lie about any number is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighbridge.conversion import plan as plans
from weighbridge.conversion.plan import Dropped, Plan, Sum, Tensor
from weighbridge.core.errors import Malformed

PLAN = Plan(
    layout="torch.zip",
    size=100,
    unpacked=50,
    tensors=(
        Tensor(name="a", dtype="F32", shape=(2, 3), strides=(3, 1), offset=76),
        Tensor(name="b", dtype="U8", shape=(0, 9), strides=(9, 1), offset=100),
        Tensor(name="u", dtype="I16", shape=(25,), strides=(1,), offset=0, unpacked=True),
    ),
    aliases=(("c", "a"),),
    plain='{"epoch": 1}',
    dropped=(Dropped(path="p", what="os.system", reason="an object"),),
    unsupported=(("q", "a quantised tensor"),),
    encoded=(("z", '{"encoding": "complex", "parts": ["view_as_real"]}'),),
    sums=(Sum(name="m", offset=3, size=90, crc=7),),
)


def test_a_plan_comes_back_as_it_was() -> None:
    assert plans.loads(plans.dumps(PLAN), 100, 50) == PLAN


def test_what_the_lies_are_made_from_is_a_plan() -> None:
    tensors = [["a", "F32", [2, 3], [3, 1], 0, False, True], ["b", "U8", [1], [1], 0, True, False]]
    made = plans.loads(changed(tensors=tensors, encoded=[], sums=[["m", 0, 100, 7]]), 100, 50)
    assert [one.swapped for one in made.tensors] == [True, False]


def changed(**fields: Any) -> bytes:
    return json.dumps(json.loads(plans.dumps(PLAN)) | fields).encode()


@pytest.mark.parametrize(
    "fields",
    [
        {"size": 101},
        {"unpacked": 51},
        {"unpacked": 49},
        {"tensors": [["a", "F32", [2, 3], [3, 1], 27, True, False]]},
        {"tensors": [["a", "F32", [2, 3], [3, 1], 0, 1, False]]},
        {"tensors": [["a", "F32", [2, 3], [3, 1], 77, False, False]]},
        {"tensors": [["a", "F32", [2, 3], [3, 1], -1, False, False]]},
        {"tensors": [["a", "F32", [2, 3], [3], 0, False, False]]},
        {"tensors": [["a", "F32", [-2, 3], [3, 1], 0, False, False]]},
        {"tensors": [["a", "F32", [2, True], [3, 1], 0, False, False]]},
        {"tensors": [["a", "F99", [2, 3], [3, 1], 0, False, False]]},
        {"tensors": [["a", "F32", [1] * 65, [1] * 65, 0, False, False]]},
        {"tensors": [["a", "U8", [1], [1], 0, False, False], ["a", "U8", [1], [1], 0, False, False]]},
        {"tensors": [["__metadata__", "U8", [1], [1], 0, False, False]]},
        {"tensors": [["a", "U8", [1 << 40], [0], 0, False, False]]},
        {"tensors": [["a", "U8", [1 << 62, 1 << 62], [0, 0], 0, False, False]]},
        {"tensors": [["a" * 5_000, "U8", [1], [1], 0, False, False]]},
        {"tensors": {}},
        {"aliases": [["c", "absent"]]},
        {"aliases": [["b", "a"]]},
        {"aliases": [["c"]]},
        {"plain": 3},
        {"plain": "INERT"},
        {"tensors": [["\ud800", "U8", [1], [1], 0, False, False]]},
        {"dropped": [["p", "q"]]},
        {"tensors": [["a", "F32", [2, 3], [3, 1], 0, False, 1]]},
        {"tensors": [["a", "F32", [2, 3], [3, 1], 0, False]]},
        {"encoded": [["q"]]},
        {"encoded": [["q", ""]]},
        {"encoded": [["q", "[]"]]},
        {"encoded": [["q", '{"encoding": "complex"}']]},
        {"encoded": [["q", '{"encoding": "complex", "parts": [1]}']]},
        {"encoded": [["a", '{"encoding": "complex", "parts": []}']]},
        {"encoded": [["c", '{"encoding": "complex", "parts": []}']]},
        {"sums": [["m", 90, 11, 7]]},
        {"sums": [["m", 0, 60, 7], ["m", 0, 60, 7]]},
        {"sums": [["m", -1, 6, 7]]},
        {"sums": [["m", 0, 6]]},
        {"more": -1},
    ],
)
def test_a_plan_that_lies_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        plans.loads(changed(**fields), 100, 50)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='[]{}"tensor:,1e9-', max_size=80).map(str.encode))
def test_any_bytes_are_a_plan_or_are_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        plans.loads(content, 100, 50)
