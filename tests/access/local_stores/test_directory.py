"""Ordinary directories, and what DVC, git-LFS and MLflow say about the files in them."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.stores import dvc_file, lfs_pointer, sha256
from tests.e2e.command import environment, without_rights
from weighbridge.access.local_stores import listings
from weighbridge.core.artifact import ABSENT, ListedFile, Listing
from weighbridge.core.errors import AccessError


def one(path: Path) -> Listing:
    (found,) = listings(str(path))
    return found


def by_path(found: Listing) -> dict[str, ListedFile]:
    return {file.path: file for file in found.files}


def test_a_plain_directory_claims_nothing_and_passes_over_nothing(tmp_path: Path) -> None:
    for path in ("model.bin", ".git/hooks/post-checkout", "a/.hidden", "a/b/c"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"12345")
    found = one(tmp_path)
    assert (found.kind, found.ref.scheme, found.root) == ("directory", "", str(tmp_path))
    assert [file.path for file in found.files] == [".git/hooks/post-checkout", "a/.hidden", "a/b/c", "model.bin"]
    assert {(file.size, file.sha256, file.trouble) for file in found.files} == {(5, "", "")}


def test_links_and_what_is_no_file_are_told_and_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "model"
    (root / "in").mkdir(parents=True)
    (root / "file").touch()
    for name, target in {"inside": "file", "out": "/etc/passwd", "up": "..", "loop": "loop", "dead": "gone"}.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(root, os.O_PATH)
        listening.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)
        troubles = {file.path: file.trouble for file in one(root).files}
    assert troubles == {
        "file": "", "inside": "a symbolic link to file", "out": "a symbolic link to /etc/passwd",
        "up": "a symbolic link to ..", "loop": "a symbolic link to loop", "dead": "a symbolic link to gone",
        "fifo": "a pipe is no file", "socket": "a socket is no file",
    }  # fmt: skip


def test_a_directory_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    program = (
        "import sys; from weighbridge.access.local_stores import listings; (one,) = listings(sys.argv[1]); "
        "print(['cannot be read' in file.trouble for file in one.files])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path], env=environment(), preexec_fn=without_rights, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[True]"


def test_a_single_file_and_a_link_that_the_user_named(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"123")
    (tmp_path / "link").symlink_to("model.bin")
    for name in ("model.bin", "link"):
        (file,) = one(tmp_path / name).files
        assert (file.path, file.size, file.real, file.trouble) == (name, 3, str(tmp_path / "model.bin"), "")


@pytest.mark.parametrize("path", ["absent", "dead", "loop", "fifo", "nul\0"])
def test_a_path_that_leads_nowhere_is_an_error_with_a_hint(tmp_path: Path, path: str) -> None:
    (tmp_path / "dead").symlink_to("gone")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(AccessError) as told:
        listings(f"{tmp_path}/{path}")
    assert told.value.hint


NAMES = st.binary(min_size=1, max_size=5).filter(lambda name: not {0, 47} & set(name) and name not in {b".", b".."})


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.lists(NAMES, max_size=2), NAMES, st.sampled_from(["file", "link", "pipe"])), max_size=8))
def test_every_entry_is_a_file_or_an_extra_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, made: list[tuple[list[bytes], bytes, str]]
) -> None:
    root = os.fsencode(tmp_path_factory.mktemp("any"))
    for folders, name, kind in made:
        place = b"/".join((root, *folders, name))
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            if kind == "file":
                os.close(os.open(place, os.O_CREAT | os.O_EXCL))
            elif kind == "link":
                os.symlink(b"anywhere", place)
            else:
                os.mkfifo(place)
        except OSError:
            continue
    there = {os.path.relpath(os.path.join(at, name), root) for at, _, names in os.walk(root) for name in names}
    found = listings(os.fsdecode(root))
    paths = [os.fsencode(file.path) for listing in found for file in (*listing.files, *listing.extras)]
    assert set(paths) == there
    assert len(paths) == len(there)
    assert all(
        [os.fsencode(file.path) for file in files] == sorted(os.fsencode(file.path) for file in files)
        for listing in found
        for files in (listing.files, listing.extras)
    )


# -- DVC ---------------------------------------------------------------------------------------------------------------


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def test_files_under_dvc_are_claimed_and_so_is_its_cache(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    dvc_file(tmp_path, "model.bin", b"weights")
    dvc_file(tmp_path, "sub/data.csv", b"rows")
    found = one(tmp_path)
    assert (found.kind, found.troubles) == ("dvc", ())
    claims = {path: file.md5 for path, file in by_path(found).items() if file.md5}
    assert claims == {
        "model.bin": md5(b"weights"), "sub/data.csv": md5(b"rows"),
        f".dvc/cache/files/md5/{md5(b'weights')[:2]}/{md5(b'weights')[2:]}": md5(b"weights"),
        f".dvc/cache/files/md5/{md5(b'rows')[:2]}/{md5(b'rows')[2:]}": md5(b"rows"),
    }  # fmt: skip
    assert "model.bin.dvc" in by_path(found)


def put_folder(root: Path, manifest: bytes, *, digest: str = "") -> None:
    digest = digest or md5(manifest)
    place = root / ".dvc" / "cache" / "files" / "md5" / digest[:2]
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{digest[2:]}.dir").write_bytes(manifest)
    (root / "data.dvc").write_text(f"outs:\n- md5: {digest}.dir\n  size: 6\n  nfiles: 2\n  hash: md5\n  path: data\n")


def test_a_directory_under_dvc_is_claimed_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "data" / "sub").mkdir(parents=True)
    (tmp_path / "data" / "a.bin").write_bytes(b"one")
    put_folder(
        tmp_path,
        json.dumps([{"md5": md5(b"one"), "relpath": "a.bin"}, {"md5": md5(b"two"), "relpath": "sub/b.bin"}]).encode(),
    )
    found = by_path(one(tmp_path))
    assert (found["data/a.bin"].md5, found["data/a.bin"].trouble) == (md5(b"one"), "")
    assert (found["data/sub/b.bin"].md5, found["data/sub/b.bin"].trouble) == (md5(b"two"), ABSENT)


@pytest.mark.parametrize(
    ("manifest", "digest", "words"),
    [
        (b"[]", "0" * 32, "not the promised one"),
        (b'[{"md5": "x", "relpath": "a"}]', "", "no path with an MD5"),
        (b'[{"md5": "%s", "relpath": "../a"}]' % (b"0" * 32), "", "no path with an MD5"),
        (b"[3]", "", "no path with an MD5"),
        (b"{}", "", "no JSON array"),
    ],
)
def test_a_list_of_files_that_lies_is_a_trouble(tmp_path: Path, manifest: bytes, digest: str, words: str) -> None:
    put_folder(tmp_path, manifest, digest=digest)
    (trouble,) = one(tmp_path).troubles
    assert words in trouble


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("outs: [", "not YAML"),
        ("- a", "no YAML mapping"),
        ("outs:\n- {md5: " + "0" * 32 + ", path: ../../etc/passwd}", "no path with an MD5"),
        ("outs:\n- {md5: " + "0" * 32 + ", path: /etc/passwd}", "no path with an MD5"),
        ("outs:\n- {md5: nonsense, path: a}", "no path with an MD5"),
        ("outs: 1\nouts: 2", "repeated"),
        ("? [a]\n: 1", "a key is no text"),
        ("a: " + "[" * 100 + "]" * 100, "too deep"),
        ("a: [" + "1," * 200_000 + "]", "more than 100,000 values"),
        ("a: " + "x" * 2_000_000, "more than 1,048,576 bytes"),
        ("a: \x01", "not YAML"),
    ],
)
def test_a_dvc_file_of_wrong_types_is_a_trouble(tmp_path: Path, document: str, words: str) -> None:
    (tmp_path / "model.dvc").write_text(document)
    (trouble,) = one(tmp_path).troubles
    assert words in trouble


def test_no_tag_of_yaml_is_obeyed(tmp_path: Path) -> None:
    (tmp_path / "model.dvc").write_text("outs:\n- &a !!python/object/apply:os.system ['echo ran > ran']\n- *a\n")
    found = one(tmp_path)
    assert list(by_path(found)) == ["model.dvc"]
    assert not found.troubles


def test_a_link_of_dvc_leads_to_the_claimed_object_of_this_cache_or_is_a_trouble(tmp_path: Path) -> None:
    dvc_file(tmp_path, "model.bin", b"weights")
    dvc_file(tmp_path, "other.bin", b"other")
    digest = md5(b"weights")
    place = tmp_path / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
    for name in ("model.bin", "other.bin"):
        (tmp_path / name).unlink()
        (tmp_path / name).symlink_to(place)
    found = by_path(one(tmp_path))
    assert (found["model.bin"].trouble, found["model.bin"].real) == ("", str(place))
    assert "symbolic link" in found["other.bin"].trouble


# -- git-LFS -----------------------------------------------------------------------------------------------------------


def test_a_pointer_in_place_of_a_file_is_a_trouble_and_objects_claim_themselves(tmp_path: Path) -> None:
    content = b"weights"
    place = tmp_path / ".git" / "lfs" / "objects" / sha256(content)[:2] / sha256(content)[2:4]
    place.mkdir(parents=True)
    (place / sha256(content)).write_bytes(content)
    (place / "evil").write_bytes(content)
    (tmp_path / "model.bin").write_bytes(lfs_pointer(content))
    (tmp_path / "smudged.bin").write_bytes(content)
    found = one(tmp_path)
    assert found.kind == "lfs"
    pointer = by_path(found)["model.bin"]
    assert pointer.trouble.startswith("a git-LFS pointer stands here")
    assert (pointer.sha256, pointer.size) == (sha256(content), 7)
    objects = {file.path.rpartition("/")[2]: file.sha256 for file in found.files if "/objects/" in file.path}
    assert objects == {sha256(content): sha256(content), "evil": ""}
    assert by_path(found)["smudged.bin"].sha256 == ""


@pytest.mark.parametrize(
    "rest", [b"", b"\noid sha256:xyz\nsize -1\n", b"\noid md5:00\nsize 99999999999999999999\n", b"\xff"]
)
def test_a_broken_pointer_is_one_all_the_same(tmp_path: Path, rest: bytes) -> None:
    (tmp_path / "model.bin").write_bytes(b"version https://git-lfs.github.com/spec/v1" + rest)
    (file,) = one(tmp_path).files
    assert (file.sha256, bool(file.trouble)) == ("", True)


# -- MLflow ------------------------------------------------------------------------------------------------------------


def test_an_mlflow_model_is_all_of_its_directory(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text(
        "flavors:\n  python_function: &a {loader_module: x}\n  again: *a\nmodel_uuid: 1\n"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "model.pkl").touch()
    found = one(tmp_path)
    assert (found.kind, found.troubles) == ("mlflow", ())
    assert list(by_path(found)) == ["MLmodel", "data/model.pkl"]


@pytest.mark.parametrize("content", ["", "flavors: 3", "[", "flavors: {}\nflavors: {}"])
def test_an_mlmodel_file_that_is_none_is_a_trouble(tmp_path: Path, content: str) -> None:
    (tmp_path / "MLmodel").write_text(content)
    assert ["MLmodel cannot be used" in trouble for trouble in one(tmp_path).troubles] == [True]


def test_two_dvc_files_that_differ_about_a_file_are_told(tmp_path: Path) -> None:
    dvc_file(tmp_path, "model.bin", b"weights")
    (tmp_path / "other.dvc").write_text(f"outs:\n- md5: {md5(b'weights')}\n  path: model.bin\n")
    assert not one(tmp_path).troubles
    (tmp_path / "other.dvc").write_text(f"outs:\n- md5: {'0' * 32}\n  path: model.bin\n")
    assert ["is promised by MD5" in trouble for trouble in one(tmp_path).troubles] == [True]


def test_stores_that_differ_about_a_file_are_told(tmp_path: Path) -> None:
    place = tmp_path / ".cache" / "huggingface" / "download" / "model.bin.metadata"
    place.parent.mkdir(parents=True)
    (tmp_path / "model.bin").write_bytes(lfs_pointer(b"weights"))
    for etag, told in ((sha256(b"weights"), 0), (sha256(b"other"), 1)):
        place.write_text(f"{'1' * 40}\n{etag}\n1.0\n")
        found = one(tmp_path)
        assert found.kind == "hf"
        assert len(found.troubles) == told
        assert "git-LFS pointer" in found.files[0].trouble


@pytest.mark.parametrize("version", ["https://hawser.github.com/spec/v1", "http://git-media.io/v/2"])
def test_pointers_of_older_names_are_pointers(tmp_path: Path, version: str) -> None:
    pointer = lfs_pointer(b"weights").replace(b"https://git-lfs.github.com/spec/v1", version.encode())
    (tmp_path / "model.bin").write_bytes(pointer)
    (found,) = listings(str(tmp_path))
    assert "pointer" in found.files[0].trouble
