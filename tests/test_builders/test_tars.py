"""Honest archives are read by `tarfile`; each trick shows in what `tarfile` lists. Nothing is ever extracted."""

from __future__ import annotations

import io
import tarfile

import pytest

from tests.builders import tars
from tests.builders.tars import Member

MEMBERS = {"a.txt": b"hello", "dir/b.bin": b"x" * 600, "empty": b""}


def _list(data: bytes, *, ignore_zeros: bool = False) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:", ignore_zeros=ignore_zeros) as archive:
        return archive.getmembers()


def _contents(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        return {member.name: opened.read() for member in archive if (opened := archive.extractfile(member))}


@pytest.mark.parametrize("magic", [tars.USTAR, tars.GNU, tars.OLD])
def test_honest_archives(magic: bytes) -> None:
    assert _contents(tars.plain(MEMBERS, magic=magic)) == MEMBERS


def test_long_names_and_base256_sizes() -> None:
    assert list(_contents(tars.gnu_long_name(b"data"))) == ["a" * 120 + "/data.pkl"]
    assert _contents(tars.archive(Member(name="a", data=b"12", base256_size=True))) == {"a": b"12"}
    prefixed = tars.archive(Member(name="data.pkl", data=b"12", prefix=b"folder"))
    assert _contents(prefixed) == {"folder/data.pkl": b"12"}


def test_pax_overrides() -> None:
    assert _contents(tars.pax_override(b"data")) == {"data.pkl": b"data"}
    assert b"weights.txt" in tars.pax_override(b"data")
    assert _contents(tars.pax_size_override(b"content", 2)) == {"data.pkl": b"content"}
    global_path = tars.archive(tars.pax({"path": "all.pkl"}, everywhere=True), Member(name="a", data=b"1"))
    assert [member.name for member in _list(global_path)] == ["all.pkl"]


@pytest.mark.parametrize("value", ["", "x", "x" * 80, "x" * 90, "x" * 91, "x" * 985])
def test_pax_records_count_themselves(value: str) -> None:
    record = tars.pax_records({"key": value})
    assert int(record.split(b" ")[0]) == len(record)


def test_links_and_special_files() -> None:
    assert _list(tars.link())[0].issym()
    assert _list(tars.link(kind=tars.HARD_LINK))[0].islnk()
    assert _list(tars.special())[0].isfifo()
    assert _list(tars.special(tars.CHARACTER_DEVICE))[0].ischr()
    assert [member.name for member in _list(tars.link_then_file(b"data"))] == ["out", "out/data.pkl"]


@pytest.mark.parametrize("name", tars.SLIP_NAMES)
def test_slipping_names(name: bytes) -> None:
    assert _list(tars.slipping(name))[0].name == name.decode("utf-8", "surrogateescape")


def test_sparse_files_claim_much() -> None:
    [member] = _list(tars.gnu_sparse(b"data"))
    assert member.issparse()
    assert member.size == 1 << 40


def test_a_false_checksum_ends_the_list() -> None:
    assert [member.name for member in _list(tars.false_checksum(b"data"))] == ["readme.txt"]


def test_duplicates_tails_and_second_archives() -> None:
    assert [member.name for member in _list(tars.duplicates(b"1", b"2"))] == ["data.pkl", "data.pkl"]
    assert tars.trailing(b"HIDDEN", b"data").endswith(b"\0" * 1024 + b"HIDDEN")
    two = tars.two_archives(b"1", b"2")
    assert [member.name for member in _list(two)] == ["first.pkl"]
    assert [member.name for member in _list(two, ignore_zeros=True)] == ["first.pkl", "second.pkl"]
