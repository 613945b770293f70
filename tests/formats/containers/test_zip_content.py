"""Decoders of members, and whether an encryption flag is true."""

from __future__ import annotations

import pytest

from tests.builders import zips
from tests.builders.noise import noise
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.decoders import End
from weighbridge.formats.containers.zip_content import Unreadable, beginning, blocks_of, is_locked, is_plain, stored_crc
from weighbridge.formats.containers.zip_directory import read_directory
from weighbridge.formats.containers.zip_records import Entry
from weighbridge.formats.node import Bench

CONTENT = b"content " * 20_000


def entry_of(built: zips.Entry) -> tuple[Entry, BytesSource]:
    source, limits = BytesSource(zips.archive(built)), Limits()
    return read_directory(source, Bench(limits, Meter(limits))).entries[0], source


@pytest.mark.parametrize("method", [zips.DEFLATE, zips.BZIP2, zips.LZMA, zips.ZSTD, zips.XZ])
def test_decoders_take_all_that_is_packed(method: int) -> None:
    entry, source = entry_of(zips.Entry(name="a", data=CONTENT, method=method))
    end = End()
    blocks = blocks_of(entry, source, end)
    assert not isinstance(blocks, Unreadable)
    assert b"".join(blocks()) == CONTENT
    assert (end.produced, end.crc, end.consumed) == (len(CONTENT), entry.crc, entry.packed)
    assert beginning(entry, source, 10) == CONTENT[:10]


@pytest.mark.parametrize("method", [1, zips.DEFLATE64, zips.AES, 98, 1234])
def test_methods_without_decoder(method: int) -> None:
    entry, source = entry_of(zips.Entry(name="a", data=CONTENT, method=method))
    assert isinstance(blocks_of(entry, source, End()), Unreadable)
    assert beginning(entry, source, 10) == b""


def test_lzma_without_the_flag_of_an_end_mark_ends_at_its_size() -> None:
    claims = zips.Claims(flags=0, size=100)
    entry, source = entry_of(zips.Entry(name="a", data=CONTENT, method=zips.LZMA, central=claims))
    end = End()
    blocks = blocks_of(entry, source, end)
    assert not isinstance(blocks, Unreadable)
    assert b"".join(blocks()) == CONTENT[:100]
    assert end.complete
    assert not end.closed


@pytest.mark.parametrize("method", [zips.STORED, zips.DEFLATE, zips.BZIP2, zips.LZMA, zips.ZSTD, zips.XZ])
@pytest.mark.parametrize("content", [b"short", CONTENT])
def test_plain_data_under_a_false_flag(method: int, content: bytes) -> None:
    entry, source = entry_of(zips.Entry(name="a", data=content, method=method, flags=zips.ENCRYPTED))
    assert is_locked(entry)
    assert is_plain(entry, source)


@pytest.mark.parametrize("method", [zips.STORED, zips.DEFLATE, zips.BZIP2, zips.LZMA, zips.ZSTD, zips.XZ])
@pytest.mark.parametrize("seed", range(20))
def test_ciphertext_is_not_plain(method: int, seed: int) -> None:
    payload = noise(12 + 40, f"{method} {seed}")
    built = zips.Entry(name="a", data=b"x" * 40, method=method, flags=zips.ENCRYPTED, payload=payload)
    assert not is_plain(*entry_of(built))


def test_really_encrypted() -> None:
    assert not is_plain(*entry_of(zips.encrypted_entry("a", CONTENT)))


def test_stored_crc() -> None:
    entry, source = entry_of(zips.Entry(name="a", data=CONTENT))
    assert entry.data_offset is not None
    assert stored_crc(source, entry.data_offset, entry.size) == entry.crc
