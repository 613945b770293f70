"""The header database of 7z."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import sevenzips
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.limits import Limits, Meter
from weighbridge.formats.containers.sevenz_header import Coder, Cursor, Folder, read_files, read_streams


@given(st.integers(0, (1 << 64) - 1))
def test_numbers(value: int) -> None:
    cursor = Cursor(sevenzips.number(value))
    assert cursor.number() == value
    assert cursor.at == len(cursor.body)


def test_bits() -> None:
    assert Cursor(b"\xa0\x80").bits(9) == [True, False, True, False, False, False, False, False, True]
    assert Cursor(b"\1").optional_bits(3) == [True] * 3
    assert Cursor(b"\0\x40").optional_bits(2) == [False, True]
    assert Cursor(b"\0\x40\1\0\0\0").sums(2) == [None, 1]


def test_counts_are_checked_against_what_is_left() -> None:
    with pytest.raises(Malformed):
        Cursor(sevenzips.number(1 << 40)).count(8)
    with pytest.raises(Malformed):
        Cursor(b"").byte()


def test_the_size_of_a_folder_is_that_of_its_last_coder() -> None:
    plain = Coder(method=b"\0", properties=b"", inputs=1, outputs=1)
    folder = Folder(coders=(plain, plain), binds=((0, 1),), packed=(1,), sizes=(30, 20), crc=None)
    assert folder.size == 30


@pytest.mark.parametrize("late", [b"\x08\0\x07", b"\x06\0\0\0\x06", b"\x08\0\x08"])
def test_parts_of_the_streams_come_once_and_in_order(late: bytes) -> None:
    with pytest.raises(Malformed, match="too late"):
        read_streams(Cursor(late + bytes(60)), Meter(Limits()))


def files(body: bytes, limits: Limits | None = None) -> list[tuple[str, bool, bool, bool, int]]:
    found = read_files(Cursor(body), Meter(limits or Limits()))
    return [(file.name, file.has_stream, file.directory, file.anti, file.attributes) for file in found]


def part(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + sevenzips.number(len(body)) + body


def test_files() -> None:
    names = part(0x11, b"\0" + "a\0d\0e\0x\0".encode("utf-16-le"))
    body = sevenzips.number(4) + part(0x0E, b"\x70") + part(0x0F, b"\x40") + part(0x10, b"\x20") + names
    body += part(0x15, b"\0\x80\0" + (0x20).to_bytes(4, "little")) + part(0x19, bytes(5)) + b"\0"
    assert files(body) == [
        ("a", True, False, False, 0x20),
        ("d", False, True, False, 0),
        ("e", False, False, False, 0),
        ("x", False, True, True, 0),
    ]


def test_missing_names_are_empty() -> None:
    found = files(sevenzips.number(2) + part(0x11, b"\0" + "a\0".encode("utf-16-le")) + b"\0")
    assert [name for name, *_ in found] == ["a", ""]


def test_too_many_files() -> None:
    with pytest.raises(OverLimit):
        files(sevenzips.number(1 << 30) + b"\0")
    with pytest.raises(OverLimit):
        files(sevenzips.number(6) + b"\0", Limits(members=5))


@pytest.mark.parametrize("kind", [0x11, 0x15])
def test_content_outside_the_header(kind: int) -> None:
    lead = b"\1" if kind == 0x11 else b"\1\1"
    with pytest.raises(Malformed):
        files(sevenzips.number(1) + part(kind, lead + b"\0") + b"\0")


@given(st.binary(max_size=120))
def test_any_header_ends(body: bytes) -> None:
    for read in (read_streams, read_files):
        meter = Meter(Limits(members=50))
        try:
            read(Cursor(body), meter)
        except (Malformed, OverLimit):
            continue
