"""An open file: any order of reads gives the digest of the whole, and a file that does not keep still is told."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weighbridge.engine import digest as digests
from weighbridge.engine import files as module
from weighbridge.engine.files import OpenFile

CONTENT = bytes(range(256)) * 4


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "model"
    made.write_bytes(CONTENT)
    return made


@pytest.fixture(params=[10, 4 << 20], ids=["read in ranges", "read at once"])
def whole(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(module, "WHOLE", request.param)
    monkeypatch.setattr(module, "BLOCK", 100)
    limit: int = request.param
    return limit


RANGES = st.lists(st.tuples(st.integers(0, 1_100), st.integers(0, 1_100)), max_size=8)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(RANGES)
def test_any_reads_give_the_bytes_and_the_digest(path: Path, whole: int, ranges: list[tuple[int, int]]) -> None:
    with open(path, "rb") as opened:
        file = OpenFile(opened.fileno())
        assert file.size == len(CONTENT)
        for offset, length in ranges:
            assert file.read_at(offset, length) == CONTENT[offset : offset + length]
        assert file.digest() == hashlib.sha256(CONTENT).hexdigest()
        assert file.change() == ""


def test_the_position_of_the_descriptor_does_not_matter(path: Path, whole: int) -> None:
    with open(path, "rb") as opened:
        opened.seek(500)
        file = OpenFile(opened.fileno())
        file.read_at(0, 20)
        os.lseek(opened.fileno(), 900, os.SEEK_SET)
        assert file.digest() == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("when", ["before reading", "after reading", "before the digest"])
@pytest.mark.parametrize("how", ["grow", "shrink", "overwrite", "empty"])
def test_a_file_that_changes_is_told_and_never_read_beyond_its_first_size(
    path: Path, whole: int, how: str, when: str
) -> None:
    def change() -> None:
        os.utime(path, ns=(0, 0))
        with open(path, "r+b") as writing:
            if how == "grow":
                writing.seek(0, os.SEEK_END)
                writing.write(b"more" * 1_000)
            elif how == "overwrite":
                writing.seek(100)
                writing.write(b"other")
            else:
                writing.truncate(0 if how == "empty" else 500)

    with open(path, "rb") as opened:
        file = OpenFile(opened.fileno())
        if when == "before reading":
            change()
        file.read_at(0, 600)
        if when == "after reading":
            change()
        file.read_at(200, 5_000)
        if when == "before the digest":
            change()
        assert len(file.digest()) == 64
        assert file.change() == "the file was changed while it was read"
        assert file.size == len(CONTENT)


def test_a_file_that_is_removed_is_read_to_its_end(path: Path, whole: int) -> None:
    with open(path, "rb") as opened:
        file = OpenFile(opened.fileno())
        path.unlink()
        assert file.read_at(0, 5) == CONTENT[:5]
        assert file.digest() == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("odd", ["/proc/self/status", "/proc/version"])
def test_a_file_of_no_size_that_holds_something_is_told(odd: str) -> None:
    with open(odd, "rb") as opened:
        file = OpenFile(opened.fileno())
        assert file.size == 0
        file.digest()
        assert file.change() == "the file holds more than its size says"


@pytest.mark.parametrize("size", [0, 1, 1_000, digests.LITTLE, digests.LITTLE + 1])
def test_both_ways_to_hash_agree(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(size)
    for seen in (0, digests.LITTLE):
        monkeypatch.setattr(digests, "_seen", [seen])
        made = digests.sha256(size)
        made.update(data)
        assert made.hexdigest() == hashlib.sha256(data).hexdigest()


def test_much_is_hashed_by_openssl_and_so_is_all_where_there_is_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "_seen", [0])
    assert type(digests.sha256(digests.LITTLE)) is not type(hashlib.sha256())
    assert type(digests.sha256(1)) is type(hashlib.sha256())
    monkeypatch.setattr(digests, "_seen", [0])
    monkeypatch.setattr(digests, "_OWN", "no_such_module")
    assert type(digests.sha256(1)) is type(hashlib.sha256())
    assert digests._seen[0] >= digests.LITTLE
