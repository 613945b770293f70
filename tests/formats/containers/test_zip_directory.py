"""The directory as values: fields of entries, which directories are read, what bytes are left over, how fast."""

from __future__ import annotations

import io
import time
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import zip_tricks, zips
from tests.effort import is_quick
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Oddity
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.zip_directory import Directory, read_directory
from weighbridge.formats.node import Bench

ONE, TWO = b"first INERT content", b"second INERT content"


def read(data: bytes, limits: Limits | None = None) -> Directory:
    bounds = limits or Limits()
    return read_directory(BytesSource(data), Bench(bounds, Meter(bounds)))


class Counting:
    """A source that says how much of it was read."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.size = len(content)
        self.taken = 0

    def read_at(self, offset: int, length: int) -> bytes:
        found = self.content[offset : offset + length]
        self.taken += len(found)
        return found


def test_every_field_agrees_with_zipfile() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("plain", ONE)
        archive.writestr(zipfile.ZipInfo("ünï/packed"), TWO * 100, zipfile.ZIP_DEFLATED)
        info = zipfile.ZipInfo("mode")
        info.external_attr = 0o100600 << 16
        archive.writestr(info, b"")
    data = target.getvalue()
    directory = read(data)
    assert not directory.notes
    assert not directory.alternatives
    assert directory.trouble is None
    with zipfile.ZipFile(target) as archive:
        infos = archive.infolist()
    for entry, info in zip(directory.entries, infos, strict=True):
        assert (entry.name, entry.flags, entry.method) == (info.filename, info.flag_bits, info.compress_type)
        assert (entry.crc, entry.packed, entry.size) == (info.CRC, info.compress_size, info.file_size)
        assert (entry.external, entry.header_offset) == (info.external_attr, info.header_offset)
        assert entry.made_by == info.create_system << 8 | info.create_version
        assert entry.central_offset is not None
        assert entry.data_offset is not None
        assert data.startswith(b"PK\1\2", entry.central_offset)
        assert data[entry.data_offset :].startswith(ONE) == (entry.name == "plain")
        assert not entry.hidden
    assert directory.entries[1].raw == "ünï/packed".encode()


def test_names_are_decoded_by_their_flag() -> None:
    entries = (zips.Entry(name=b"\x82"), zips.Entry(name="é"), zips.Entry(name=b"\xff/x", flags=zips.UTF8))
    names = [(entry.name, entry.raw) for entry in read(zips.archive(*entries)).entries]
    assert names == [("é", b"\x82"), ("é", "é".encode()), ("%FF/x", b"\xff/x")]


def test_zip64_values_come_from_the_extra_field() -> None:
    (entry,) = read(zips.archive(zips.Entry(name="a", data=ONE, zip64=True), end=zips.End(zip64=True))).entries
    assert (entry.packed, entry.size, entry.header_offset) == (len(ONE), len(ONE), 0)


@given(prefix=st.binary(min_size=1, max_size=300), zip64=st.booleans(), shifted=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_prefix_shifts_offsets_as_zipfile_does(prefix: bytes, zip64: bool, shifted: bool) -> None:
    data = zips.archive(zips.Entry(name="a", data=ONE), prefix=prefix, shifted=shifted, end=zips.End(zip64=zip64))
    directory = read(data)
    (entry,) = directory.entries
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert entry.header_offset == archive.infolist()[0].header_offset
    assert entry.data_offset == data.find(ONE, len(prefix))
    (note,) = directory.notes
    assert (note.kind, getattr(note, "start", None), getattr(note, "end", None)) == ("prefix", 0, len(prefix))


def test_an_absolute_directory_before_a_gap_is_found_as_miniz_finds_it() -> None:
    whole = zips.plain({"a": ONE})
    at = whole.rfind(b"PK\5\6")
    directory = read(whole[:at] + b"in between" + whole[at:])
    assert [entry.name for entry in directory.entries] == ["a"]
    assert [note.kind for note in directory.notes] == ["gap"]


def test_miniz_and_zipfile_find_different_directories() -> None:
    """Offsets that hold from the start of the file lead to one directory, offsets shifted by a prefix to another."""
    first, second = zips.plain({"a": ONE}), zips.plain({"b": TWO})
    at = first.find(b"PK\1\2")
    shift = at - second.find(b"PK\1\2")
    end = zips.End(offset=at)
    hidden = zips.archive(zips.Entry(name="b", data=TWO), prefix=first, shifted=False, end=end)
    assert shift
    directory = read(hidden)
    assert {entry.name for entry in directory.entries} == {"a", "b"}
    assert Oddity.SECOND_DIRECTORY in {note.kind for note in directory.notes}


def test_other_directories_add_only_what_the_first_does_not_name() -> None:
    directory = read(zip_tricks.two_directories(ONE, TWO))
    assert {entry.name for entry in directory.entries} == {"archive/data.pkl"}
    assert [entry.hidden for entry in directory.entries] == [False, True]
    again = zips.plain({"a": ONE})
    at = again.rfind(b"PK\5\6")
    directory = read(again + again[at:])
    assert len(directory.entries) == 1


def test_alternatives_follow_the_local_header() -> None:
    (own,) = read(zip_tricks.two_sizes(ONE, 3)).alternatives
    assert (own.packed, own.size, own.hidden) == (3, 3, False)
    assert not read(zip_tricks.two_names(ONE)).alternatives


def test_members_of_an_archive_without_directory_are_found() -> None:
    whole = zips.plain({"a": ONE, "b": TWO})
    directory = read(whole[: whole.find(b"PK\1\2")])
    assert [entry.name for entry in directory.entries] == ["a", "b"]
    assert not directory.notes
    assert isinstance(directory.trouble, Malformed)


def test_a_directory_that_breaks_off() -> None:
    whole = bytearray(zips.plain({"a": ONE, "b": TWO}))
    whole[whole.rfind(b"PK\1\2")] = 0
    directory = read(bytes(whole))
    assert [(entry.name, entry.hidden) for entry in directory.entries] == [("a", False), ("b", True)]
    assert isinstance(directory.trouble, Malformed)


def test_members_are_counted() -> None:
    limits = Limits(members=5)
    directory = read(zips.archive(*(zips.Entry(name=str(number)) for number in range(9))), limits)
    assert len(directory.entries) == 5
    assert isinstance(directory.trouble, OverLimit)


def test_member_data_is_never_read() -> None:
    big = 8 << 20
    source = Counting(zips.plain({"a": bytes(big), "b": bytes(big)}))
    limits = Limits()
    assert len(read_directory(source, Bench(limits, Meter(limits))).entries) == 2
    assert source.taken < 200_000


def test_a_member_costs_a_few_microseconds() -> None:
    data = zips.archive(*(zips.Entry(name=f"archive/data/{number}", data=ONE) for number in range(20_000)))
    start = time.process_time()
    assert len(read(data).entries) == 20_000
    assert is_quick(time.process_time() - start, 2)


def test_gaps_full_of_headers_cost_one_pass() -> None:
    header = zips.local_record(zips.Entry(name="h", descriptor="bare"))[:31]
    data = zips.archive(zips.Entry(name="a", data=ONE), gap=header * 20_000)
    source, limits = Counting(data), Limits()
    start = time.process_time()
    directory = read_directory(source, Bench(limits, Meter(limits)))
    assert len(directory.entries) == 20_001
    assert is_quick(time.process_time() - start, 4)
    assert len(directory.notes) < 1000
