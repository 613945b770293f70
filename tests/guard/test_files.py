"""Copies: exactly the bytes that were hashed, for good; and whether a file is still what it was."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighbridge.guard import files, sealed


@given(content=st.binary(max_size=3 * files.BLOCK // files.BLOCK * 4_096), position=st.integers(0, 5_000))
@settings(max_examples=50, deadline=None)
def test_a_copy_is_the_file_and_its_digest(
    content: bytes, position: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("a") / "file"
    path.write_bytes(content)
    with files.hold(str(path)) as held:
        held.read(copy=True)
        assert held.digest == hashlib.sha256(content).hexdigest()
        with sealed.as_file(held.copy, str(path), position) as file:
            assert file.name == str(path)
            assert file.read() == content[position:]


def test_blocks_of_a_large_file_come_in_order(tmp_path: Path) -> None:
    content = os.urandom(3 * files.BLOCK + 17)
    (tmp_path / "a").write_bytes(content)
    with files.hold(str(tmp_path / "a")) as held:
        held.read(copy=True)
        assert held.digest == hashlib.sha256(content).hexdigest()
        assert Path(sealed.as_path(held.copy)).read_bytes() == content


def test_nobody_can_change_a_copy(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    with files.hold(str(tmp_path / "a")) as held:
        held.read(copy=True)
        for change in (lambda: os.write(held.copy, b"x"), lambda: os.truncate(held.copy, 1)):
            with pytest.raises(PermissionError):
                change()
        with open(sealed.as_path(held.copy), "r+b", buffering=0) as again, pytest.raises(PermissionError):
            again.write(b"x")


def test_the_position_of_an_open_file_stays(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    with (tmp_path / "a").open("rb") as file:
        file.seek(3)
        with files.hold_descriptor(file.fileno()) as held:
            held.read(copy=True)
        assert file.read() == b"tent"


def test_what_is_no_file_is_said_by_its_kind(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    kinds = {tmp_path: stat.S_ISDIR, tmp_path / "pipe": stat.S_ISFIFO, Path("/dev/null"): stat.S_ISCHR}
    for path, is_kind in kinds.items():
        with pytest.raises(files.Irregular) as found:
            files.hold(str(path))
        assert is_kind(found.value.mode)


def test_a_file_above_the_bound_is_hashed_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"content")
    monkeypatch.setattr(files, "SEALED_MOST", 6)
    with files.hold(str(tmp_path / "a")) as held:
        held.read(copy=True)
        assert held.copy < 0
        assert held.digest == hashlib.sha256(b"content").hexdigest()


def test_no_copy_takes_more_than_its_share_of_what_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = files.most_to_seal()
    assert 0 < free <= files.SEALED_MOST
    (tmp_path / "memory.max").write_text("4096\n")
    (tmp_path / "memory.current").write_text("1024\n")
    monkeypatch.setattr(files, "_GROUP", str(tmp_path))
    assert files.most_to_seal() == 3072 // files.SEALED_SHARE
    (tmp_path / "memory.max").write_text("max\n")
    assert files.most_to_seal() > 3072
    (tmp_path / "memory.max").write_text("10\n")
    assert files.most_to_seal() == 0


CHANGES = {
    "in place": lambda path: path.write_bytes(b"CONTENT"),
    "longer": lambda path: path.write_bytes(b"content and more"),
    "another file": lambda path: (path.with_name("b").write_bytes(b"CONTENT"), path.with_name("b").replace(path)),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}
NONE = {
    "nothing": lambda path: None,
    "touched": lambda path: path.touch(),
    "mode": lambda path: path.chmod(0o600),
    "written again": lambda path: path.write_bytes(b"content"),
    "gone": lambda path: path.unlink(),
    "the same elsewhere": lambda path: (path.with_name("b").write_bytes(b"content"), path.with_name("b").replace(path)),
}


@pytest.mark.parametrize("racy", [1.0, -3600.0], ids=["young", "old"])
@pytest.mark.parametrize(
    ("change", "same"), [(one, False) for one in CHANGES.values()] + [(one, True) for one in NONE.values()],
    ids=[*CHANGES, *NONE],
)  # fmt: skip
def test_a_change_is_a_change_of_bytes(
    change: object, same: bool, racy: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "RACY_SECONDS", racy)
    path = tmp_path / "a"
    path.write_bytes(b"content")
    with files.hold(str(path)) as held:
        held.read(copy=False)
        change(path)  # type: ignore[operator]
        assert held.unchanged() is same


def test_a_change_within_one_tick_of_the_clock_is_seen(tmp_path: Path) -> None:
    """The times of a young file are not believed: here they are made equal by force."""
    path = tmp_path / "a"
    path.write_bytes(b"content")
    with files.hold(str(path)) as held:
        held.read(copy=False)
        path.write_bytes(b"CONTENT")
        held.state = files.state_of(str(path))
        assert not held.unchanged()
