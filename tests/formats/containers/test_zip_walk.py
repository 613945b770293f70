"""Members found by their local headers alone."""

from __future__ import annotations

from tests.builders import zips
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.zip_walk import local_entry, walk

ONE = b"first INERT content"


def test_walk_gives_members_and_where_they_end() -> None:
    first = zips.local_record(zips.Entry(name="a", data=ONE))
    second = zips.local_record(zips.Entry(name="b", data=ONE, method=zips.DEFLATE))
    data = b"junk" + first + b"PK\3\4" + second + b"junk"
    found = list(walk(BytesSource(data), 0, len(data)))
    assert [(entry.name, entry.header_offset, stop) for entry, stop in found] == [
        ("a", 4, 4 + len(first)),
        ("b", 8 + len(first), 8 + len(first) + len(second)),
    ]
    assert all(entry.hidden and entry.central_offset is None for entry, _ in found)


def test_streamed_members_reach_to_the_next_record() -> None:
    for descriptor in ("signed", "bare"):
        data = zips.local_record(zips.Entry(name="a", data=ONE, descriptor=descriptor))
        data += zips.local_record(zips.Entry(name="b", data=ONE))
        (first, stop), (second, _) = walk(BytesSource(data), 0, len(data))
        assert (first.name, second.name) == ("a", "b")
        assert first.crc is None
        assert data[first.data_offset : stop].startswith(ONE)


def test_what_cannot_be_a_header() -> None:
    good = zips.local_record(zips.Entry(name="a", data=ONE))
    assert local_entry(BytesSource(good), 0, len(good)) is not None
    assert local_entry(BytesSource(good), 1, len(good)) is None
    assert local_entry(BytesSource(good), 0, 20) is None
    assert local_entry(BytesSource(zips.local_record(zips.Entry(name=""))), 0, 30) is None
    odd = zips.local_record(zips.Entry(name="a", method=60))
    assert local_entry(BytesSource(odd), 0, len(odd)) is None


def test_sizes_are_clipped_to_the_gap() -> None:
    data = zips.local_record(zips.Entry(name="a", data=ONE, local=zips.Claims(packed_size=10_000)))
    entry = local_entry(BytesSource(data), 0, len(data))
    assert entry is not None
    assert entry.packed == len(ONE)
