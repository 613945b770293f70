"""What any reader gets out of a mutated archive is among the children: ``zipfile``, ``tarfile`` and torch's miniz."""

from __future__ import annotations

import io
import random
import tarfile
import zipfile
from collections.abc import Callable, Iterator

import pytest

from tests.builders import tars, zip_tricks, zips
from tests.formats.containers.driver import drain
from tests.formats.containers.test_mutations import DATA, mutated
from weighbridge.formats.containers.tar import extract as extract_tar
from weighbridge.formats.containers.zip import extract as extract_zip

CASES = 1500
SHORT = b"another INERT content"
VERSION = zips.Entry(name="archive/version", data=b"3\n")

STORED = [
    zips.plain({"archive/data.pkl": DATA, "archive/version": b"3\n"}),
    zip_tricks.duplicates(DATA, SHORT),
    zip_tricks.case_twins(DATA, SHORT),
    zip_tricks.two_directories(DATA, SHORT),
    zip_tricks.zip64_dispute(DATA, SHORT),
    zip_tricks.quoted(DATA),
    zip_tricks.unlisted(DATA, SHORT),
    zip_tricks.commented(DATA, SHORT),
    zips.archive(VERSION, zips.Entry(name="archive/data.pkl", data=DATA, zip64=True), end=zips.End(zip64=True)),
    zips.archive(VERSION, zips.Entry(name="archive/data.pkl", data=DATA, descriptor="signed")),
    zips.archive(VERSION, zips.Entry(name="archive/data.pkl", data=DATA), end=zips.End(comment=b"PK\5\6" + bytes(18))),
]
PACKED = [zips.plain({"archive/data.pkl": DATA, "b": SHORT}, method=method) for method in (zips.DEFLATE, zips.BZIP2)]


def zipfile_reads(data: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                try:
                    yield archive.read(info)
                except Exception:  # noqa: BLE001  (whatever it raises, it gives nothing)
                    continue
    except Exception:  # noqa: BLE001
        return


def miniz_reads(data: bytes) -> Iterator[bytes]:
    torch = pytest.importorskip("torch")
    try:
        reader = torch._C.PyTorchFileReader(io.BytesIO(data))
    except (RuntimeError, UnicodeDecodeError):
        return
    for name in ("data.pkl", "version"):
        try:
            content: bytes = reader.get_record(name)
        except RuntimeError:
            continue
        if content in data:  # for empty records and directories miniz hands out memory that it never wrote
            yield content


def tarfile_reads(data: bytes) -> Iterator[bytes]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for info in archive:
                member = archive.extractfile(info) if info.isreg() else None
                if member is not None:
                    yield member.read()
    except Exception:  # noqa: BLE001
        return


def misses(read: Callable[[bytes], Iterator[bytes]], data: bytes, contents: list[bytes]) -> list[bytes]:
    return [
        content
        for content in read(data)
        if content.strip(b"\0") and not any(found.startswith(content) for found in contents)
    ]


def check(read: Callable[[bytes], Iterator[bytes]], cases: Iterator[bytes], *, tar: bool = False) -> None:
    read_something = 0
    for data in cases:
        contents = [content for _, content in drain(extract_tar if tar else extract_zip, data).contents]
        assert not misses(read, data, contents)
        read_something += any(True for _ in read(data))
    assert read_something > CASES // 20


def test_zipfile() -> None:
    chance = random.Random("zipfile")
    check(zipfile_reads, (mutated(chance, chance.choice(STORED + PACKED)) for _ in range(CASES)))


@pytest.mark.libraries
def test_miniz() -> None:
    chance = random.Random("miniz")
    check(miniz_reads, (mutated(chance, chance.choice(STORED)) for _ in range(CASES)))


TARS = [
    tars.plain({"a": DATA, "b": SHORT}),
    tars.plain({"a": DATA, "b": SHORT}, magic=tars.GNU),
    tars.gnu_long_name(DATA),
    tars.pax_override(DATA),
    tars.pax_size_override(DATA, 5),
    tars.gnu_sparse(DATA, 4000),
    tars.two_archives(DATA, SHORT),
    tars.link_then_file(DATA),
]


def with_right_sums(chance: random.Random, seed: bytes) -> bytes:
    """Change header fields and write the checksums that fit them."""
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 3))):
        field = chance.choice((0, 5, 99, 124, 125, 134, 135, 156, 156, 157, 257, 262, 345, chance.randrange(512)))
        data[chance.randrange(len(data) // 512) * 512 + field] = chance.choice(
            b"\0\1 0157\x80\xffLxgSD" + chance.randbytes(1)
        )
    for at in range(0, len(data) - 511, 512):
        block = data[at : at + 512]
        if block[257:262] == b"ustar" or block[100:107] == b"0000644":
            block[148:156] = b" " * 8
            data[at + 148 : at + 156] = b"%06o\0 " % sum(block)
    return bytes(data)


def test_tarfile() -> None:
    chance = random.Random("tarfile")
    check(tarfile_reads, (mutated(chance, chance.choice(TARS)) for _ in range(CASES)), tar=True)
    check(tarfile_reads, (with_right_sums(chance, chance.choice(TARS)) for _ in range(CASES)), tar=True)
