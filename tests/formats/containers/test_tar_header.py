"""Header blocks and pax records."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import tars
from weighbridge.formats.containers.tar_header import has_sum, looks_like, number, parse, pax_records, text


@pytest.mark.parametrize("magic", [tars.USTAR, tars.GNU, tars.OLD])
def test_looks_like(magic: bytes) -> None:
    block = tars.header(tars.Member(name="a", data=b"x", magic=magic))
    assert looks_like(block + b"more")
    assert not looks_like(block[:-1])
    assert not looks_like(bytes(512))
    assert not looks_like(tars.header(tars.Member(name="a", checksum=7)))
    assert not looks_like(b"text of more than a block " * 40)


@given(st.binary(min_size=512, max_size=512))
def test_random_blocks_are_no_headers(block: bytes) -> None:
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        assert not looks_like(block)


def test_signed_sums_count() -> None:
    member = tars.Member(name=b"\xe9\xe9", data=b"")
    signed = sum(byte - 256 if byte > 127 else byte for byte in tars.header(member)[:148])
    block = tars.header(member)
    rest = sum(byte - 256 if byte > 127 else byte for byte in block[156:]) + 8 * 32
    assert has_sum(tars.header(tars.Member(name=b"\xe9\xe9", checksum=signed + rest)))


@pytest.mark.parametrize(
    ("field", "value", "odd"),
    [
        (b"00000000017\0", 15, False),
        (b"         17 ", 15, False),
        (b"\0" * 12, 0, False),
        (b"\x80" + (1 << 40).to_bytes(11, "big"), 1 << 40, False),
        (b"\xff" * 12, -1, False),
        (b"+17\0        ", 15, True),
        (b"0o17\0       ", 15, True),
        (b"hello\0      ", -1, True),
        (b"\xc3\0          "[:12], -1, True),
    ],
)
def test_numbers(field: bytes, value: int, odd: bool) -> None:
    found, words = number(field)
    if field[0] & 0x80 and value == -1 and odd:
        assert found != 0  # base 256 with the next bit set: a huge number
        return
    assert (found, bool(words)) == (value, odd)


@given(st.integers(0, 8**11 - 1))
def test_numbers_agree_with_tarfile(value: int) -> None:
    field = b"%011o\0" % value
    assert number(field) == (tarfile.nti(field), "")  # type: ignore[attr-defined]


def test_prefixes() -> None:
    ustar = parse(tars.header(tars.Member(name="a", prefix=b"dir")))
    assert (ustar.name, ustar.other_name) == ("dir/a", "dir/a")
    gnu = parse(tars.header(tars.Member(name="a", prefix=b"dir", magic=tars.GNU)))
    assert (gnu.name, gnu.other_name) == ("a", "dir/a")


def test_old_directories_end_in_a_slash() -> None:
    assert parse(tars.header(tars.Member(name="d/", kind=b"\0", magic=tars.OLD))).kind == "5"


def test_text_is_cut_at_nul_and_readable() -> None:
    assert text(b"a\0b") == "a"
    assert text(b"\xff") == "%FF"


KEYS = st.text(st.characters(exclude_characters="=\0", codec="utf-8"), min_size=1)
VALUES = st.text(st.characters(codec="utf-8"))


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_pax_records_come_back(values: dict[str, str]) -> None:
    body = tars.pax_records(values)
    records, odd = pax_records(body, len(body))
    assert dict(records) == values
    assert not odd


@pytest.mark.parametrize(
    ("body", "records"),
    [
        (b"5 a=b\n", [("a", "")]),
        (b"x a=b\n", []),
        (b"9 a=b\n", [("a", "b\n\0\0")]),
        (b"6 a=b\n5 c=\n", [("a", "b"), ("c", "")]),
        (b"6 a=b", [("a", "b")]),
        (b"6 a-b\n", []),
        (b"0 a=b\n", []),
        (b"a", []),
        (b"6 a=b\nxx", [("a", "b")]),
    ],
)
def test_odd_pax_records_are_read_as_python_reads_them(body: bytes, records: list[tuple[str, str]]) -> None:
    padded = body.ljust(512, b"\0")
    found, odd = pax_records(padded, len(body))
    assert found == records
    assert bool(odd) == (records != [("a", "b"), ("c", "")])
    header = tarfile.TarInfo("PaxHeaders/x")
    header.type, header.size = tarfile.XHDTYPE, len(body)
    data = header.tobuf(tarfile.USTAR_FORMAT) + padded + tarfile.TarInfo("m").tobuf(tarfile.USTAR_FORMAT) + bytes(1024)
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            read = archive.getmembers()[0].pax_headers
    except tarfile.ReadError:
        assert odd  # newer readers refuse what older ones read (CVE-2024-6232)
    else:
        assert read == dict(records)


@given(st.binary(max_size=100))
def test_any_pax_body_ends(body: bytes) -> None:
    records, _ = pax_records(body, 50)
    assert len(records) <= len(body)
