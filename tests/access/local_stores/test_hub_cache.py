"""Hugging Face caches: every promise is held against the others, and nothing that lies there is passed over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.builders.stores import COMMIT, OTHER, git_blob, hub_repository, read_tree, sha256, write_tree
from weighbridge.access.local_stores import listings
from weighbridge.core.artifact import ABSENT, ListedFile, Listing

FILES = {"config.json": b"{}", "model.safetensors": b"weights" * 10, "sub/tokenizer.json": b"[1]"}


def one(path: Path) -> Listing:
    (found,) = listings(str(path))
    return found


def by_path(files: tuple[ListedFile, ...]) -> dict[str, ListedFile]:
    return {file.path: file for file in files}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return hub_repository(tmp_path / "hub", FILES)


@pytest.mark.parametrize("below", [".", "models--org--name", f"models--org--name/snapshots/{COMMIT}"])
def test_an_honest_cache_is_listed_from_its_root_its_repository_and_its_snapshot(folder: Path, below: str) -> None:
    found = one(folder.parent / below)
    assert (found.kind, str(found.ref), found.resolved) == ("hf", f"hf://org/name@{COMMIT}", COMMIT)
    assert found.names == (("main", COMMIT),)
    assert not found.troubles
    assert not found.extras
    assert [file.path for file in found.files] == sorted(FILES)
    for file in found.files:
        assert Path(file.real).read_bytes() == FILES[file.path]
        assert file.size == len(FILES[file.path])
        assert not file.trouble
        digests = (sha256(FILES[file.path]), "") if "model" in file.path else ("", git_blob(FILES[file.path]))
        assert (file.sha256, file.git) == digests


def test_each_snapshot_is_an_artifact_and_names_of_datasets_keep_their_kind(tmp_path: Path) -> None:
    hub_repository(tmp_path, FILES)
    hub_repository(tmp_path, {"new.py": b"1"}, commit=OTHER, refs=("main", "refs/pr/1"))
    hub_repository(tmp_path, {"data.csv": b"1"}, name="datasets--org--rows", refs=())
    found = listings(str(tmp_path))
    assert [str(listing.ref) for listing in found] == [
        f"hf://datasets/org/rows@{COMMIT}", f"hf://org/name@{COMMIT}", f"hf://org/name@{OTHER}",
    ]  # fmt: skip
    assert found[1].names == found[2].names == (("main", OTHER), ("refs/pr/1", OTHER))
    assert not any(listing.troubles for listing in found)


def test_without_a_tree_file_the_names_of_blobs_are_the_claims(tmp_path: Path) -> None:
    found = one(hub_repository(tmp_path, FILES, tree=False))
    assert by_path(found.files)["model.safetensors"].sha256 == sha256(FILES["model.safetensors"])
    assert by_path(found.files)["config.json"].git == git_blob(b"{}")


@pytest.mark.parametrize("tree", [True, False])
def test_what_was_dropped_into_a_snapshot_is_an_extra(tmp_path: Path, tree: bool) -> None:
    folder = hub_repository(tmp_path, FILES, tree=tree)
    (folder / "snapshots" / COMMIT / "evil.py").write_bytes(b"import absent_module")
    found = one(folder)
    assert [file.path for file in found.extras] == ["evil.py"]
    assert [file.path for file in found.files] == sorted(FILES)


def test_copies_are_as_good_as_links_where_there_are_no_links(folder: Path) -> None:
    for path, content in FILES.items():
        place = folder / "snapshots" / COMMIT / path
        place.unlink()
        place.write_bytes(content)
    (folder / "trees" / f"{COMMIT}.json").rename(folder / "kept")
    assert not one(folder / "snapshots" / COMMIT).extras
    (folder / "kept").rename(folder / "trees" / f"{COMMIT}.json")
    found = one(folder)
    assert by_path(found.files)["model.safetensors"].sha256 == sha256(FILES["model.safetensors"])
    assert not found.troubles


def test_what_was_not_downloaded_is_told_apart_from_what_is_wrong(folder: Path) -> None:
    (folder / "snapshots" / COMMIT / "model.safetensors").unlink()
    (folder / "snapshots" / COMMIT / "config.json").unlink()
    os.rename(folder / "blobs" / git_blob(b"{}"), folder / "blobs" / f"{git_blob(b'{}')}.0a1b2c3d.incomplete")
    found = one(folder)
    assert by_path(found.files)["model.safetensors"].trouble == ABSENT
    assert by_path(found.files)["config.json"].trouble.startswith(f"{ABSENT} to its end")
    assert not by_path(found.files)["sub/tokenizer.json"].trouble
    assert not found.troubles


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/etc/hostname", "a link out of the blobs"),
        ("../../../../outside", "a link out of the blobs"),
        ("../../refs/main", "a link out of the blobs"),
        ("model.safetensors", "a link out of the blobs"),
        ("config.json", "a link out of the blobs"),
        ("../../blobs/../../../outside", "a link out of the blobs"),
        (f"../../blobs/{'0' * 40}", "a blob that is not here"),
        ("../../blobs", "a link out of the blobs"),
    ],
)
def test_links_are_followed_to_blobs_and_nowhere_else(folder: Path, target: str, words: str) -> None:
    (folder.parent.parent / "outside").write_bytes(b"{}")
    place = folder / "snapshots" / COMMIT / "config.json"
    place.unlink()
    place.symlink_to(target)
    file = by_path(one(folder / "snapshots" / COMMIT).files)["config.json"]
    assert words in file.trouble
    assert file.git == git_blob(b"{}"), "the tree file's claim stays"


def test_a_blob_that_is_a_link_leads_to_shared_blobs_or_is_a_trouble(tmp_path: Path) -> None:
    folder = hub_repository(tmp_path, FILES)
    content, xet = FILES["model.safetensors"], "ab" + "c" * 62
    place = folder / "blobs" / sha256(content)
    place.unlink()
    shared = tmp_path / "blobs" / "ab" / xet
    shared.parent.mkdir(parents=True)
    shared.write_bytes(content)
    place.symlink_to(f"../../blobs/ab/{xet}")
    assert "no shared blobs" in by_path(one(folder).files)["model.safetensors"].trouble
    (tmp_path / "blobs" / ".huggingface-shared-blobs").write_text("1\n")
    assert "another file's" in by_path(one(folder).files)["model.safetensors"].trouble
    tree = read_tree(folder)
    tree["model.safetensors"]["xet_hash"] = xet
    write_tree(folder, tree)
    file = by_path(one(folder).files)["model.safetensors"]
    assert (file.trouble, file.real, file.xet, file.sha256) == ("", str(shared), xet, sha256(content))
    assert not one(tmp_path).extras
    place.unlink()
    place.symlink_to("/etc/hostname")
    assert "out of the cache's blobs" in by_path(one(folder).files)["model.safetensors"].trouble


def test_a_swapped_blob_shows_against_the_tree_file(folder: Path) -> None:
    place = folder / "snapshots" / COMMIT / "model.safetensors"
    other = b"other weights"
    (folder / "blobs" / sha256(other)).write_bytes(other)
    place.unlink()
    place.symlink_to(f"../../blobs/{sha256(other)}")
    found = one(folder)
    assert len(found.troubles) == 1
    assert sha256(other) in found.troubles[0]
    assert by_path(found.files)["model.safetensors"].sha256 == sha256(FILES["model.safetensors"])


def test_an_edited_tree_file_shows_against_the_blobs(folder: Path) -> None:
    tree = read_tree(folder)
    tree["config.json"]["blob_id"] = "3" * 40
    write_tree(folder, tree)
    assert ["config.json" in trouble for trouble in one(folder).troubles] == [True]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("not a commit", "which is no commit"),
        ("9" * 40, "of which nothing is here"),
        ("1" * 2_000, "more than 1,000 bytes"),
        ("Ä", "no plain text"),
    ],
)
def test_references_lead_to_snapshots(folder: Path, content: str, words: str) -> None:
    (folder / "refs" / "main").write_text(content)
    (trouble,) = one(folder).troubles
    assert words in trouble


def test_a_reference_that_is_a_link_is_not_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(COMMIT)
    (folder / "refs" / "main").unlink()
    (folder / "refs" / "main").symlink_to(tmp_path / "secret")
    assert ["cannot be read" in trouble for trouble in one(folder).troubles] == [True]


def test_a_mark_of_absence_may_not_hide_a_file(folder: Path) -> None:
    marks = folder / ".no_exist" / COMMIT
    marks.mkdir(parents=True)
    (marks / "adapter_config.json").touch()
    assert not one(folder).troubles
    (marks / "model.safetensors").touch()
    (trouble,) = one(folder).troubles
    assert trouble.startswith("model.safetensors: the cache says that the repository has no such file")
    (marks / "adapter_config.json").write_bytes(b"code")
    assert any("no empty file" in trouble for listing in listings(str(folder)) for trouble in listing.troubles)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "too deep"),
        (b"[]", "no JSON object"),
        (b'{"format_version": 2, "files": {}}', "format"),
        (b'{"format_version": 1, "files": []}', "lists no files"),
        (b'{"format_version": 1, "format_version": 1, "files": {}}', "repeated"),
        (b'{"format_version": 1, "files": {"../../x": {"size": 1, "blob_id": "%s"}}}' % (b"0" * 40), "no path"),
        (b'{"format_version": 1, "files": {"/x": {"size": 1, "blob_id": "%s"}}}' % (b"0" * 40), "no path"),
        (b'{"format_version": 1, "files": {"\\ud800": {"size": 1, "blob_id": "%s"}}}' % (b"0" * 40), "no path"),
        (b'{"format_version": 1, "files": {"x": null}}', "no size and no digest"),
        (b'{"format_version": 1, "files": {"x": {"size": true, "blob_id": "%s"}}}' % (b"0" * 40), "no size"),
        (b'{"format_version": 1, "files": {"x": {"size": 1e3, "blob_id": "%s"}}}' % (b"0" * 40), "no size"),
        (b'{"format_version": 1, "files": {"x": {"size": -1, "blob_id": "%s"}}}' % (b"0" * 40), "no size"),
        (b'{"format_version": 1, "files": {"x": {"size": 1, "blob_id": ["%s"]}}}' % (b"0" * 40), "no digest"),
        (
            b'{"format_version": 1, "files": {"x": {"size": 1, "blob_id": "%s", "lfs_sha256": 5}}}' % (b"0" * 40),
            "digest",
        ),
        (b"[" + b"1," * 3_000_000 + b"1]", "more than 2,000,000 values"),
        (b"\xff\xfe", "not JSON"),
    ],
)
def test_a_tree_file_of_wrong_types_is_a_trouble_and_the_blobs_still_claim(
    folder: Path, document: bytes, words: str
) -> None:
    (folder / "trees" / f"{COMMIT}.json").write_bytes(document)
    found = one(folder)
    (trouble,) = found.troubles
    assert words in trouble
    assert by_path(found.files)["model.safetensors"].sha256 == sha256(FILES["model.safetensors"])


def test_a_tree_file_that_is_a_link_is_not_read(folder: Path, tmp_path: Path) -> None:
    place = folder / "trees" / f"{COMMIT}.json"
    place.rename(tmp_path / "tree.json")
    place.symlink_to(tmp_path / "tree.json")
    assert ["cannot be used" in trouble for trouble in one(folder).troubles] == [True]


def test_a_snapshot_or_a_repository_that_is_a_link_says_so(folder: Path, tmp_path: Path) -> None:
    (folder / "snapshots" / OTHER).symlink_to(COMMIT)
    found = {listing.resolved: listing for listing in listings(str(folder))}
    assert any("no directory of its own" in trouble for trouble in found[OTHER].troubles)
    (folder / "snapshots" / OTHER).unlink()
    folder.rename(tmp_path / "moved--elsewhere")
    (tmp_path / "moved--elsewhere").rename(tmp_path / "models--org--name")
    folder.symlink_to(tmp_path / "models--org--name")
    found_by_link, rest = listings(str(folder.parent))
    assert ["a link to" in trouble for trouble in found_by_link.troubles] == [True]
    assert [file.path for file in rest.extras] == ["models--org--name"]


def test_a_name_that_no_download_gives_is_not_taken_for_a_repository(tmp_path: Path) -> None:
    folder = hub_repository(tmp_path, FILES, name="models--..--..--etc")
    assert one(folder).ref.scheme == ""
    assert str(one(hub_repository(tmp_path, FILES, name="models--gpt2")).ref) == f"hf://gpt2@{COMMIT}"


@pytest.mark.parametrize(
    "stray",
    [
        "evil.py", "models--org--name/evil.py", "models--org--name/snapshots/evil.py",
        "models--org--name/blobs/evil.py", "models--org--name/trees/deep/evil.py", "models--org--name/evil/config.json",
        ".locks/models--org--name/evil.py", "blobs/ab/evil.py", "other/evil.py",
    ],
)  # fmt: skip
def test_a_few_folders_do_not_hide_what_else_lies_there(folder: Path, stray: str) -> None:
    place = folder.parent / stray
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"import absent_module")
    *_, rest = listings(str(folder.parent))
    assert not rest.files
    assert stray in [file.path for file in rest.extras]


def test_a_repository_without_snapshots_is_told(tmp_path: Path) -> None:
    (tmp_path / "models--org--name" / "refs").mkdir(parents=True)
    found = one(tmp_path)
    assert found.troubles == ("it has no snapshot",)
    assert not found.files


def test_a_deep_snapshot_and_strange_names_survive(tmp_path: Path) -> None:
    folder = hub_repository(tmp_path, {"a/" * 60 + "deep.json": b"1", "new\nline.txt": b"2"}, tree=False)
    strange = os.fsencode(folder / "snapshots" / COMMIT) + b"/\xff\x01.bin"
    os.symlink(b"../../blobs/" + git_blob(b"1").encode(), strange)
    assert [os.fsencode(file.path) for file in one(folder).files] == [
        b"a/" * 60 + b"deep.json", b"new\nline.txt", b"\xff\x01.bin",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["refs", ".no_exist", f".no_exist/{COMMIT}", "snapshots"])
def test_directories_that_loaders_go_by_are_no_links(folder: Path, tmp_path: Path, name: str) -> None:
    """Behind a link a branch could lead anywhere, or a file be said not to exist, and nobody would have looked."""
    (folder / ".no_exist" / COMMIT).mkdir(parents=True)
    assert not one(folder).troubles
    (folder / name).rename(tmp_path / "elsewhere")
    (folder / name).symlink_to(tmp_path / "elsewhere")
    assert any("no directory of its own" in trouble for trouble in listings(str(folder))[0].troubles)
