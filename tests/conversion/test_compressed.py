"""Compressed files of numpy and joblib: what the libraries load is converted; broken ones and bombs are refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pickle
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from tests.builders.numpys import npy
from tests.builders.zips import DEFLATE, Claims, Entry, archive
from weighbridge.conversion.convert import Target, convert, digest_of
from weighbridge.conversion.plan import Plan
from weighbridge.conversion.planning import plan_of
from weighbridge.conversion.sources import RangeSource
from weighbridge.conversion.unpacked import Unpacked
from weighbridge.core.errors import Malformed, OverLimit, UsageError
from weighbridge.core.source import BytesSource
from weighbridge.engine.files import OpenFile


@pytest.fixture
def descriptor() -> Iterator[int]:
    with TemporaryFile(buffering=0) as file:
        yield file.fileno()


def planned(content: bytes, descriptor: int) -> Plan:
    return plan_of(BytesSource(content), "", Unpacked(len(content), descriptor))


def arrays() -> dict[str, Any]:
    import numpy as np

    made = np.random.default_rng(7)
    return {
        "w": made.normal(size=(70, 50)).astype("f4"), "fortran": np.asfortranarray(made.normal(size=(9, 4))),
        "whole": np.arange(500, dtype="i8"), "half": np.ones(3, "f2"), "empty": np.zeros((0, 3), "u1"),
    }  # fmt: skip


def check(path: Path, wanted: dict[str, Any], layout: str) -> None:
    """Convert by the public way and hold every array against the original."""
    from safetensors.numpy import load_file

    with path.open("rb") as opened, TemporaryFile(buffering=0) as beside:
        file = OpenFile(opened.fileno())
        plan = plan_of(file, "", Unpacked(file.size, beside.fileno()))
        assert plan.layout == layout
        assert all(one.unpacked for one in plan.tensors)
        target = Target(stem=str(path.with_suffix("")))
        made = convert(file, str(path), plan, target, lambda _: None, unpacked=beside.fileno())
        source = RangeSource(opened.fileno(), beside.fileno())
        assert dict(made.tensors) == {one.name: digest_of(source, one) for one in plan.tensors}
    found = load_file(made.weights[0].path)
    assert found.keys() == wanted.keys()
    for name, one in wanted.items():
        assert (found[name].dtype, found[name].shape) == (one.dtype, one.shape)
        assert found[name].tobytes() == one.tobytes(), name


@pytest.mark.libraries
@pytest.mark.parametrize(
    ("method", "kind"),
    [("zlib", "zlib"), ("gzip", "gzip"), ("bz2", "bzip2"), ("lzma", "lzma"), ("xz", "xz"), ("lz4", "lz4")],
)
def test_what_joblib_compressed(method: str, kind: str, tmp_path: Path) -> None:
    import joblib

    path = tmp_path / "model.joblib"
    joblib.dump(arrays(), path, compress=(method, 3))
    check(path, arrays(), f"joblib.{kind}")


@pytest.mark.libraries
def test_what_numpy_compressed(tmp_path: Path) -> None:
    import numpy as np

    path = tmp_path / "model.npz"
    np.savez_compressed(path, **arrays())
    check(path, arrays(), "numpy.npz")


@pytest.mark.libraries
def test_a_pickle_and_an_array_in_gzip(tmp_path: Path) -> None:
    import numpy as np

    path = tmp_path / "model.pkl"
    path.write_bytes(gzip.compress(pickle.dumps(arrays(), protocol=4)))
    check(path, arrays(), "pickle.gzip")
    made = io.BytesIO()
    np.save(made, arrays()["w"])
    path = tmp_path / "one.npy"
    path.write_bytes(lzma.compress(made.getvalue()))
    check(path, {"tensor": arrays()["w"]}, "numpy.npy.xz")


def test_the_older_container_of_joblib(descriptor: int) -> None:
    inner = zlib.compress(pickle.dumps({"epoch": 3}))
    plan = planned(b"ZF" + hex(100).encode().ljust(19) + inner, descriptor)
    assert (plan.layout, plan.plain) == ("pickle.zfile", '{\n "epoch": 3\n}')


HONEST = pickle.dumps({"epoch": 3, "note": "INERT" * 40}, protocol=4)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bz2.compress, lzma.compress])
def test_a_broken_stream_is_refused_wherever_it_breaks(pack: Any, descriptor: int) -> None:
    content = pack(HONEST)
    assert planned(content, descriptor).plain
    for at in range(len(content) // 2, len(content)):
        with pytest.raises((Malformed, UsageError)):
            planned(content[:at], descriptor)
    with pytest.raises(Malformed):
        planned(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:], descriptor)


def test_bytes_behind_a_stream_are_told(descriptor: int) -> None:
    (told,) = planned(zlib.compress(HONEST) + b"INERT", descriptor).dropped
    assert told.what == "5 bytes"


def test_a_stream_of_something_else_is_refused(descriptor: int) -> None:
    for inner in (b"INERT" * 100, gzip.compress(HONEST)):
        with pytest.raises(UsageError, match=r"compressed \(gzip\)"):
            planned(gzip.compress(inner), descriptor)


def test_a_bomb_is_refused(descriptor: int) -> None:
    with pytest.raises(OverLimit, match="times what is stored"):
        planned(bz2.compress(bytes(100 << 20)), descriptor)
    assert os.fstat(descriptor).st_size <= 64 << 20


@pytest.mark.parametrize("lie", [{"size": 9}, {"crc": 9}])
def test_a_member_that_is_not_what_its_header_says(lie: dict[str, int], descriptor: int) -> None:
    honest = Entry(name="w.npy", data=npy((40, 40)), method=DEFLATE)
    assert planned(archive(honest), descriptor).tensors[0].unpacked
    lying = replace(honest, local=Claims(**lie), central=Claims(**lie))
    with pytest.raises(Malformed, match="not what its header says"):
        planned(archive(lying), descriptor)
    with pytest.raises(Malformed, match="cannot be decompressed: encrypted"):
        planned(archive(replace(honest, flags=1)), descriptor)
