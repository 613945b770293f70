"""Copies that `huggingface_hub` made in a directory of the user's choice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.stores import COMMIT, OTHER, git_blob, sha256
from weighbridge.access.local_stores import listings
from weighbridge.core.artifact import ABSENT, Listing

FILES = {"config.json": b"{}", "sub/model.bin": b"weights"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    place = tmp_path / ".cache" / "huggingface"
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
        note(tmp_path, path, COMMIT, sha256(content) if path.endswith(".bin") else git_blob(content))
        (place / "download" / f"{path}.lock").touch()
    (place / ".gitignore").write_text("*")
    return tmp_path


def note(root: Path, path: str, commit: str, etag: str) -> None:
    place = root / ".cache" / "huggingface" / "download" / f"{path}.metadata"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"{commit}\n{etag}\n1712656091.123\n")


def one(path: Path) -> Listing:
    (found,) = listings(str(path))
    return found


def test_files_are_claimed_and_the_clients_notes_are_no_files(copy: Path) -> None:
    found = one(copy)
    assert (found.kind, found.resolved, found.troubles, found.extras) == ("hf", COMMIT, (), ())
    assert [(file.path, file.sha256, file.git) for file in found.files] == [
        ("config.json", "", git_blob(b"{}")), ("sub/model.bin", sha256(b"weights"), ""),
    ]  # fmt: skip


def test_what_was_not_downloaded_is_an_extra_wherever_it_lies(copy: Path) -> None:
    for path in ("evil.py", ".cache/huggingface/evil.py", ".cache/huggingface/download/x.lock", ".git/config"):
        (copy / path).parent.mkdir(exist_ok=True)
        (copy / path).write_bytes(b"import absent_module")
    (copy / ".cache" / "huggingface" / ".gitignore").write_bytes(b"#" * 100)
    assert [file.path for file in one(copy).extras] == [
        ".cache/huggingface/.gitignore", ".cache/huggingface/download/x.lock", ".cache/huggingface/evil.py",
        ".git/config", "evil.py",
    ]  # fmt: skip


def test_files_of_two_commits_are_told(copy: Path) -> None:
    note(copy, "config.json", OTHER, git_blob(b"{}"))
    found = one(copy)
    assert found.resolved == ""
    assert [trouble.startswith("the files come from 2 commits") for trouble in found.troubles] == [True]


@pytest.mark.parametrize("content", ["", "\n\n\n", "no commit\netag\n1\n", "1" * 5_000])
def test_a_note_that_says_nothing_is_a_trouble_and_its_file_an_extra(copy: Path, content: str) -> None:
    (copy / ".cache" / "huggingface" / "download" / "config.json.metadata").write_text(content)
    found = one(copy)
    assert len(found.troubles) == 1
    assert [file.path for file in found.extras] == [
        ".cache/huggingface/download/config.json.metadata", "config.json",
    ]  # fmt: skip


def test_a_missing_file_and_a_link_in_place_of_one(copy: Path) -> None:
    (copy / "config.json").unlink()
    (copy / "sub" / "model.bin").rename(copy / "sub" / "moved")
    (copy / "sub" / "model.bin").symlink_to("moved")
    found = {file.path: file for file in one(copy).files}
    assert found["config.json"].trouble == ABSENT
    assert found["sub/model.bin"].trouble == "a symbolic link to moved"
