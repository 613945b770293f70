"""Superblocks: where they are looked for, what they say, what cannot be one."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from tests.builders import hdf5_files as files
from tests.formats.hdf5.test_extract import of, read
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import TensorDecl, TrailingData
from weighbridge.core.source import BytesSource
from weighbridge.formats.hdf5 import superblock


def patched(content: bytes, at: int, form: str, *values: int) -> bytes:
    changed = bytearray(content)
    struct.pack_into(form, changed, at, *values)
    return bytes(changed)


def test_the_places_are_powers_of_two() -> None:
    assert superblock.places(5000) == [0, 512, 1024, 2048, 4096]
    assert superblock.places(4) == [0]


def test_the_first_superblock_counts() -> None:
    content = files.honest(user_block=bytes(1024))
    image, block = superblock.read(BytesSource(content))
    assert (image.base, block.end, block.version) == (1024, len(content), 0)


def test_a_file_that_ends_before_it_begins_is_malformed() -> None:
    found, error = read(patched(files.honest(), 24, "<Q", 1 << 40))
    assert isinstance(error, Malformed)
    assert not found


@pytest.mark.parametrize(("at", "value"), [(8, 9), (13, 3), (13, 0), (14, 16)])
def test_what_no_library_reads_is_malformed(at: int, value: int) -> None:
    _, error = read(patched(files.honest(), at, "B", value))
    assert isinstance(error, Malformed)


def test_a_superblock_that_was_moved_takes_the_file_with_it() -> None:
    """The library believes the place, not the base address; so a file may be put behind anything."""
    moved = bytes(512) + files.honest()
    assert len(of(TensorDecl, moved)) == 2
    assert [fact.where for fact in of(TrailingData, moved)] == ["prefix"]


def test_a_storage_driver_is_a_gap() -> None:
    content = files.honest()
    place = content.index(struct.pack("<Q", len(content)), 24) + 8
    (gap,) = of(Gap, patched(content, place, "<Q", 96))
    assert "driver" in gap.reason


@pytest.mark.libraries
@pytest.mark.parametrize("libver", ["earliest", "v108", "latest"])
def test_every_version_of_the_library(libver: str, tmp_path: Any) -> None:
    import h5py

    path = tmp_path / "model.h5"
    with h5py.File(path, "w", libver=libver, userblock_size=2048) as file:
        file["x"] = [1, 2]
    image, block = superblock.read(BytesSource(path.read_bytes()))
    assert image.base == 2048
    assert block.end == path.stat().st_size
    assert block.version == {"earliest": 0, "v108": 2, "latest": 3}[libver]
