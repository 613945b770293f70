"""Local headers against what the directory says."""

from __future__ import annotations

import zlib

import pytest

from tests.builders import zips
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.zip_local import local_header

DATA = b"content"
TRUE = ("a", b"a", 0, 0, zlib.crc32(DATA), len(DATA), len(DATA))


def differences(listed: tuple[str, bytes, int, int, int, int, int], **entry: object) -> list[str]:
    record = zips.local_record(zips.Entry(name="a", data=DATA, **entry))  # type: ignore[arg-type]
    found = local_header(BytesSource(record), listed, 0)
    assert found is not None
    assert record[found[0] :].startswith(DATA)
    return found[3]


def test_equal_headers() -> None:
    assert differences(TRUE) == []
    assert differences(TRUE, zip64=True) == []
    assert differences(TRUE, extra=b"FB\x90\1" + b"Z" * 400) == []
    assert differences(TRUE, descriptor="signed") == []


@pytest.mark.parametrize(
    ("place", "changed", "words"),
    [
        (1, b"b", "name 'a'"),
        (3, 8, "method 0, not 8"),
        (2, 1, "flags 0x0, not 0x1"),
        (4, 5, "crc"),
        (5, 6, "packed size 7, not 6"),
        (6, 8, "size 7, not 8"),
    ],
)
def test_each_field(place: int, changed: object, words: str) -> None:
    listed = (*TRUE[:place], changed, *TRUE[place + 1 :])
    (found,) = differences(listed)  # type: ignore[arg-type]
    assert found.startswith(words)


def test_flags_that_change_nothing() -> None:
    assert differences((*TRUE[:2], 0x806, *TRUE[3:])) == []


def test_no_header() -> None:
    assert local_header(BytesSource(b"PK\1\2" + bytes(100)), TRUE, 0) is None
    assert local_header(BytesSource(b"PK\3\4"), TRUE, 0) is None
    assert local_header(BytesSource(b"PK\3\4" + bytes(100)), TRUE, -1) is None
