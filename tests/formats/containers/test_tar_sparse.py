"""Sparse members: what a reader of sparse files makes of them."""

from __future__ import annotations

import io
import tarfile

import pytest

from tests.builders import tars
from tests.formats.containers.driver import drain
from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.tar import extract
from weighbridge.formats.containers.tar_sparse import Sparse, expand, is_sound, of_pax

AREAS = [(512, 10), (5000, 20), (10_000, 0)]
DATA = b"a" * 10 + b"b" * 20
WHOLE = bytes(512) + b"a" * 10 + bytes(5000 - 522) + b"b" * 20 + bytes(10_000 - 5020)


def old_gnu(extended: bool) -> bytes:
    areas = [(n * 1000, 1) for n in range(30)] if extended else AREAS
    data = b"x" * 30 if extended else DATA
    pairs = [b"%011o\0%011o\0" % pair for pair in areas]
    head, more = b"".join(pairs[:4]).ljust(96, b"\0"), pairs[4:]
    size = 29_001 if extended else 10_000
    tail = b"\0" * 41 + head + (b"\1" if more else b"\0") + b"%011o\0" % size + bytes(17)
    member = tars.Member(name="s", data=data, kind=tars.GNU_SPARSE, magic=tars.GNU, tail=tail)
    record, blocks = tars.record(member), b""
    while more:
        blocks += (b"".join(more[:21]).ljust(504, b"\0") + (b"\1" if more[21:] else b"\0")).ljust(512, b"\0")
        more = more[21:]
    return record[:512] + blocks + record[512:] + tars.plain({"after": b"next"})


def pax(version: str) -> bytes:
    values: dict[str, str | bytes] = {"GNU.sparse.size": "10000", "GNU.sparse.numblocks": "3"}
    data = DATA
    if version == "0.1":
        values["GNU.sparse.map"] = ",".join(f"{offset},{length}" for offset, length in AREAS)
    elif version == "1.0":
        values = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "10000"}
        lines = "3\n" + "".join(f"{offset}\n{length}\n" for offset, length in AREAS)
        data = lines.encode().ljust(512, b"\0") + DATA
    records = tars.pax_records(values)
    if version == "0.0":
        for pair in AREAS:
            for key, value in zip(("GNU.sparse.offset", "GNU.sparse.numbytes"), pair, strict=True):
                records += tars.pax_records({key: str(value)})
    header = tars.Member(name="PaxHeaders/s", data=records, kind=tars.PAX)
    return tars.archive(
        header, tars.Member(name="GNUSparseFile.1/s", data=data), tars.Member(name="after", data=b"next")
    )


FORMS = {
    "old": old_gnu(extended=False),
    "old, extended": old_gnu(extended=True),
    "0.0": pax("0.0"),
    "0.1": pax("0.1"),
    "1.0": pax("1.0"),
}


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_agree_with_tarfile(form: str) -> None:
    found = drain(extract, FORMS[form])
    assert found.is_quiet
    content = dict(found.contents)
    with tarfile.open(fileobj=io.BytesIO(FORMS[form])) as archive:
        for info in archive.getmembers():
            member = archive.extractfile(info)
            assert member is not None
            assert content[info.name] == member.read()
    if form != "old, extended":
        assert found.contents[0][1] == WHOLE
    assert found.contents[1] == ("after", b"next")


def test_holes_are_bounded_by_the_engine() -> None:
    found = drain(extract, tars.gnu_sparse(b"data"))
    assert [gap.kind for gap in found.gaps] == [GapKind.OVER_LIMIT]


@pytest.mark.parametrize(
    ("areas", "whole"),
    [
        (((0, 4), (6, 6)), b"0123\0\0" + b"456789"),
        (((0, 4), (2, 4)), b"012367"),
        (((0, 50),), b"0123456789"),
        (((3, 2), (1, 1)), b"\0\0\x0001"),
    ],
)
def test_areas_are_read_as_python_reads_them(areas: tuple[tuple[int, int], ...], whole: bytes) -> None:
    sparse = Sparse(areas=areas, size=0, start=0)
    assert b"".join(expand(BytesSource(b"0123456789"), sparse)) == whole


@pytest.mark.parametrize(
    ("areas", "size", "sound"),
    [
        (((0, 4), (6, 6)), 12, True),
        (((0, 4), (6, 6)), 100, True),
        (((0, 4), (6, 6)), 11, False),
        (((0, 4), (3, 6)), 12, False),
        (((0, 4),), 12, False),
        (((0, 40),), 40, False),
    ],
)
def test_sound_areas(areas: tuple[tuple[int, int], ...], size: int, sound: bool) -> None:
    assert is_sound(Sparse(areas=areas, size=size, start=0), 10) is sound


def test_too_many_areas() -> None:
    with pytest.raises(Malformed, match="areas"):
        of_pax(BytesSource(b""), [("GNU.sparse.map", "1,1," * 100_001)], 0)


@pytest.mark.parametrize("body", [b"", b"x" * 512, b"9" * 2000, b"3\n1\n" + bytes(508)])
def test_maps_without_numbers(body: bytes) -> None:
    with pytest.raises(Malformed):
        of_pax(BytesSource(body), [("GNU.sparse.major", "1")], 0)


def test_a_broken_sparse_member_hides_nothing() -> None:
    broken = old_gnu(extended=True)
    cut = tars.archive(tars.Member(name="first", data=b"one")).rstrip(b"\0").ljust(1024, b"\0")
    found = drain(extract, cut + broken[:512] + tars.plain({"after": b"next"}))
    assert ("first", b"one") in found.contents
    assert found.gaps or found.kinds
