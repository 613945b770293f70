"""Gzip headers and trailers."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest

from tests.builders import streams
from tests.formats.containers.driver import until_break
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Oddity
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.decoders import Told
from weighbridge.formats.containers.gzip_members import gzip_header, ungzip, unzlib

DATA = b"content " * 100


def test_headers() -> None:
    plain = gzip_header(BytesSource(streams.gzipped(DATA)), 0)
    assert (plain.length, plain.name, plain.said) == (10, "", ())
    named = gzip_header(BytesSource(streams.gzipped(DATA, name=b"mod\xe8le.pkl")), 0)
    assert (named.length, named.name) == (21, "modèle.pkl")


def test_the_writer_of_python() -> None:
    target = io.BytesIO()
    with gzip.GzipFile("model.pkl.gz", "wb", fileobj=target) as file:
        file.write(DATA)
    assert gzip_header(BytesSource(target.getvalue()), 0).name == "model.pkl"


def test_what_hides_in_a_header() -> None:
    header = gzip_header(BytesSource(streams.gzipped(DATA, extra=b"hidden", comment=b"words")), 0)
    assert [note.kind for note in header.said] == ["gap", Oddity.COMMENT, "comment"]
    blocked = gzip_header(BytesSource(streams.gzipped(DATA, extra=b"BC\2\0\1\2")), 0)
    assert blocked.said == ()
    long = gzip_header(BytesSource(streams.gzipped(DATA, name=b"n" * 9000)), 0)
    assert [note.kind for note in long.said] == ["gap"]
    assert len(long.name) == 4096


def test_reserved_flags() -> None:
    packed = bytearray(streams.gzipped(DATA))
    packed[3] |= 0x80
    assert [note.kind for note in gzip_header(BytesSource(bytes(packed)), 0).said] == [Oddity.BAD_HEADER]


def test_header_checksum_is_stepped_over() -> None:
    packed = streams.gzipped(DATA)
    data = packed[:3] + b"\2" + packed[4:10] + b"\0\0" + packed[10:]
    assert b"".join(ungzip(BytesSource(data), Told())) == DATA


@pytest.mark.parametrize("cut", [0, 5, 9, 11, 14])
def test_cut_headers(cut: int) -> None:
    with pytest.raises(Malformed):
        gzip_header(BytesSource(streams.gzipped(DATA, extra=b"xyz", name=b"n")[:cut]), 0)


def test_members_are_joined() -> None:
    told = Told()
    packed = streams.gzip_members(b"one", b"two") + bytes(10) + streams.gzipped(b"three") + b"tail"
    assert b"".join(ungzip(BytesSource(packed), told)) == b"onetwothree"
    assert told.end == len(packed) - 4
    assert not told.notes.said


def test_sums_are_checked_but_break_nothing() -> None:
    told = Told()
    packed = streams.gzip_with_wrong_crc(DATA)
    assert b"".join(ungzip(BytesSource(packed), told)) == DATA
    assert [note.kind for note in told.notes.said] == [Oddity.CHECKSUM_MISMATCH]
    told = Told()
    zipped = bytearray(zlib.compress(DATA))
    zipped[-1] ^= 1
    assert b"".join(unzlib(BytesSource(bytes(zipped)), told)) == DATA
    assert [note.kind for note in told.notes.said] == [Oddity.CHECKSUM_MISMATCH]
    assert told.end == len(zipped)


def test_a_wrong_length_is_a_wrong_sum() -> None:
    packed = bytearray(streams.gzipped(DATA))
    packed[-1] ^= 1
    told = Told()
    assert b"".join(ungzip(BytesSource(bytes(packed)), told)) == DATA
    assert [note.kind for note in told.notes.said] == [Oddity.CHECKSUM_MISMATCH]


def test_zlib_streams_are_joined() -> None:
    told = Told()
    packed = zlib.compress(b"one") + zlib.compress(b"two") + b"tail"
    assert b"".join(unzlib(BytesSource(packed), told)) == b"onetwo"
    assert told.end == len(packed) - 4


@pytest.mark.parametrize("read", [ungzip, unzlib])
def test_cut_trailers(read: object) -> None:
    packed = (streams.gzipped if read is ungzip else zlib.compress)(DATA)
    told = Told()
    content, reason = until_break(read(BytesSource(packed[:-1]), told))  # type: ignore[operator]
    assert content == DATA
    assert "trailer is cut short" in reason
    assert told.end is None
