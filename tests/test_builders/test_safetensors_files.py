"""Honest files open with the reference library, and it refuses exactly the lies that the format forbids."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import safetensors_files as files

HONEST: list[Callable[[], bytes]] = [
    files.honest,
    files.empty,
    files.every_dtype,
    files.zero_size,
    files.unsorted,
    files.stowaway,
]
REFUSED: list[Callable[[], bytes]] = [
    files.header_beyond_file,
    files.duplicate_extents,
    files.duplicate_fields,
    files.overlapping,
    files.hole,
    files.late_start,
    files.trailing,
    files.truncated,
    files.wrong_product,
    files.overflowing_product,
    files.unknown_dtype,
    files.odd_offsets,
    files.other_first_byte,
    files.odd_padding,
    files.invalid_utf8,
    files.odd_metadata,
    files.deep_header,
    files.constants_in_header,
    files.zero_size_reused,
    files.pickle_named_safetensors,
]
ACCEPTED_LIES: list[Callable[[], bytes]] = [files.duplicate_keys, files.leading_spaces]


def _header(data: bytes) -> dict[str, object]:
    length = int.from_bytes(data[:8], "little")
    read: dict[str, object] = json.loads(data[8 : 8 + length])
    return read


def test_header_and_extents_by_hand() -> None:
    data = files.honest()
    assert _header(data) == {
        "__metadata__": {"format": "pt"},
        "layer.weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
        "layer.bias": {"dtype": "F16", "shape": [3], "data_offsets": [24, 30]},
    }
    assert len(data) == 8 + int.from_bytes(data[:8], "little") + 30


def test_the_giant_header_is_over_the_limit() -> None:
    assert int.from_bytes(files.giant_header()[:8], "little") == 100_000_001


def test_stowaways_stand_in_tensor_or_tail() -> None:
    assert b"\x7fELF" in files.stowaway()
    assert files.stowaway(b"PAYLOAD", place="tail").endswith(b"PAYLOAD")
    assert _header(files.stowaway(b"PAYLOAD"))["blob"] == {"dtype": "U8", "shape": [7], "data_offsets": [0, 7]}


@pytest.mark.parametrize("offsets", [(-24, 0), (0, 1 << 63), (24, 0), (0.0, 24.0), ("0", "24"), (True, 24)])
def test_odd_offsets_are_written_as_given(offsets: tuple[object, object]) -> None:
    entry = _header(files.odd_offsets(*offsets))["a"]
    assert isinstance(entry, dict)
    assert entry["data_offsets"] == list(offsets)


@pytest.mark.libraries
@pytest.mark.parametrize("build", [*HONEST, *ACCEPTED_LIES], ids=lambda build: build.__name__)
def test_files_that_open(build: Callable[[], bytes], tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors")
    path = tmp_path / "model.safetensors"
    path.write_bytes(build())
    with safetensors.safe_open(path, "np") as opened:
        assert all(opened.get_slice(name).get_shape() is not None for name in opened.keys())  # noqa: SIM118 - no iterator


@pytest.mark.libraries
@pytest.mark.parametrize("build", REFUSED, ids=lambda build: build.__name__)
def test_files_that_do_not_open(build: Callable[[], bytes], tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors")
    path = tmp_path / "model.safetensors"
    path.write_bytes(build())
    with pytest.raises(safetensors.SafetensorError):
        safetensors.safe_open(path, "np")


@pytest.mark.libraries
@pytest.mark.parametrize("shape", [[-1, -24], [1 << 70], "6", [[2, 3]], None, [2.0, 3.0]])
def test_odd_shapes_do_not_open(shape: object, tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors")
    path = tmp_path / "model.safetensors"
    path.write_bytes(files.odd_shape(shape))
    with pytest.raises(safetensors.SafetensorError):
        safetensors.safe_open(path, "np")
