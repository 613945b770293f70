"""Honest arrays load with NumPy; hostile headers and object arrays are only looked at."""

from __future__ import annotations

import io
import struct
import tokenize

import pytest

from tests.builders import numpys, pickles, zips

VERSIONS = (1, 2, 3)


@pytest.mark.parametrize("version", VERSIONS)
def test_data_is_aligned_and_lengths_are_true(version: int) -> None:
    header = numpys.header(version=version)
    width = 2 if version == 1 else 4
    length = int.from_bytes(header[8 : 8 + width], "little")
    assert header.startswith(b"\x93NUMPY" + bytes([version, 0]))
    assert len(header) % 64 == 0
    assert len(header) == 8 + width + length
    assert header.endswith(b"\n")


def test_hostile_headers_are_text_only() -> None:
    for text in numpys.HOSTILE_HEADERS:
        assert text in numpys.hostile_header(text)
    assert struct.unpack("<H", numpys.false_length()[8:10]) == (0xFFFF,)
    assert b"(1099511627776, 1048576)" in numpys.shape_bomb()
    assert numpys.trailing(b"HIDDEN") == numpys.npy() + b"HIDDEN"


def test_object_arrays_hold_the_pickle() -> None:
    payload = pickles.call("posix", "system", "echo INERT")
    assert numpys.poisoned_npy().endswith(payload + b".")
    assert b"|O" in numpys.hidden_objects(b"N.")
    assert payload in numpys.poisoned_npz()


@pytest.mark.libraries
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_honest_arrays_load(version: int) -> None:
    numpy = pytest.importorskip("numpy")
    for kind in ("f4", "f8", "i4", "i8", "u1"):
        loaded = numpy.load(io.BytesIO(numpys.npy((2, 3), kind, version=version)), allow_pickle=False)
        assert loaded.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert numpy.load(io.BytesIO(numpys.npy(fortran=True, version=version))).shape == (2, 3)
    assert numpy.load(io.BytesIO(numpys.structured(version=version))).tolist() == [(1, 2), (3, 4)]
    objects = numpy.load(io.BytesIO(numpys.object_npy(version=version)), allow_pickle=True)
    assert objects.tolist() == ["a", "b"]


@pytest.mark.libraries
@pytest.mark.parametrize("method", [zips.STORED, zips.DEFLATE])
def test_honest_archives_load(method: int) -> None:
    numpy = pytest.importorskip("numpy")
    loaded = numpy.load(io.BytesIO(numpys.npz(method=method)))
    assert loaded["bias"].tolist() == [0, 1, 2]
    bare = numpy.load(io.BytesIO(numpys.npz({"weight": numpys.npy()})))
    assert bare["weight"].shape == (2, 3)


@pytest.mark.libraries
def test_numpy_refuses_the_hostile_headers() -> None:
    """With pickles forbidden, so that nothing but the header is read."""
    numpy = pytest.importorskip("numpy")
    for text in numpys.HOSTILE_HEADERS:
        if text.startswith(b"{'descr': '<f4', 'descr'"):
            continue  # read as an object array: the last description counts
        with pytest.raises((ValueError, TypeError, MemoryError, RecursionError, tokenize.TokenError)):
            numpy.load(io.BytesIO(numpys.hostile_header(text)), allow_pickle=False)
