"""``-`` is what stdin holds: a redirected file, or what comes through a pipe, never what is typed."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from weighbridge.access import stdin
from weighbridge.access.local import Found, find
from weighbridge.core.errors import AccessError


@contextmanager
def standard_input(descriptor: int) -> Iterator[None]:
    """Put a descriptor in the place of stdin."""
    before = os.dup(0)
    os.dup2(descriptor, 0)
    os.close(descriptor)
    try:
        yield
    finally:
        os.dup2(before, 0)
        os.close(before)


def content(found: Found) -> bytes:
    with open(found.open(), "rb") as file:
        return file.read()


def piped(data: bytes) -> int:
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    return reading


def test_a_redirected_file_is_read_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"weights")
    with standard_input(os.open(tmp_path / "model", os.O_RDONLY)):
        (found,) = find("-")
        assert (found.path, found.name, found.size, found.trouble) == ("-", "-", 7, "")
        assert os.path.samestat(os.fstat(found.open()), os.stat(tmp_path / "model"))


@pytest.mark.parametrize("data", [b"", b"weights", b"w" * 50_000])
def test_a_pipe_is_kept_without_a_name(data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with standard_input(piped(data)):
        (found,) = find("-")
        assert found.size == len(data)
        assert content(found) == data
        assert os.fstat(found.open()).st_nlink == 0
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdin, "LARGEST", 100)
    with standard_input(piped(b"w" * 101)), pytest.raises(AccessError, match="more than 100 bytes"):
        list(find("-"))


def test_a_model_is_not_read_from_a_terminal() -> None:
    ours, theirs = pty.openpty()
    with standard_input(theirs), pytest.raises(AccessError, match="terminal"):
        list(find("-"))
    os.close(ours)


def test_a_directory_on_stdin_is_an_error(tmp_path: Path) -> None:
    with standard_input(os.open(tmp_path, os.O_RDONLY)), pytest.raises(AccessError, match="is a directory"):
        list(find("-"))
