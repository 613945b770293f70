"""The walk lists everything that lies below a target, in order, and opens nothing but regular files."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weighbridge.access.local import Found, find
from weighbridge.core.errors import AccessError


def listed(folder: Path) -> dict[str, str]:
    """Path below the folder and what is the matter with it."""
    return {found.path.removeprefix(f"{folder}/"): found.trouble for found in find(str(folder))}


def content(found: Found) -> bytes:
    with open(found.open(), "rb") as file:
        return file.read()


def test_a_file_is_itself(tmp_path: Path) -> None:
    (tmp_path / "a.pkl").write_bytes(b"12345")
    (found,) = find(str(tmp_path / "a.pkl"))
    assert (found.path, found.name, found.size, found.trouble) == (str(tmp_path / "a.pkl"), "a.pkl", 5, "")
    assert content(found) == b"12345"


NAMES = st.binary(min_size=1, max_size=6).filter(lambda name: b"/" not in name and b"\0" not in name)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sets(NAMES.filter(lambda name: name not in {b".", b".."}), max_size=12), st.randoms(use_true_random=False))
def test_any_name_is_found_and_each_directory_is_in_order_of_bytes(
    tmp_path_factory: pytest.TempPathFactory, names: set[bytes], random: st.DataObject
) -> None:
    root = os.fsencode(tmp_path_factory.mktemp("names"))
    made = list(names)
    random.shuffle(made)  # type: ignore[attr-defined]
    folders = set(made[::4])
    for name in made:
        path = os.path.join(root, name)
        if name in folders:
            os.mkdir(path)
            path = os.path.join(path, b"inside")
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    found = [os.fsencode(one.path)[len(root) + 1 :] for one in find(os.fsdecode(root))]
    assert found == [*sorted(names - folders), *(name + b"/inside" for name in sorted(folders))]


def test_files_come_before_folders_and_deeper_ones_in_their_turn(tmp_path: Path) -> None:
    for path in ("b/z/1", "b/2", "a/3", "c", "b.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert list(listed(tmp_path)) == ["b.txt", "c", "a/3", "b/2", "b/z/1"]


def test_a_link_to_a_file_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / "0123").write_bytes(b"weights")
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "snapshot" / "model.bin").symlink_to("../blobs/0123")
    (found,) = find(str(tmp_path / "snapshot"))
    assert (found.name, found.size, content(found)) == ("model.bin", 7, b"weights")


def test_links_never_lead_the_walk_in_circles(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "file").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "unseen").touch()
    for name, target in {
        "self": ".", "deep/up": "../..", "inner": "deep", "a": "b", "b": "a", "dead": "nowhere", "out": "../elsewhere",
        "deep/self": "self",
    }.items():  # fmt: skip
        (tmp_path / "in" / name).symlink_to(target)
    assert listed(tmp_path / "in") == {
        "a": "too many levels of symbolic links",
        "b": "too many levels of symbolic links",
        "dead": "a link that leads nowhere",
        "file": "",
        "out": "a link to a directory is not followed",
        "deep/self": "too many levels of symbolic links",
        "deep/up": "a link to a directory is not followed",
    }, "a link to a directory inside of the target hides nothing, one to anywhere else does"


def test_a_target_that_is_a_link_to_a_directory_is_walked(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").touch()
    (tmp_path / "real" / "again").symlink_to(".")
    (tmp_path / "link").symlink_to("real")
    assert listed(tmp_path / "link") == {"file": ""}


def test_a_folder_whose_name_begins_like_the_target_is_outside_of_it(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model-2").mkdir()
    (tmp_path / "model" / "other").symlink_to("../model-2")
    assert listed(tmp_path / "model") == {"other": "a link to a directory is not followed"}


def test_what_is_no_file_is_named_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "to-fifo").symlink_to("fifo")
    (tmp_path / "null").symlink_to("/dev/null")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(tmp_path, os.O_PATH)
        listening.bind(f"/proc/self/fd/{here}/socket")  # a socket's path must be short
        os.close(here)
        found = listed(tmp_path)
    assert found == {
        "fifo": "a pipe is not opened",
        "null": "a character device is not opened",
        "socket": "a socket is not opened",
        "to-fifo": "a pipe is not opened",
    }
    assert [one.trouble for one in find("/dev/null")] == ["a character device is not opened"]


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    (found,) = find(str(path))
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(OSError, match="no longer a regular file"):
        found.open()


def test_a_link_that_takes_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    (found,) = find(str(path))
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic") as refused:
        found.open()
    assert refused.value.errno == errno.ELOOP


@contextmanager
def nested(root: Path, names: list[str]) -> Iterator[None]:
    """Make folders in folders, deeper than paths and recursion reach, and take them away again."""
    open_folders = [os.open(root, os.O_RDONLY)]
    try:
        for name in names:
            os.mkdir(name, dir_fd=open_folders[-1])
            open_folders.append(os.open(name, os.O_RDONLY, dir_fd=open_folders[-1]))
            if len(open_folders) > 2:
                os.close(open_folders.pop(0))
        os.close(os.open("file", os.O_CREAT, dir_fd=open_folders[-1]))
        yield
    finally:
        for descriptor in open_folders:
            os.close(descriptor)
        subprocess.run(["rm", "-rf", root / names[0]], check=True)


def test_a_tree_deeper_than_paths_can_be_is_a_gap_and_no_hang(tmp_path: Path) -> None:
    with nested(tmp_path, ["d" * 250] * 20):
        (found,) = find(str(tmp_path))
    assert found.folder
    assert found.trouble == "a directory: file name too long"


def test_ten_thousand_files(tmp_path: Path) -> None:
    for number in range(10_000):
        os.close(os.open(f"{tmp_path}/{number:05}", os.O_CREAT))
    assert list(listed(tmp_path)) == [f"{number:05}" for number in range(10_000)]


@pytest.mark.parametrize(
    ("target", "words", "hint"),
    [
        ("missing", "no such file", "check the path"),
        ("file/below", "not a directory", "check the rights"),
        ("a\0b", "null", "check the path"),
        ("\ud800", "surrogates not allowed", "check the path"),
        ("x" * 300, "file name too long", "check the rights"),
    ],
)
def test_a_target_that_cannot_be(tmp_path: Path, target: str, words: str, hint: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AccessError, match=words) as refused:
        list(find(f"{tmp_path}/{target}"))
    assert hint in refused.value.hint


def test_an_empty_directory_has_nothing(tmp_path: Path) -> None:
    assert list(find(str(tmp_path))) == []
