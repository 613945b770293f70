"""``weighbridge convert``: the jail plans, the words say what was dropped, exit codes say whether it is done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders.pickles import hostile_calls
from tests.builders.torch_legacy import legacy
from tests.builders.torches import TENSORS, Tensor, zip_checkpoint
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
        (["model.pt", "lying.pt", "--into", "one.safetensors"], "names one file"),
        (["--check", "model.pt"], "compares two files"),
        (["model.pt", "--into", "text.pt/below"], "cannot write to"),
    ],
)
def test_what_cannot_be_done_is_an_error_that_leaves_nothing(
    words: list[str], complaint: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "model.pt").write_bytes(zip_checkpoint())
    (here / "lying.pt").write_bytes(zip_checkpoint([Tensor(name="w", shape=(4,), stride=(9,))]))
    (here / "text.pt").write_bytes(b"INERT")
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
