"""Which directories an end record leads to."""

from __future__ import annotations

from tests.builders import zip_tricks, zips
from weighbridge.core.facts import Oddity
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.zip_ends import claims, end_records, end_remarks, end_spans


def test_the_last_record_comes_first() -> None:
    data = zip_tricks.two_directories(b"1", b"2")
    found = end_records(BytesSource(data))
    assert [end.offset for end in found] == [data.rfind(b"PK\5\6"), data.find(b"PK\5\6")]


def test_miniz_looks_a_little_further_than_zipfile() -> None:
    data = zips.plain({"a": b"x"})
    for tail, count in ((0, 1), (65_535, 1), (65_535 + 4000, 1), (80_000, 0)):
        assert len(end_records(BytesSource(data + bytes(tail)))) == count


def test_an_honest_archive_makes_one_claim() -> None:
    for end in (zips.End(), zips.End(zip64=True), zips.End(comment=b"c")):
        data = zips.archive(zips.Entry(name="a"), zips.Entry(name="b"), end=end)
        source = BytesSource(data)
        (record,) = end_records(source)
        (claim,) = claims(source, record)
        assert (claim.start, claim.base, claim.entries) == (data.find(b"PK\1\2"), 0, 2)
        assert not list(end_remarks(source, record))


def test_a_prefix_is_the_base() -> None:
    source = BytesSource(zips.archive(zips.Entry(name="a"), prefix=b"stub", shifted=False))
    (record,) = end_records(source)
    assert [claim.base for claim in claims(source, record)] == [4]


def test_a_dispute_makes_two_claims_and_a_remark() -> None:
    source = BytesSource(zip_tricks.zip64_dispute(b"1", b"2"))
    (record,) = end_records(source)
    assert len(claims(source, record)) == 2
    assert [remark.kind for remark in end_remarks(source, record)] == [Oddity.HEADER_MISMATCH]


def test_spans_cover_the_records() -> None:
    data = zips.archive(zips.Entry(name="a"), end=zips.End(zip64=True))
    source = BytesSource(data)
    (record,) = end_records(source)
    spans = sorted(end_spans(source, record))
    assert [start for start, _, _ in spans] == [data.find(mark) for mark in (b"PK\6\6", b"PK\6\7", b"PK\5\6")]
    assert [end for _, end, _ in spans][-1] == len(data)
    assert spans[0][1] == spans[1][0]


def test_a_record_that_leads_nowhere_makes_no_claim() -> None:
    source = BytesSource(b"PK\5\6" + b"\1\0" * 9)
    (record,) = end_records(source)
    assert claims(source, record) == []
