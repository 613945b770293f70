"""Headers of safetensors files: honest ones are plans, lies are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from weighbridge.conversion.plan import ENCODED
from weighbridge.conversion.safetensors_layout import header_of
from weighbridge.conversion.safetensors_plan import plan_of
from weighbridge.core.errors import Malformed
from weighbridge.core.source import BytesSource

HONEST: dict[str, Any] = {
    "__metadata__": {"format": "pt", "tied": "a"},
    "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
    "b": {"dtype": "U8", "shape": [3, 1], "data_offsets": [8, 11]},
}


def written(header: object, data: bytes = bytes(11)) -> BytesSource:
    text = json.dumps(header).encode()
    return BytesSource(len(text).to_bytes(8, "little") + text + data)


def test_an_honest_file_is_a_plan() -> None:
    plan = plan_of(written(HONEST))
    assert [(one.name, one.shape, one.strides) for one in plan.tensors] == [("a", (2,), (1,)), ("b", (3, 1), (1, 1))]
    assert plan.aliases == (("tied", "a"),)


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 12]},
        {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
        {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]},
        {"dtype": "Q9", "shape": [2], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [1 << 62, 1 << 62], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [2]},
        {"dtype": "F4", "shape": [15], "data_offsets": [0, 8]},
        {"dtype": "F4", "shape": [], "data_offsets": [0, 8]},
        {"dtype": "F6_E2M3", "shape": [2, 6], "data_offsets": [0, 8]},
        [],
    ],
)
def test_an_entry_that_lies_is_refused(entry: object) -> None:
    with pytest.raises(Malformed):
        plan_of(written(HONEST | {"a": entry}))


@pytest.mark.parametrize("data", [bytes(10), bytes(12)])
def test_tensors_fill_the_file(data: bytes) -> None:
    with pytest.raises(Malformed):
        plan_of(written(HONEST, data))


def test_a_name_that_comes_twice_is_refused() -> None:
    text = json.dumps(HONEST).replace('"b"', '"a"').encode()
    with pytest.raises(Malformed):
        plan_of(BytesSource(len(text).to_bytes(8, "little") + text + bytes(11)))


@pytest.mark.parametrize(("dtype", "shape"), [("F4", [4, 4]), ("F4", [16]), ("F6_E3M2", [1, 8]), ("F6_E2M3", [8])])
def test_elements_of_less_than_a_byte_keep_their_shape(dtype: str, shape: list[int]) -> None:
    size = 8 if dtype == "F4" else 6
    header = {"a": {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}}
    (one,) = plan_of(written(header, bytes(size))).tensors
    assert one.size == size
    again = header_of((one,), {})
    assert json.loads(again[8:]) == header


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"q": {"encoding": "bits", "parts": ["bits"]}}', ["q"]),
        ('{"a": {"encoding": "bits", "parts": ["bits"]}}', []),
        ('{"tied": {"encoding": "bits", "parts": ["bits"]}}', []),
        ('{"q": {"encoding": "bits"}}', []),
        ('{"q": {"encoding": 3, "parts": []}}', []),
        ('{"q": 3}', []),
        ("[]", []),
        ("INERT", []),
        ("[" * 100_000, []),
    ],
)
def test_notes_of_how_tensors_are_made_are_no_more_than_a_claim(text: str, names: list[str]) -> None:
    header = HONEST | {"__metadata__": {ENCODED: text, "tied": "a"}}
    assert [name for name, _ in plan_of(written(header)).encoded] == names
