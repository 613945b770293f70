"""Hashing many files: the digests are right, and what has none says why."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from weighbridge.provenance.hashing import BLOCK, Wanted, hash_file, hash_files


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_digests_are_those_of_the_content(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path = tmp_path / "file"
    path.write_bytes(content)
    found = hash_file(Wanted(real=str(path), git=True, md5=True))
    assert found.size == size
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.git == hashlib.sha1(b"blob %d\0" % size + content).hexdigest()
    assert found.md5 == hashlib.md5(content).hexdigest()
    assert not found.trouble
    assert hash_file(Wanted(real=str(path), md5=True)).md5 == found.md5
    assert hash_file(Wanted(real=str(path))).git == ""


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_many_at_once_are_as_one_after_the_other(tmp_path: Path, jobs: int) -> None:
    wanted = []
    for number in range(20):
        path = tmp_path / str(number)
        path.write_bytes(bytes([number]) * (number * 1_000))
        wanted.append(Wanted(real=str(path)))
    told: list[str] = []
    found = hash_files([*wanted, wanted[0]], jobs=jobs, tell=lambda real, _size: told.append(real))
    assert found == {one.real: hash_file(one) for one in wanted}
    assert sorted(told) == sorted(found)


def test_what_is_no_regular_file_says_why(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"x")
    (tmp_path / "link").symlink_to("real")
    os.mkfifo(tmp_path / "pipe")
    found = hash_files(
        [Wanted(real=str(tmp_path / name)) for name in ("link", "pipe", "nothing", "a\0b")]
        + [Wanted(real=str(tmp_path))]
    )
    assert all(one.trouble and not one.sha256 for one in found.values())
    assert len(found) == 5
