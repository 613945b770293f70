"""Honest joblib files load; in hostile ones the payload stands where its name says. They are never loaded."""

from __future__ import annotations

import io
import pickletools
from pathlib import Path

import pytest

from tests.builders import joblibs, numpys, pickles
from tests.builders.joblibs import InlineArray

PAYLOAD = pickles.call("posix", "system", "echo INERT")
FIRST = InlineArray().inline(0)[-16:]  # the elements of the default array


def test_the_payload_stands_where_the_name_says() -> None:
    before, after, between = (joblibs.poisoned(place=place) for place in ("before", "after", "between"))
    assert before.index(PAYLOAD) < before.index(FIRST)
    assert after.index(PAYLOAD) > after.index(FIRST)
    assert between.index(FIRST) < between.index(PAYLOAD) < between.rindex(b"\xff" * 2)


def test_pickletools_loses_its_way_in_the_array() -> None:
    with pytest.raises(ValueError, match="opcode"):
        list(pickletools.genops(joblibs.honest()))


def test_arrays_are_aligned() -> None:
    data = joblibs.dump(InlineArray(shape=(3,), contents=b"ELEMENTS-123"))
    assert data.index(b"ELEMENTS-123") % 16 == 0
    unaligned = joblibs.dump(InlineArray(shape=(3,), contents=b"ELEMENTS-123", alignment=None))
    assert b"numpy_array_alignment_bytes" not in unaligned
    assert unaligned.endswith(b"bELEMENTS-123.")


def test_false_paddings_and_claims() -> None:
    assert b"b\x03\xff\xff\xff" in joblibs.dump(InlineArray(padding=3))
    assert pickles.op.LONG1(1 << 40) in joblibs.shape_bomb()
    hidden = joblibs.short_claim()
    assert bytes(4) + PAYLOAD in hidden


def test_nested_pickles_follow_the_wrapper() -> None:
    data = joblibs.poisoned_objects()
    wrapper, _, nested = data.partition(b"ub\x80\x05")
    assert b"NumpyArrayWrapper" in wrapper
    assert PAYLOAD in nested


def test_older_forms() -> None:
    zipped = joblibs.zfile(b"x" * 1000)
    assert zipped.startswith(b"ZF0x3e8")
    assert len(zipped.split(b"x\x9c")[0]) == 21
    files = joblibs.sidecars(sidecar="../inert.npy")
    assert list(files) == ["model.pkl", "model.pkl_01.npy"]
    assert b"../inert.npy" in files["model.pkl"]


@pytest.mark.libraries
@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("alignment", [16, None])
def test_honest_files_load(protocol: int, alignment: int | None) -> None:
    joblib = pytest.importorskip("joblib")
    loaded = joblib.load(io.BytesIO(joblibs.honest(protocol, alignment=alignment)))
    assert loaded["coef"]["weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert loaded["coef"]["bias"].tolist() == [0, 1, 2]
    assert (loaded["classes"], loaded["n_iter"]) == (["a", "b"], 7)


@pytest.mark.libraries
def test_object_arrays_and_look_alikes_load() -> None:
    joblib = pytest.importorskip("joblib")
    assert joblib.load(io.BytesIO(joblibs.object_array()))["names"].tolist() == ["a", "b"]
    lookalike = joblib.load(io.BytesIO(joblibs.opcodes_in_array()))["weight"]
    assert PAYLOAD in lookalike.tobytes()


@pytest.mark.libraries
@pytest.mark.parametrize("codec", ["zlib", "gz", "bz2", "xz", "lzma", "lz4"])
def test_compressed_files_load(codec: str, tmp_path: Path) -> None:
    joblib = pytest.importorskip("joblib")
    path = tmp_path / "model.joblib"
    path.write_bytes(joblibs.compressed(joblibs.honest(), codec))
    assert joblib.load(path)["n_iter"] == 7


@pytest.mark.libraries
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_forms_load(tmp_path: Path) -> None:
    joblib = pytest.importorskip("joblib")
    for name, content in joblibs.sidecars().items():
        (tmp_path / name).write_bytes(content)
    assert joblib.load(tmp_path / "model.pkl")["weight"].tolist() == [0, 1, 2, 3]
    (tmp_path / "old.pkl").write_bytes(joblibs.zfile(pickles.plain_data(2)))
    assert joblib.load(tmp_path / "old.pkl") == pickles.PLAIN


@pytest.mark.libraries
def test_the_sidecar_is_an_honest_array() -> None:
    numpy = pytest.importorskip("numpy")
    assert numpy.load(io.BytesIO(joblibs.sidecars()["model.pkl_01.npy"])).tolist() == [0, 1, 2, 3]
    assert joblibs.sidecars(array=numpys.poisoned_npy())["model.pkl_01.npy"] == numpys.poisoned_npy()
