"""Single records of zip."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import zips
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.zip_records import (
    FULL32,
    Entry,
    decode_name,
    descriptor_length,
    end64_places,
    end64_record,
    end_record,
    extra_fields,
    unicode_path,
    utf8_reading,
    zip64_values,
)


@given(st.binary(max_size=200))
def test_extra_fields_account_for_every_byte(extra: bytes) -> None:
    seen = 0
    for kind, start, length in extra_fields(extra):
        assert start == seen + (4 if kind >= 0 else 0)
        seen = start + length
    assert seen == len(extra)


def test_zip64_values_replace_only_full_fields() -> None:
    extra = b"XX\1\0y" + struct.pack("<HHQQ", 1, 16, 1 << 40, 1 << 41)
    assert zip64_values(extra, (FULL32, 5, FULL32)) == (1 << 40, 5, 1 << 41)
    assert zip64_values(extra, (FULL32, FULL32, FULL32)) == (1 << 40, 1 << 41, FULL32)
    assert zip64_values(extra, (1, 2, 3)) == (1, 2, 3)
    assert zip64_values(b"", (FULL32, 2)) == (FULL32, 2)


def test_unicode_path_needs_the_crc_of_the_name() -> None:
    body = b"\1" + zlib.crc32(b"name").to_bytes(4, "little") + "ñame".encode()
    extra = b"up" + len(body).to_bytes(2, "little") + body
    assert unicode_path(extra, b"name") == "ñame"
    assert unicode_path(extra, b"other") == ""
    assert unicode_path(b"up\1\0\1", b"name") == ""


def test_names() -> None:
    assert decode_name(b"a\x82", 0) == "aé"
    assert decode_name("é".encode(), 0x800) == "é"
    assert decode_name(b"\xe9", 0x800) == "%E9"


@pytest.mark.parametrize(
    ("raw", "flags", "other"),
    [(b"a", 0, ""), (b"\xc3\xa9", 0, "é"), (b"\xc3\xa9", 0x800, ""), (b"\xe9", 0, "")],
)
def test_utf8_reading(raw: bytes, flags: int, other: str) -> None:
    entry = Entry(
        name=decode_name(raw, flags), raw=raw, flags=flags, method=0, crc=0, packed=0, size=0, made_by=0, external=0,
        central_offset=None, header_offset=0, data_offset=None,
    )  # fmt: skip
    assert utf8_reading(entry) == other


@pytest.mark.parametrize("signature", [b"", b"PK\7\x08"])
@pytest.mark.parametrize("width", ["<II", "<QQ"])
def test_descriptors(signature: bytes, width: str) -> None:
    data = signature + struct.pack("<I", 77) + struct.pack(width, 5, 9)
    assert descriptor_length(BytesSource(data + b"PK\3\4........"), 0, 77, 5, 9) == len(data)
    assert descriptor_length(BytesSource(data), 0, 77, 5, 8) == 0
    assert descriptor_length(BytesSource(data[:-1]), 0, 77, 5, 9) == 0


def test_end_records() -> None:
    data = zips.archive(zips.Entry(name="a"), end=zips.End(zip64=True, comment=b"hi"))
    at = data.rfind(b"PK\5\6")
    end = end_record(BytesSource(data), at)
    assert end is not None
    assert (end.entries, end.comment, end.length) == (1, 2, 22)
    first, second = end64_places(BytesSource(data), at)
    assert first == second == data.find(b"PK\6\6")
    wide = end64_record(BytesSource(data), first)
    assert wide is not None
    assert (wide.entries, wide.directory_offset, wide.length) == (1, end.directory_offset, 56)
    assert end_record(BytesSource(data), at - 1) is None
    assert end64_record(BytesSource(data), -5) is None
    assert end64_places(BytesSource(zips.plain({})), 0) == ()
