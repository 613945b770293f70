"""``weighbridge convert DIR``: all of a directory or nothing, and every file that is not as it was is told."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from tests.builders import safetensors_files as safetensors
from tests.builders.pickles import hostile_calls
from tests.builders.torches import Tensor, zip_checkpoint
from weighbridge.cli.app import main
from weighbridge.conversion.folders import place


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def holding(*names: str, last: int = 0) -> bytes:
    """A checkpoint of tensors of four numbers; ``last`` is the last byte of each."""
    return zip_checkpoint([Tensor(name=name, shape=(4,), data=bytes(15) + bytes((last,))) for name in names])


def safe(*names: str, last: int = 0) -> bytes:
    return safetensors.encode(
        [safetensors.Tensor(name=name, shape=(4,), data=bytes(15) + bytes((last,))) for name in names],
        metadata={"format": "pt", "note": "kept to the byte"},
    )


def index(**places: str) -> bytes:
    return json.dumps({"metadata": {"total_size": 1}, "weight_map": places}).encode()


def lay(files: Mapping[str, bytes], folder: str = "model") -> Path:
    for path, content in files.items():
        file = Path(folder, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return Path(folder)


def convert(*words: str) -> int:
    return main(["convert", "model", "--into", "out", *words])


def listing(folder: str = "out") -> set[str]:
    return {str(one.relative_to(folder)) for one in Path(folder).rglob("*") if one.is_file()}


PIPELINE = {
    "model_index.json": b'{"_class_name": "Pipeline"}',
    "unet/config.json": b'{"in_channels": 4}',
    "unet/diffusion_pytorch_model.bin": holding("conv.weight"),
    "vae/diffusion_pytorch_model.fp16.bin": holding("conv.weight", "conv.bias"),
    "text_encoder/pytorch_model.fp16-00001-of-00002.bin": holding("a"),
    "text_encoder/pytorch_model.fp16-00002-of-00002.bin": holding("b"),
    "text_encoder/pytorch_model.bin.index.fp16.json": index(
        a="pytorch_model.fp16-00001-of-00002.bin", b="pytorch_model.fp16-00002-of-00002.bin"
    ),
    "tokenizer/merges.txt": b"#version: 0.2\na b\n",
    "lora/pytorch_lora_weights.bin": holding("down", "up"),
}


def test_each_part_of_a_pipeline_gets_the_name_that_its_library_looks_for(capsys: pytest.CaptureFixture[str]) -> None:
    folder = lay(PIPELINE)
    assert convert("--format", "json") == 0
    (done,) = json.loads(capsys.readouterr().out)["directories"]
    assert listing() == {
        "model_index.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.fp16.safetensors",
        "text_encoder/model.fp16-00001-of-00002.safetensors",
        "text_encoder/model.fp16-00002-of-00002.safetensors",
        "text_encoder/model.safetensors.index.fp16.json",
        "tokenizer/merges.txt",
        "lora/pytorch_lora_weights.safetensors",
        "weighbridge.convert.json",
    }
    for path in ("model_index.json", "unet/config.json", "tokenizer/merges.txt"):
        assert Path("out", path).read_bytes() == (folder / path).read_bytes()
    new = json.loads(Path("out/text_encoder/model.safetensors.index.fp16.json").read_text())
    assert new["weight_map"] == {
        "a": "model.fp16-00001-of-00002.safetensors", "b": "model.fp16-00002-of-00002.safetensors"
    }  # fmt: skip
    record = json.loads(Path("out/weighbridge.convert.json").read_text())
    assert {one["name"]: one["digest"]["sha256"] for one in record["subject"]} == {
        path: sha256(Path("out", path).read_bytes()).hexdigest() for path in listing() - {"weighbridge.convert.json"}
    }
    assert [one["name"] for one in done["models"]] == [one["name"] for one in record["predicate"]["models"]]
    assert main(["scan", "out", "--quiet"]) == 0


def test_what_may_run_stays_out_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    lay({
        "pytorch_model.bin": zip_checkpoint(poisoned=hostile_calls.reduce_call()[:-1]),
        "training_args.bin": holding("w"),
        "optimizer.pt": holding("w"),
        "notes.pkl": hostile_calls.reduce_call(),
        "run.sh": b"#!/bin/sh\necho INERT\n",
        "library.so": b"\x7fELF\2\1\1" + bytes(200),
        "blob.dat": bytes(range(256)),
        "modeling_new.py": b"import torch\n",
        ".git/config": b"[core]\n",
        ".cache/huggingface/download/x.metadata": b"x",
        "README.md": b"# Words\n",
        "empty.txt": b"",
    })  # fmt: skip
    assert convert() == 0
    out = capsys.readouterr().out
    assert listing() == {
        "model.safetensors", "modeling_new.py", "README.md", "empty.txt", "weighbridge.convert.json"
    }  # fmt: skip
    left = json.loads(Path("out/weighbridge.convert.json").read_text())["predicate"]["leftOut"]
    assert left.keys() == {
        "training_args.bin", "optimizer.pt", "notes.pkl", "run.sh", "library.so", "blob.dat", ".git",
        ".cache/huggingface",
    }  # fmt: skip
    assert "modeling_new.py: code, copied as it is" in out
    assert "system at inert: an object" in out
    assert max(map(len, out.splitlines())) <= 80
    assert not Path("out.part").exists()


def test_safetensors_are_copied_to_the_byte_and_divided_only_when_asked() -> None:
    folder = lay({
        "model-00001-of-00002.safetensors": safe("a", "b"),
        "model-00002-of-00002.safetensors": safe("c"),
        "model.safetensors.index.json": index(
            a="model-00001-of-00002.safetensors", b="model-00001-of-00002.safetensors",
            c="model-00002-of-00002.safetensors",
        ),
    })  # fmt: skip
    before = listing("model")
    assert convert() == 0
    assert listing() == before | {"weighbridge.convert.json"}
    assert all(Path("out", one).read_bytes() == (folder / one).read_bytes() for one in before)
    assert main(["convert", "model", "--into", "whole", "--max-shard-size", "1GB"]) == 0
    assert listing("whole") == {"model.safetensors", "weighbridge.convert.json"}
    assert main(["convert", "whole", "--into", "many", "--max-shard-size", "16"]) == 0
    assert len(listing("many")) == 5
    for one in ("out", "whole", "many"):
        assert main(["convert", "--check", "model", one]) == 0


def test_equal_twins_are_one_and_the_second_name_of_tied_weights_may_be_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = lay({"pytorch_model.bin": holding("a", "tied"), "model.safetensors": safe("a")})
    assert convert() == 0
    assert Path("out/model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()
    assert "pytorch_model.bin: the same weights as model.safetensors" in capsys.readouterr().out


def test_twins_that_differ_end_it_until_one_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    lay({"pytorch_model.bin": holding("a"), "model.safetensors": safe("a", last=1)})
    assert convert() == 1
    assert "'model.safetensors' and 'pytorch_model.bin' are for one place and hold other weights: a: other values" in (
        capsys.readouterr().err
    )
    assert not Path("out").exists()
    assert convert("--keep", "pickle") == 0
    assert "model.safetensors: other weights than pytorch_model.bin" in capsys.readouterr().out
    assert Path("out/model.safetensors").read_bytes().endswith(bytes(16))
    assert main(["convert", "model", "--into", "two", "--keep", "safetensors"]) == 0
    assert Path("two/model.safetensors").read_bytes() == safe("a", last=1)


A, B = "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"
INDEX = "pytorch_model.bin.index.json"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1\n"


@pytest.mark.parametrize(
    ("files", "code", "complaint"),
    [
        ({A: holding("a"), B: holding("b", "c"), INDEX: index(a=A, b=A, c=B)}, 1, "'b' is not in"),
        ({A: holding("a"), B: holding("b"), INDEX: index(a=A, b=B, c=B)}, 1, "'c' is in no shard"),
        ({A: holding("a"), B: holding("a", "b"), INDEX: index(a=A, b=B)}, 1, "'a' is in"),
        ({A: holding("a", "x"), B: holding("b"), INDEX: index(a=A, b=B)}, 1, "'x' is in"),
        ({A: holding("a"), INDEX: index(a=A, b=B)}, 1, "is not there or holds no tensors"),
        ({A: holding("a"), INDEX: index(a=A, b="../secret.bin")}, 1, "names what is no file beside it"),
        ({A: holding("a"), INDEX: b'{"weight_map": {"a": "' + A.encode() + b'", "a": "b"}}'}, 1, "read differently"),
        ({A: holding("a"), INDEX: b"INERT"}, 1, "is no index"),
        ({A: holding("a")}, 1, "they are not complete"),
        ({A: holding("a"), B: holding("a")}, 1, "hold a name twice"),
        ({"a.pt": holding("a"), "a.pth": holding("b")}, 1, "are for one place"),
        ({"pytorch_model.bin": holding("a")[:-9]}, 2, "cannot be converted"),
        ({"README.md": b"# Words\n"}, 2, "holds no weights"),
        ({"pytorch_model.bin": POINTER}, 2, "a pointer of git-lfs"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused_and_leaves_nothing(
    files: dict[str, bytes], code: int, complaint: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay(files)
    assert convert() == code
    assert complaint in capsys.readouterr().err
    assert os.listdir(here) == ["model"]


def test_links_out_of_the_directory_are_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = lay({"pytorch_model.bin": holding("a")})
    (here / "secret.txt").write_text("INERT")
    (folder / "README.md").symlink_to("../secret.txt")
    assert convert() == 2
    assert "a link that leads out of the directory" in capsys.readouterr().err
    (folder / "README.md").unlink()
    (folder / "link").symlink_to(here)
    assert convert() == 2
    (folder / "link").unlink()
    (folder / "again.bin").symlink_to("pytorch_model.bin")
    assert convert() == 0
    assert not any(one.is_symlink() for one in Path("out").iterdir())


def test_a_lookalike_of_a_cache_does_not_open_other_places(here: Path) -> None:
    (here / "x/blobs").mkdir(parents=True)
    (here / "x/secret").write_text("INERT")
    folder = lay({"pytorch_model.bin": holding("a")}, "x/snapshots/main")
    (folder / "README.md").symlink_to("../../secret")
    assert main(["convert", str(folder), "--into", "out"]) == 2
    (folder / "README.md").unlink()
    (here / "x/blobs/1").write_text("# Words\n")
    (folder / "README.md").symlink_to("../../blobs/1")
    assert main(["convert", str(folder), "--into", "out"]) == 0
    assert Path("out/README.md").read_text() == "# Words\n"


def test_a_failure_at_the_last_moment_leaves_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay({"pytorch_model.bin": holding("a"), "README.md": b"# Words\n"})

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place.os, "rename", fails)
    assert convert() == 2
    assert os.listdir(here) == ["model"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["model"], "by itself, into a new one"),
        (["model", "model", "--into", "out"], "by itself, into a new one"),
        (["model", "--into", "out.safetensors"], "by itself, into a new one"),
        (["model", "--into", "taken"], "is there already"),
        (["model", "--into", "model/out"], "in the directory itself"),
        (["model", "--into", "out", "--key", "x"], "--key is for one file"),
        (["--check", "model", "model/pytorch_model.bin"], "two files or two directories"),
    ],
)
def test_what_cannot_be_asked(words: list[str], complaint: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay({"pytorch_model.bin": holding("a")})
    (here / "taken").mkdir()
    assert main(["convert", *words]) == 2
    assert complaint in capsys.readouterr().err
    assert sorted(os.listdir(here)) == ["model", "taken"]
    assert os.listdir("model") == ["pytorch_model.bin"]


def test_other_directories_are_told_by_place(capsys: pytest.CaptureFixture[str]) -> None:
    lay({"pytorch_model.bin": holding("a"), "vae/x.pt": holding("v")})
    lay({"model.safetensors": safe("a", last=1)}, "other")
    assert main(["convert", "--check", "model", "other"]) == 1
    assert capsys.readouterr().out == (
        "✗ OTHER WEIGHTS: model and other\n"
        "  ✗ pytorch_model.bin: a: other values\n"
        "  ✗ vae/x.pt: only in the first directory\n"
    )


def test_many_names_for_one_tensor_do_not_fill_the_disk(capsys: pytest.CaptureFixture[str]) -> None:
    data = bytes(1 << 20)
    shape = (len(data) // 4,)
    first = Tensor(name="t", shape=shape, data=data)
    again = [Tensor(name=f"t{at}", shape=shape, data=b"", key="0") for at in range(100)]
    lay({"pytorch_model.bin": zip_checkpoint([first, *again])})
    assert convert() == 2
    assert "times the file" in capsys.readouterr().err
