"""Each polyglot is really two formats: both readers find their part."""

from __future__ import annotations

import gzip
import io
import pickletools
import tarfile
import zipfile
from collections.abc import Callable

import pytest

from tests.builders import natives, pickles, polyglots

HIDDEN = b"HIDDEN"


def _zip(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    "build",
    [
        polyglots.script_then_zip,
        polyglots.safetensors_then_zip,
        polyglots.npy_then_zip,
        polyglots.gzip_then_zip,
        polyglots.tar_then_zip,
    ],
    ids=lambda build: build.__name__,
)
def test_readers_from_the_end_find_the_zip(build: Callable[[bytes], bytes]) -> None:
    assert HIDDEN in _zip(build(HIDDEN)).values()


def test_pickle_then_zip() -> None:
    data = polyglots.pickle_then_zip()
    assert [info.name for info, _, _ in pickletools.genops(data)][-2:] == ["REDUCE", "STOP"]
    assert _zip(data)["archive/data.pkl"] == pickles.plain_data(2)


def test_stub_then_zip() -> None:
    data = polyglots.stub_then_zip(hidden=HIDDEN)
    assert data.startswith(natives.pe())
    assert _zip(data) == {"archive/data.pkl": HIDDEN}


def test_archives_in_a_row() -> None:
    assert _zip(polyglots.two_zips(HIDDEN, b"second")) == {"b.pkl": b"second"}
    assert polyglots.torch_then_pickle(HIDDEN).endswith(HIDDEN)
    assert "archive/data.pkl" in _zip(polyglots.torch_then_pickle(HIDDEN))


def test_start_of_gzip_and_tar() -> None:
    with gzip.GzipFile(fileobj=io.BytesIO(polyglots.gzip_then_zip(HIDDEN))) as stream:
        assert stream.read(len(pickles.plain_data())) == pickles.plain_data()
    with tarfile.open(fileobj=io.BytesIO(polyglots.tar_then_zip(HIDDEN))) as archive:
        assert archive.getnames() == ["readme.txt"]


def test_a_tar_whose_first_name_is_a_pickle() -> None:
    data = polyglots.tar_named_pickle()
    assert [info.name for info, _, _ in pickletools.genops(data)][-2:] == ["REDUCE", "STOP"]
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert archive.getnames() == [pickles.posix_system(0).decode()]


def test_pickle_then_text() -> None:
    data = polyglots.pickle_then_text()
    assert [info.name for info, _, _ in pickletools.genops(data)][-1] == "STOP"
    assert data.endswith(b"INERT\n")


@pytest.mark.libraries
def test_safetensors_parts_open() -> None:
    load = pytest.importorskip("safetensors").deserialize
    members = dict(load(polyglots.safetensors_holding_zip(HIDDEN)))
    assert _zip(bytes(members["blob"]["data"])) == {"data.pkl": HIDDEN}
    assert _zip(polyglots.safetensors_holding_zip(HIDDEN)) == {"data.pkl": HIDDEN}
    assert len(load(polyglots.pickle_in_metadata())) == 2
