"""Archives made by hand are read by py7zr; their headers by eye."""

from __future__ import annotations

import io
import struct
import zlib

import pytest

from tests.builders import sevenzips
from tests.builders.noise import noise

MEMBERS = {"a.txt": b"hello", "dir/b.bin": noise(5000), "empty": b"", "big": noise(70_000)}


@pytest.mark.parametrize("value", [0, 1, 0x7F, 0x80, 0x3FFF, 0x4000, 1 << 32, (1 << 56) - 1, 1 << 56, (1 << 64) - 1])
def test_numbers(value: int) -> None:
    """Decoded as 7zFormat.txt describes it."""
    encoded = sevenzips.number(value)
    extra = next((place for place in range(8) if not encoded[0] & (0x80 >> place)), 8)
    low = int.from_bytes(encoded[1 : 1 + extra], "little")
    high = encoded[0] & (0x7F >> extra) if extra < 8 else 0
    assert len(encoded) == extra + 1
    assert low + (high << (8 * extra)) == value


def test_start_header_and_crcs() -> None:
    data = sevenzips.plain(MEMBERS)
    crc, offset, size, header_crc = struct.unpack("<IQQI", data[8:32])
    assert data.startswith(sevenzips.SIGNATURE)
    assert crc == zlib.crc32(data[12:32])
    assert header_crc == zlib.crc32(data[32 + offset : 32 + offset + size])
    assert 32 + offset + size == len(data)


def test_a_packed_header_hides_the_names() -> None:
    name = "a.txt".encode("utf-16-le")
    assert name in sevenzips.plain(MEMBERS)
    assert name not in sevenzips.archive(MEMBERS, packed_header=True)


@pytest.mark.libraries
@pytest.mark.parametrize("method", [sevenzips.COPY, sevenzips.LZMA])
@pytest.mark.parametrize("packed_header", [False, True])
@pytest.mark.parametrize("members", [MEMBERS, {"one": b"1"}, {str(n): b"%d" % n for n in range(300)}], ids=len)
def test_honest_archives(method: bytes, packed_header: bool, members: dict[str, bytes]) -> None:
    py7zr = pytest.importorskip("py7zr")
    data = sevenzips.archive(members, method=method, packed_header=packed_header)
    factory = py7zr.io.BytesIOFactory(1 << 20)
    with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
        assert archive.getnames() == list(members)
        archive.extractall(factory=factory)
    assert {name: product.read() for name, product in factory.products.items()} == members


@pytest.mark.libraries
def test_an_archive_of_empty_files() -> None:
    py7zr = pytest.importorskip("py7zr")
    with py7zr.SevenZipFile(io.BytesIO(sevenzips.plain({"empty": b""}))) as archive:
        assert archive.getnames() == ["empty"]


@pytest.mark.libraries
def test_sealed_linked_and_broken() -> None:
    py7zr = pytest.importorskip("py7zr")
    with py7zr.SevenZipFile(io.BytesIO(sevenzips.sealed(MEMBERS))) as archive:
        assert archive.needs_password()
    with py7zr.SevenZipFile(io.BytesIO(sevenzips.symlink())) as archive:
        assert [member.is_symlink for member in archive.files] == [True]
    with pytest.raises(py7zr.Bad7zFile):
        py7zr.SevenZipFile(io.BytesIO(sevenzips.false_header_crc(MEMBERS)))
