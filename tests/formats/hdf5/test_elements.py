"""Datatypes that h5py writes are the numbers that numpy says they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from weighbridge.core.source import BytesSource
from weighbridge.formats.hdf5 import header, superblock
from weighbridge.formats.hdf5.elements import Element, element

pytestmark = pytest.mark.libraries

NAMES = {
    "?": "bool", "i1": "int8", "u1": "uint8", "i2": "int16", "u2": "uint16", "i4": "int32", "u4": "uint32",
    "i8": "int64", "u8": "uint64", "f2": "float16", "f4": "float32", "f8": "float64",
    "c8": "complex64", "c16": "complex128",
}  # fmt: skip


def written(path: Path, dtype: object, version: str) -> Element:
    """The element of a dataset that h5py makes with a type of numpy's or its own."""
    import h5py

    with h5py.File(path, "w", libver=version) as file:
        made = file.create_dataset("w", (2,), dtype)
        address = h5py.h5o.get_info(made.id).addr
    image, _ = superblock.read(BytesSource(path.read_bytes()))
    (body,) = (one.body for one in header.messages(image, address) if one.kind == header.DATATYPE)
    return element(body)


@pytest.mark.parametrize("version", ["earliest", "latest"])
def test_every_type(version: str, tmp_path: Path) -> None:
    import h5py
    import numpy as np

    for code, name in NAMES.items():
        for order in "<>" if code[1:] not in {"", "1"} else "|":
            found = written(tmp_path / "m.h5", np.dtype(order + code), version)
            size = np.dtype(code).itemsize
            assert (found.dtype, found.size, found.swapped, found.what) == (name, size, order == ">", "")
            assert found.number == (size // 2 if code.startswith("c") else size)
    colours = h5py.enum_dtype({"RED": 0, "GREEN": 1}, basetype="i1")
    assert written(tmp_path / "m.h5", colours, version).dtype == "int8"
    turned = h5py.enum_dtype({"FALSE": 1, "TRUE": 0}, basetype="i1")
    assert written(tmp_path / "m.h5", turned, version).dtype == "int8"
    pair = np.dtype([("i", "f4"), ("r", "f4")])
    assert written(tmp_path / "m.h5", pair, version) == Element(
        dtype="", size=8, number=0, what="records", numeric=False
    )
