"""``weighbridge convert``: the jail plans, the words say what was dropped, exit codes say whether it is done."""

from __future__ import annotations

import bz2
import gzip
import json
import pickle
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.builders import hdf5_files
from tests.builders.numpys import header, npy
from tests.builders.pickles import dumps, hostile_calls
from tests.builders.torch_legacy import legacy, tarred
from tests.builders.torches import TENSORS, Tensor, state_dict_pickle, zip_checkpoint, zip_records
from tests.builders.zips import DEFLATE, Entry, archive
from weighbridge.cli.app import main
from weighbridge.cli.convert import _size
from weighbridge.core.errors import UsageError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_poisoned_file_gives_its_weights_and_its_payload_is_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "model.pt").write_bytes(zip_checkpoint(poisoned=hostile_calls.reduce_call()[:-1]))
    assert main(["scan", "model.pt", "--quiet"]) == 1
    capsys.readouterr()
    assert main(["convert", "model.pt"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"✓ CONVERTED: model.pt, {len(TENSORS)} tensors, ")
    assert "system at inert: an object; nothing is imported or called" in out
    assert err == ""
    assert main(["scan", "model.safetensors", "--quiet"]) == 0
    assert main(["convert", "--check", "model.pt", "model.safetensors"]) == 0


def test_json_and_a_place(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "old.pt").write_bytes(legacy())
    assert main(["convert", "old.pt", "--into", "out/new.safetensors", "--format", "json"]) == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["layout"] == "torch.legacy"
    assert [one["path"] for one in file["weights"]] == ["out/new.safetensors"]
    assert [one["name"] for one in file["tensors"]] == [one.name for one in TENSORS]
    assert sorted(one.name for one in (here / "out").iterdir()) == ["new.convert.json", "new.safetensors"]


def test_what_is_unpacked_in_the_jail_is_the_same_weights(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "plain.npz").write_bytes(archive(Entry(name="w.npy", data=npy())))
    (here / "packed.npz").write_bytes(archive(Entry(name="w.npy", data=npy(), method=DEFLATE)))
    (here / "packed.pkl").write_bytes(gzip.compress(pickle.dumps({"epoch": 3, "text": "INERT" * 99})))
    data = bytes(range(24))
    honest = hdf5_files.Chunk(origin=(0, 0), data=zlib.compress(data))
    (here / "m.h5").write_bytes(hdf5_files.in_chunks((2, 3), (2, 3), honest, filters=[(1, (6,))]))
    assert main(["convert", "packed.npz", "m.h5", "--into", "made"]) == 0
    assert main(["convert", "--check", "packed.npz", "plain.npz"]) == 0
    assert main(["convert", "--check", "made/packed.safetensors", "packed.npz"]) == 0
    assert main(["convert", "--check", "m.h5", "made/m.safetensors"]) == 0
    assert (here / "made" / "m.safetensors").read_bytes().endswith(data)
    record = json.loads((here / "made" / "m.convert.json").read_text())["predicate"]
    assert record["source"]["digest"] == {"sha256": sha256((here / "m.h5").read_bytes()).hexdigest()}
    assert record["source"]["layout"] == "hdf5"
    assert record["tensors"][0]["digest"] == {"sha256": sha256(data).hexdigest()}
    capsys.readouterr()
    assert main(["convert", "packed.pkl"]) == 2
    assert "no tensors that can be converted" in capsys.readouterr().err


@pytest.mark.parametrize(
    "make",
    [
        hdf5_files.shape_bomb, hdf5_files.many_bombs, hdf5_files.out_of_bounds, hdf5_files.cycle,
        hdf5_files.external_storage, hdf5_files.virtual_dataset, hdf5_files.unknown_filter,
        lambda: bz2.compress(bytes(100 << 20)),
    ],
)  # fmt: skip
def test_what_cannot_be_unpacked_leaves_nothing(
    make: Callable[[], bytes], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "m.h5").write_bytes(make())
    assert main(["convert", "m.h5"]) == 2
    assert capsys.readouterr().err.startswith("weighbridge: ")
    assert [one.name for one in here.iterdir()] == ["m.h5"]


def test_what_is_made_of_parts_is_told_and_other_layouts_are_the_same_weights(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "oldest.pt").write_bytes(tarred())
    records = zip_records(state_dict_pickle()).items()
    packed = [Entry(name=f"archive/{name}", data=data, method=DEFLATE) for name, data in records]
    (here / "packed.pt").write_bytes(archive(*packed))
    assert main(["convert", "--check", "oldest.pt", "packed.pt"]) == 0
    (here / "new.pt").write_bytes(zip_checkpoint())
    assert main(["convert", "--check", "packed.pt", "new.pt"]) == 0
    (here / "wide.npy").write_bytes(header("<c16", (2,)) + bytes(32))
    capsys.readouterr()
    assert main(["convert", "wide.npy"]) == 0
    assert "ENCODED, to be made again of parts:\n    tensor (complex): view_as_real" in capsys.readouterr().out
    assert main(["convert", "--check", "wide.npy", "wide.safetensors"]) == 0


def test_a_directory_is_left_when_there_is_something_in_it(here: Path) -> None:
    (here / "plain.pkl").write_bytes(dumps({"epoch": 3}))
    (here / "there").mkdir()
    assert main(["convert", "plain.pkl", "--into", "there"]) == 2
    assert (here / "there").is_dir()


def test_what_holds_no_tensor_is_not_the_same_weights(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = (2).to_bytes(8, "little") + b"{}"
    for path in (here / "a" / "model.safetensors", here / "b" / "model.safetensors"):
        path.parent.mkdir()
        path.write_bytes(empty)
    assert main(["convert", "--check", "a/model.safetensors", "b/model.safetensors"]) == 2
    assert "neither file holds a tensor" in capsys.readouterr().err
    for folder in "cd":
        (here / folder).mkdir()
    assert main(["convert", "--check", "c", "d"]) == 2
    assert "neither directory holds weights" in capsys.readouterr().err
    (here / "one.pt").write_bytes(zip_checkpoint([Tensor(name="w", shape=(4,), data=bytes(16))]))
    assert main(["convert", "--check", "a/model.safetensors", "one.pt"]) == 1
    assert main(["convert", "--check", "a", "b"]) == 2


def test_other_weights_exit_with_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.pt").write_bytes(zip_checkpoint([Tensor(name="w", shape=(4,), data=bytes(16))]))
    (here / "b.pt").write_bytes(zip_checkpoint([Tensor(name="w", shape=(4,), data=bytes(15) + b"\1")]))
    assert main(["convert", "--check", "a.pt", "b.pt"]) == 1
    assert capsys.readouterr().out == "✗ OTHER WEIGHTS: a.pt and b.pt\n  ✗ w: other values\n"
    assert main(["convert", "--check", "a.pt", "b.pt", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["differences"] == [{"name": "w", "detail": "other values"}]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["lying.pt"], "reaches byte"),
        (["absent.pt"], "no such file"),
        (["."], "a directory is converted by itself, into a new one"),
        (["text.pt"], "not of a kind that is converted"),
        (["model.pt", "--key", "absent"], "nothing at 'absent'"),
        (["model.pt", "--key", "k" * 70_000], "too long"),
        (["model.pt", "--max-shard-size", "huge"], "cannot be 'huge'"),
        (["model.pt", "model.pt"], "two results would go"),
        (["-"], "what comes from stdin has no name"),
        (["-", "--into", "somewhere"], "what comes from stdin has no name"),
        (["model.pt", "lying.pt", "--into", "one.safetensors"], "names one file"),
        (["--check", "model.pt"], "compares two files"),
        (["model.pt", "--into", "text.pt/below"], "cannot write to"),
        (["plain.pkl", "--into", "made/for/nothing"], "no tensors"),
        (["empty.pt"], "the file is empty"),
    ],
)
def test_what_cannot_be_done_is_an_error_that_leaves_nothing(
    words: list[str], complaint: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "model.pt").write_bytes(zip_checkpoint())
    (here / "lying.pt").write_bytes(zip_checkpoint([Tensor(name="w", shape=(4,), stride=(9,))]))
    (here / "text.pt").write_bytes(b"INERT")
    (here / "plain.pkl").write_bytes(dumps({"epoch": 3}))
    (here / "empty.pt").touch()
    before = sorted(here.iterdir())
    assert main(["convert", *words]) == 2
    assert complaint in capsys.readouterr().err
    assert sorted(here.iterdir()) == before


@pytest.mark.parametrize(("words", "size"), [("", 0), ("700", 700), ("2KiB", 2048), ("5GB", 5 * 10**9), ("1mb", 10**6)])
def test_sizes(words: str, size: int) -> None:
    assert _size(words) == size


@pytest.mark.parametrize("words", ["0", "GB", "-1", "1.5GB", "5XB", "٣"])
def test_what_is_no_size(words: str) -> None:
    with pytest.raises(UsageError):
        _size(words)


def test_a_refusal_cuts_long_names(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = header([("day", "<M8[D]")], (1,)) + bytes(8)
    (here / "odd.npz").write_bytes(archive(Entry(name=f"{'n' * 300}.npy", data=records)))
    assert main(["convert", "odd.npz"]) == 2
    told = capsys.readouterr().err.partition("\n")[0]
    assert told.startswith(f"weighbridge: tensors cannot be converted: {'n' * 79}…: an array of records")
