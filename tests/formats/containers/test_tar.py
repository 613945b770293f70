"""Tar archives: honest ones give their members, each trick gives its fact and still the members."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import tars
from tests.formats.containers.driver import Drained, drain
from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, Oddity
from weighbridge.core.limits import Limits
from weighbridge.formats.containers.tar import extract

ONE, TWO = b"first INERT content", b"second INERT content" * 60


def examine(data: bytes) -> Drained:
    return drain(extract, data)


def quietly(data: bytes) -> list[tuple[str, bytes]]:
    found = examine(data)
    assert found.facts[1:] == []
    assert found.gaps == []
    return found.contents


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="/\\:."), min_size=1)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@given(content=st.dictionaries(NAMES.map(str.casefold), st.binary(max_size=1500), max_size=5))
@settings(max_examples=25, deadline=None)
def test_what_tarfile_writes_is_found_whole(form: int, content: dict[str, bytes]) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        for name, data in content.items():
            info = tarfile.TarInfo(name if form != tarfile.USTAR_FORMAT else name[:20])
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    found = examine(target.getvalue())
    assert isinstance(found.facts[0], Identity)
    expected = []
    with tarfile.open(fileobj=io.BytesIO(target.getvalue())) as archive:
        for info in archive.getmembers():
            member = archive.extractfile(info)
            assert member is not None
            expected.append((info.name, member.read()))
    assert found.contents == expected
    assert found.kinds <= {Oddity.DUPLICATE_NAME, Oddity.CASE_COLLISION}
    assert not found.trailing
    assert not found.gaps


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("name", ["x" * 99 + "/" + "y" * 50, "d/" * 45 + "file", "modèle/" + "x" * 40])
def test_long_names(form: int, name: str) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        info = tarfile.TarInfo(name)
        info.size = len(ONE)
        archive.addfile(info, io.BytesIO(ONE))
        archive.addfile(tarfile.TarInfo("empty"))
        directory = tarfile.TarInfo("d")
        directory.type = tarfile.DIRTYPE
        archive.addfile(directory)
    assert quietly(target.getvalue()) == [(name, ONE), ("empty", b"")]


def test_very_long_names() -> None:
    name = "very/long/" * 40 + "name"
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        target = io.BytesIO()
        with tarfile.open(fileobj=target, mode="w", format=form) as archive:
            archive.addfile(tarfile.TarInfo(name))
        assert quietly(target.getvalue()) == [(name, b"")]


@pytest.mark.parametrize("magic", [tars.USTAR, tars.GNU, tars.OLD])
def test_all_magics(magic: bytes) -> None:
    assert quietly(tars.plain({"a": ONE, "b": TWO}, magic=magic)) == [("a", ONE), ("b", TWO)]


def test_base_256_sizes() -> None:
    assert quietly(tars.archive(tars.Member(name="a", data=ONE, base256_size=True))) == [("a", ONE)]


def test_padding_of_records_is_no_oddity() -> None:
    assert quietly(tars.archive(tars.Member(name="a", data=ONE), tail=bytes(10_240))) == [("a", ONE)]
    assert quietly(tars.archive(tars.Member(name="a", data=ONE), end=False)) == [("a", ONE)]


def test_comments_in_global_headers_are_no_oddity() -> None:
    comment = tars.pax({"comment": "0123456789abcdef"}, everywhere=True)
    assert quietly(tars.archive(comment, tars.Member(name="a", data=ONE))) == [("a", ONE)]


# -- what readers make of headers -------------------------------------------------------------------------------------

TRICKS: dict[str, tuple[bytes, set[Oddity]]] = {
    "pax path": (tars.pax_override(ONE), {Oddity.NAME_OVERRIDE}),
    "global path": (
        tars.archive(tars.pax({"path": "data.pkl"}, everywhere=True), tars.Member(name="a.txt", data=ONE)),
        {Oddity.NAME_OVERRIDE},
    ),
    "gnu name": (
        tars.archive(
            tars.Member(name="././@LongLink", data=b"data.pkl\0", kind=tars.GNU_LONG_NAME, magic=tars.GNU),
            tars.Member(name="a.txt", data=ONE, magic=tars.GNU),
        ),
        {Oddity.NAME_OVERRIDE},
    ),
    "prefix under the gnu magic": (
        tars.archive(tars.Member(name="a", prefix=b"dir", data=ONE, magic=tars.GNU)),
        {Oddity.NAME_OVERRIDE},
    ),
    "pax size": (tars.pax_size_override(ONE, 0), {Oddity.HEADER_MISMATCH}),
    "pax size, larger header": (tars.pax_size_override(ONE, 900), {Oddity.HEADER_MISMATCH}),
    "duplicates": (tars.duplicates(ONE, TWO), {Oddity.DUPLICATE_NAME}),
    "case": (tars.plain({"a": ONE, "A": TWO}), {Oddity.CASE_COLLISION}),
    "link": (tars.link("other"), {Oddity.LINK}),
    "absolute link": (tars.link("/absent"), {Oddity.LINK, Oddity.LINK_ESCAPE}),
    "hard link": (tars.link("other", kind=tars.HARD_LINK), {Oddity.LINK}),
    "hard link out": (tars.link("../x", kind=tars.HARD_LINK), {Oddity.LINK, Oddity.LINK_ESCAPE}),
    "pax link": (
        tars.archive(tars.pax({"linkpath": "../x"}), tars.Member(name="a", kind=tars.SYMLINK, link="b")),
        {Oddity.LINK, Oddity.LINK_ESCAPE},
    ),
    "through a link": (tars.link_then_file(ONE), {Oddity.LINK, Oddity.LINK_ESCAPE, Oddity.PATH_ESCAPE}),
    "fifo": (tars.special(tars.FIFO), {Oddity.SPECIAL_FILE}),
    "character device": (tars.special(tars.CHARACTER_DEVICE), {Oddity.SPECIAL_FILE}),
    "block device": (tars.special(tars.BLOCK_DEVICE), {Oddity.SPECIAL_FILE}),
    "two archives": (tars.two_archives(ONE, TWO), {Oddity.HIDDEN_MEMBER}),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks(trick: str) -> None:
    data, kinds = TRICKS[trick]
    found = examine(data)
    assert found.kinds == kinds
    assert not found.gaps


def test_names_and_sizes_are_those_that_tarfile_reads() -> None:
    for trick in ("pax path", "global path", "gnu name", "prefix under the gnu magic", "pax size", "duplicates"):
        data = TRICKS[trick][0]
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            expected = [(info.name, info.size) for info in archive.getmembers()]
        assert [(name, len(content)) for name, content in examine(data).contents] == expected


def test_members_after_the_end_are_found() -> None:
    found = examine(tars.two_archives(ONE, TWO))
    assert found.contents == [("first.pkl", ONE), ("second.pkl", TWO)]
    assert [fact.member for fact in found.odd(Oddity.HIDDEN_MEMBER)] == ["second.pkl"]


def test_bytes_after_the_end() -> None:
    data = tars.trailing(ONE, TWO)
    (fact,) = examine(data).trailing
    assert (fact.where, fact.zero) == ("tail", False)
    assert fact.at.offset is not None
    assert data[fact.at.offset :] == ONE


def test_bytes_in_the_padding_of_a_member() -> None:
    data = bytearray(tars.plain({"a": ONE}))
    data[600:605] = b"INERT"
    (fact,) = examine(bytes(data)).trailing
    assert fact.where == "gap"


def test_a_false_checksum_breaks_after_what_was_found() -> None:
    found = examine(tars.false_checksum(ONE) + tars.plain({"later": TWO}))
    assert [name for name, _ in found.contents] == ["readme.txt", "data.pkl", "later"]
    assert found.kinds == {Oddity.BAD_HEADER, Oddity.HIDDEN_MEMBER}
    assert [gap.kind for gap in found.gaps] == [GapKind.UNPARSED]


def test_junk_between_members_is_skipped_like_gnu_tar_does() -> None:
    data = tars.record(tars.Member(name="a", data=ONE)) + b"junk".ljust(1024, b"!") + tars.plain({"b": TWO})
    found = examine(data)
    assert found.contents == [("a", ONE), ("b", TWO)]
    assert [fact.where for fact in found.trailing] == ["gap"]
    assert found.gaps


def test_data_where_none_belongs() -> None:
    linked = tars.record(tars.Member(name="l", kind=tars.SYMLINK, link="x", size=len(TWO)))
    found = examine(linked + tars.plain({"a": ONE}))
    assert Oddity.BAD_HEADER in found.kinds
    assert found.contents == [("a", ONE)]
    link = tars.Member(name="l", kind=tars.SYMLINK, link="x", data=TWO)
    found = examine(tars.archive(link, tars.Member(name="a", data=ONE)))
    assert Oddity.BAD_HEADER in found.kinds
    assert ("a", ONE) in found.contents


def test_odd_numbers_are_told() -> None:
    block = bytearray(tars.header(tars.Member(name="a", data=ONE)))
    block[124:136] = b"+23\0        "
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    found = examine(bytes(block) + ONE.ljust(512, b"\0") + bytes(1024))
    assert found.kinds == {Oddity.BAD_HEADER}
    assert found.contents == [("a", ONE)]


def test_a_large_extension_header_is_a_gap_and_hides_nothing() -> None:
    big = tars.Member(name="x", kind=tars.PAX, data=bytes(3 << 20))
    found = examine(tars.archive(big, tars.Member(name="a", data=ONE)))
    assert [gap.kind for gap in found.gaps] == [GapKind.OVER_LIMIT]
    assert found.contents == [("a", ONE)]


def test_a_broken_extension_header_hides_nothing() -> None:
    bad = tars.Member(name="x", kind=tars.PAX, data=b"99 broken")
    found = examine(tars.archive(bad, tars.Member(name="a", data=ONE)))
    assert found.kinds == {Oddity.BAD_HEADER}
    assert found.contents == [("a", ONE)]


def test_a_negative_size_with_a_pax_size() -> None:
    block = bytearray(tars.header(tars.Member(name="a", data=ONE)))
    block[124:136] = b"\xff" * 12
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    sized = tars.record(tars.pax({"size": str(len(ONE))}))
    found = examine(sized + bytes(block) + ONE.ljust(512, b"\0") + bytes(1024))
    assert Oddity.BAD_HEADER in found.kinds
    assert found.contents == [("a", ONE)]


def test_members_are_counted() -> None:
    found = drain(extract, tars.plain({str(number): b"" for number in range(9)}), limits=Limits(members=5))
    assert len(found.contents) == 5
    assert [gap.kind for gap in found.gaps] == [GapKind.OVER_LIMIT]


@pytest.mark.parametrize("number", range(len(tars.SLIP_NAMES)))
def test_slipping_names(number: int) -> None:
    found = examine(tars.slipping(tars.SLIP_NAMES[number], ONE))
    assert (Oddity.PATH_ESCAPE in found.kinds) == (number < 5)
    assert [content for _, content in found.contents] == [ONE]


def test_truncation_at_every_block_and_around_it() -> None:
    whole = tars.archive(
        tars.pax({"path": "a" * 120}), tars.Member(name="a" * 100, data=ONE), tars.Member(name="b", data=TWO)
    )
    for base in range(0, len(whole), 512):
        for length in (base - 1, base, base + 1, base + 200):
            found = examine(whole[: max(0, length)])
            assert all(gap.kind is GapKind.UNPARSED for gap in found.gaps)
    cut = examine(whole[: 5 * 512 + 100])
    assert cut.contents[1] == ("b", TWO[:100])
    assert "cut short" in cut.gaps[0].reason


@given(st.binary(max_size=1600))
@settings(max_examples=200, deadline=None)
def test_any_bytes_end(data: bytes) -> None:
    drain(extract, data)
    drain(extract, tars.record(tars.Member(name="a", data=data)) + data)
