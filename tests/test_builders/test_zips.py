"""Honest archives are read by `zipfile`; each trick shows in the bytes or in what `zipfile` says."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib

import pytest

from tests.builders import zip_tricks, zips
from tests.builders.noise import noise
from tests.builders.zip_tricks import NAME
from tests.builders.zips import Claims, End, Entry

MEMBERS = {"a.txt": b"hello", "dir/b.bin": noise(5000), "\u00e9": b"q", "empty": b""}
METHODS = (zips.STORED, zips.DEFLATE, zips.BZIP2, zips.LZMA)


def _open(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def _contents(data: bytes) -> dict[str, bytes]:
    with _open(data) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("method", METHODS)
def test_honest_archives(method: int) -> None:
    entries = [Entry(name=name, data=data, method=method) for name, data in MEMBERS.items()]
    bare = [Entry(name=name, data=data, method=method, descriptor="bare", zip64=True) for name, data in MEMBERS.items()]
    for archive in (
        zips.plain(MEMBERS, method=method),
        zips.plain(MEMBERS, method=method, prefix=b"MZ" * 20),
        zips.plain(MEMBERS, method=method, tail=b""),
        zips.streamed(MEMBERS, method=method),
        zips.streamed(MEMBERS, method=method, zip64=True),
        zips.archive(*bare, end=End(zip64=True, comment=b"INERT")),
        zips.archive(*entries, prefix=b"stub", shifted=False, gap=b"gap"),
    ):
        assert _contents(archive) == MEMBERS


def test_encrypted_member_opens_with_its_password() -> None:
    with _open(zips.archive(zips.encrypted_entry("secret", b"content"))) as archive:
        assert archive.read("secret", pwd=b"INERT") == b"content"
        with pytest.raises(RuntimeError, match="password"):
            archive.read("secret")


def test_claims_replace_single_fields() -> None:
    claims = Claims(name="other", flags=1, method=8, crc=2, packed_size=3, size=4)
    record = zips.local_record(Entry(name="a", data=b"data", local=claims))
    assert struct.unpack("<4sHHHHHIIIHH", record[:30]) == (b"PK\x03\x04", 20, 1, 8, 0, 0x21, 2, 3, 4, 5, 0)
    assert record[30:] == b"otherdata"


def test_end_records_may_lie() -> None:
    end = zips.archive(Entry(name="a"), end=End(entries=7, size=8, offset=9))[-22:]
    assert struct.unpack("<4sHHHHIIH", end) == (b"PK\x05\x06", 0, 0, 7, 7, 8, 9, 0)


@pytest.mark.parametrize("where", ["both", "local", "central"])
def test_wrong_crc(where: str) -> None:
    data = zip_tricks.wrong_crc(b"data", where=where)
    assert data.count(struct.pack("<I", 0x12345678)) == (2 if where == "both" else 1)
    if where != "local":
        with pytest.raises(zipfile.BadZipFile, match="CRC"):
            _open(data).read(NAME)


@pytest.mark.parametrize("flags", [zips.ENCRYPTED, zips.PATCHED, zips.STRONG])
def test_flag_bits_are_set_on_clear_text(flags: int) -> None:
    data = zip_tricks.flag_bits(b"data", flags)
    assert b"data" in data
    assert _open(data).getinfo(NAME).flag_bits == flags
    with pytest.raises((RuntimeError, NotImplementedError)):
        _open(data).read(NAME)


def test_two_names() -> None:
    with pytest.raises(zipfile.BadZipFile, match="differ"):
        _open(zip_tricks.two_names(b"data")).read(NAME)


def test_two_sizes_and_two_methods_read_by_the_directory() -> None:
    assert _open(zip_tricks.two_sizes(b"content")).read(NAME) == b"content"
    assert _open(zip_tricks.two_methods(b"content" * 9)).read(NAME) == b"content" * 9


def test_duplicates_and_case_twins() -> None:
    with _open(zip_tricks.duplicates(b"first", b"second")) as archive:
        assert archive.namelist() == [NAME, NAME]
        assert archive.read(NAME) == b"second"
    assert list(_contents(zip_tricks.case_twins(b"first", b"second"))) == ["archive/DATA.PKL", NAME]
    assert "archive/DATA.PKL" in _contents(zip_tricks.other_case(b"data"))


@pytest.mark.parametrize("name", ["between_entries", "before_directory", "unlisted", "commented", "trailing"])
def test_hidden_bytes_are_there_and_zipfile_does_not_say_so(name: str) -> None:
    data = getattr(zip_tricks, name)(b"HIDDEN", b"data")
    assert b"HIDDEN" in data
    assert _contents(data)[NAME] == b"data"
    assert b"HIDDEN" not in _contents(data).values()


def test_phantom_member() -> None:
    with pytest.raises(zipfile.BadZipFile, match="magic"):
        _open(zip_tricks.phantom(b"data")).read("archive/ghost.pkl")


def test_two_directories_and_the_zip64_dispute() -> None:
    assert _open(zip_tricks.two_directories(b"first", b"second")).read(NAME) == b"second"
    data = zip_tricks.zip64_dispute(b"first", b"second")
    assert _open(data).read(NAME) == b"first"
    (offset,) = struct.unpack("<I", data[-6:-2])
    signature, *_, local = struct.unpack("<4s38xI", data[offset : offset + 46])
    assert signature == b"PK\x01\x02"
    assert data[local:].startswith(b"PK\x03\x04")
    assert data[local + 30 + len(NAME) :].startswith(b"second")


def test_nested_archives() -> None:
    data = zip_tricks.nested(b"data", depth=4)
    for _ in range(3):
        data = _open(data).read("inner.zip")
    assert _contents(data) == {NAME: b"data"}


@pytest.mark.parametrize("method", [zips.ZSTD, zips.XZ, zips.DEFLATE64, zips.AES])
def test_exotic_methods(method: int) -> None:
    archive = _open(zip_tricks.exotic(b"data", method))
    assert archive.getinfo(NAME).compress_type == method
    with pytest.raises((NotImplementedError, RuntimeError)):
        archive.read(NAME)


@pytest.mark.parametrize("name", zip_tricks.SLIP_NAMES)
def test_slipping_names_stand_in_both_headers(name: bytes) -> None:
    assert zip_tricks.slipping(name).count(b"\x00\x00" + name) >= 2


def test_links_and_special_files() -> None:
    link = _open(zip_tricks.symlink()).infolist()[0]
    assert stat.S_ISLNK(link.external_attr >> 16)
    assert stat.S_ISFIFO(_open(zip_tricks.special()).infolist()[0].external_attr >> 16)


def test_overlaps() -> None:
    shared = _open(zip_tricks.overlapping(b"data", 5)).infolist()
    assert [member.header_offset for member in shared] == [0] * 5
    # only the directory is read: newer versions of zipfile refuse the outer member
    outer, inner = _open(zip_tricks.quoted(b"data")).infolist()
    assert inner.filename == NAME
    assert outer.header_offset < inner.header_offset < outer.header_offset + 30 + outer.compress_size
    assert _open(zip_tricks.quoted(b"data")).read(NAME) == b"data"


def test_bombs() -> None:
    bomb = zip_tricks.bomb(10 << 20, copies=2)
    assert len(bomb) < 30_000
    assert sum(member.file_size for member in _open(bomb).infolist()) == 20 << 20
    assert _open(zip_tricks.claimed_bomb()).getinfo(NAME).file_size == 0xFFFFFFF0
    assert len(_open(zip_tricks.crowd(70_000)).infolist()) == 70_000


def test_a_bad_first_member_does_not_harm_the_second() -> None:
    with _open(zip_tricks.bad_first(b"data")) as archive:
        assert archive.read(NAME) == b"data"
        with pytest.raises(zlib.error):
            archive.read("archive/broken")


def test_in_order() -> None:
    assert list(_contents(zip_tricks.in_order(["b", "a"], b"data"))) == ["b", "a"]
