"""Models that a project's source names: literals, with their place and pin."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from weighbridge.provenance.lock.project import NamedModel, Unparsed, find

COMMIT = "a" * 40


def _found(tmp_path: Path, source: str) -> list[NamedModel]:
    (tmp_path / "app.py").write_text(source)
    return [one for one in find(str(tmp_path)) if isinstance(one, NamedModel)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("AutoModel.from_pretrained('org/name')", "hf://org/name"),
        ("m.from_pretrained(pretrained_model_name_or_path='org/name', revision='v1')", "hf://org/name@v1"),
        ("NAME = 'org/name'\nAutoModel.from_pretrained(NAME)", "hf://org/name"),
        ("hf_hub_download('org/name', 'a.bin', revision=REV)\nREV = 'main'", "hf://org/name@main"),
        ("snapshot_download(repo_id='org/data', repo_type='dataset')", "hf://datasets/org/data"),
        ("load_dataset('org/data')", "hf://datasets/org/data"),
        ("SentenceTransformer('org/name')", "hf://org/name"),
        ("pipeline('text-generation', model='org/name')", "hf://org/name"),
        ("pipeline('text-generation', 'org/name')", "hf://org/name"),
    ],
)
def test_literals_and_constants_are_found(tmp_path: Path, source: str, expected: str) -> None:
    (one,) = _found(tmp_path, source)
    assert str(one.ref) == expected


@pytest.mark.parametrize(
    "source",
    [
        "AutoModel.from_pretrained('./local')", "AutoModel.from_pretrained('bert')", "AutoModel.from_pretrained(path)",
        "AutoModel.from_pretrained('a/b/c')", "AutoModel.from_pretrained('../x')", "x = 'org/name'",
        "NAME = 'org/name'\nNAME = other()\nAutoModel.from_pretrained(NAME)", "open('org/name')",
    ],
)  # fmt: skip
def test_what_is_no_repository_or_not_known_is_left_alone(tmp_path: Path, source: str) -> None:
    assert _found(tmp_path, source) == []


def test_place_pin_and_remote_code_are_told(tmp_path: Path) -> None:
    source = f"\n\nm = A.from_pretrained('org/name', revision='{COMMIT}', trust_remote_code=True)\n"
    (one,) = _found(tmp_path, source)
    assert (one.line, one.pinned, one.remote_code) == (3, True, True)
    assert one.file.endswith("app.py")


def test_what_cannot_be_read_is_said_and_packages_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def (")
    (tmp_path / "zero.py").write_bytes(b"a = 1\0")
    (tmp_path / "deep.py").write_text("(" * 5_000)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "lib.py").write_text("A.from_pretrained('org/name')")
    found = list(find(str(tmp_path)))
    assert all(isinstance(one, Unparsed) for one in found)
    assert len(found) == 3


def test_a_directory_by_the_name_of_a_repository_is_what_loaders_take(tmp_path: Path) -> None:
    (tmp_path / "models" / "bert").mkdir(parents=True)
    (tmp_path / "app.py").write_text("A.from_pretrained('models/bert')\nA.from_pretrained('org/bert')")
    local, named = find(str(tmp_path))
    assert isinstance(local, Unparsed)
    assert (local.file, "'models/bert' is a directory here" in local.reason) == (f"{tmp_path}/app.py:1", True)
    assert isinstance(named, NamedModel)
    assert str(named.ref) == "hf://org/bert"


def test_pipes_are_not_waited_for_and_closed_directories_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "closed").mkdir()
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert list(find(str(tmp_path))) == [
        Unparsed(file=f"{tmp_path}/pipe.py", reason="it is no regular file"),
        Unparsed(file=f"{tmp_path}/closed", reason="permission denied"),
    ]
