"""Members that a layout reads whole: within a bound, or not at all."""

from __future__ import annotations

import pytest

from tests.builders import zips
from weighbridge.core.errors import OverLimit
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.zip_directory import read_directory
from weighbridge.formats.containers.zip_text import content_of
from weighbridge.formats.node import Bench

TEXT = b"INERT words " * 10


def content(archive: bytes, most: int, limits: Limits | None = None) -> bytes | None:
    bench = Bench(limits or Limits(), Meter(limits or Limits()))
    (entry,) = read_directory(BytesSource(archive), bench).entries
    return content_of(entry, BytesSource(archive), bench, most)


@pytest.mark.parametrize("method", [zips.STORED, zips.DEFLATE, 12, 14, 95])
def test_the_content_is_given_up_to_the_bound(method: int) -> None:
    archive = zips.plain({"a": TEXT}, method=method)
    assert content(archive, len(TEXT)) == TEXT
    assert content(archive, len(TEXT) - 1) is None


def test_a_stored_member_that_reaches_beyond_the_file_is_cut() -> None:
    archive = zips.plain({"a": TEXT}, method=zips.STORED)
    assert content(archive.replace(TEXT, b"other words " * 10), len(TEXT)) == b"other words " * 10


def test_what_is_broken_is_not_given() -> None:
    archive = zips.plain({"a": TEXT}, method=zips.DEFLATE)
    start = archive.index(b"a", 30) + 1
    assert content(archive[:start] + b"\xff" * 4 + archive[start + 4 :], len(TEXT)) is None


def test_the_budget_of_the_file_is_spent() -> None:
    archive = zips.plain({"a": TEXT}, method=zips.DEFLATE)
    with pytest.raises(OverLimit):
        content(archive, len(TEXT), Limits(expanded_bytes=10))
