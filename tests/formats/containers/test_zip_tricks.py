"""Hostile zip archives: each trick gives its fact, and still all members come."""

from __future__ import annotations

import stat

import pytest

from tests.builders import zip_tricks, zips
from tests.builders.noise import noise
from tests.formats.containers.driver import Drained, drain
from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Oddity, ResourceClaim
from weighbridge.core.limits import Limits
from weighbridge.formats.containers.zip import extract

ONE, TWO = b"first INERT content", b"second INERT content"
NAME = zip_tricks.NAME


def examine(data: bytes) -> Drained:
    return drain(extract, data)


# -- where two readers part (SCN-05 to SCN-11) ------------------------------------------------------------------------

D, H, C = Oddity.DUPLICATE_NAME, Oddity.HEADER_MISMATCH, Oddity.CHECKSUM_MISMATCH

TRICKS: dict[str, tuple[bytes, set[Oddity], list[bytes]]] = {
    "wrong crc": (zip_tricks.wrong_crc(ONE), {C}, [ONE]),
    "wrong crc, local": (zip_tricks.wrong_crc(ONE, where="local"), {H}, [ONE]),
    "wrong crc, central": (zip_tricks.wrong_crc(ONE, where="central"), {H, C}, [ONE]),
    "two names": (zip_tricks.two_names(ONE), {H}, [ONE]),
    "two sizes": (zip_tricks.two_sizes(ONE), {H}, [ONE, ONE[:3]]),
    "duplicates": (zip_tricks.duplicates(ONE, TWO), {D}, [ONE, TWO]),
    "case twins": (zip_tricks.case_twins(ONE, TWO), {Oddity.CASE_COLLISION}, [ONE, TWO]),
    "other case": (zip_tricks.other_case(ONE), set(), [ONE, b"3\n"]),
    "unlisted": (zip_tricks.unlisted(ONE, TWO), {Oddity.HIDDEN_MEMBER}, [TWO, ONE]),
    "quoted": (
        zip_tricks.quoted(ONE),
        {Oddity.OVERLAP},
        [zips.local_record(zips.Entry(name=NAME, data=ONE)), ONE],
    ),
    "two directories": (
        zip_tricks.two_directories(ONE, TWO),
        {Oddity.SECOND_DIRECTORY, Oddity.HIDDEN_MEMBER, D},
        [TWO, ONE],
    ),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks(trick: str) -> None:
    data, kinds, contents = TRICKS[trick]
    found = examine(data)
    assert found.kinds == kinds
    assert not found.gaps
    assert [content for _, content in found.contents] == contents


def test_two_methods_are_read_both_ways() -> None:
    found = examine(zip_tricks.two_methods(ONE))
    assert H in found.kinds
    assert found.contents[0][1] == ONE
    assert len(found.contents) == 2


def test_a_zip64_record_that_names_another_directory() -> None:
    found = examine(zip_tricks.zip64_dispute(ONE, TWO))
    assert {H, Oddity.SECOND_DIRECTORY} <= found.kinds
    assert {content for _, content in found.contents} == {ONE, TWO}


@pytest.mark.parametrize("flags", [0x1, 0x20, 0x40, 0x2000])
@pytest.mark.parametrize("where", ["both", "local", "central"])
def test_false_encryption_flags(flags: int, where: str) -> None:
    found = examine(zip_tricks.flag_bits(ONE, flags, where=where))
    assert Oddity.FALSE_ENCRYPTION_FLAG in found.kinds
    assert found.contents == [(NAME, ONE)]
    assert not found.gaps


@pytest.mark.parametrize("method", [zips.DEFLATE, zips.BZIP2, zips.LZMA])
def test_false_encryption_flags_on_packed_members(method: int) -> None:
    entry = zips.Entry(name=NAME, data=noise(100_000), method=method, flags=zips.ENCRYPTED)
    found = examine(zips.archive(entry))
    assert found.kinds == {Oddity.FALSE_ENCRYPTION_FLAG}
    assert found.contents == [(NAME, noise(100_000))]


def test_a_false_flag_with_a_false_crc_is_still_read() -> None:
    claims = zips.Claims(flags=zips.ENCRYPTED, crc=1)
    found = examine(zips.archive(zips.Entry(name=NAME, data=ONE, local=claims, central=claims)))
    assert found.kinds == {Oddity.FALSE_ENCRYPTION_FLAG, C}
    assert found.contents == [(NAME, ONE)]


def test_true_encryption_is_a_gap() -> None:
    found = examine(zips.archive(zips.encrypted_entry(NAME, ONE)))
    assert found.kinds == {Oddity.ENCRYPTED}
    assert [gap.kind for gap in found.gaps] == [GapKind.UNSUPPORTED]
    assert [child.quiet for child, _ in found.children] == [True]


def test_true_encryption_of_a_packed_member_is_a_gap() -> None:
    entry = zips.Entry(name=NAME, data=ONE, method=zips.DEFLATE, flags=zips.ENCRYPTED, payload=noise(60))
    found = examine(zips.archive(entry))
    assert found.kinds == {Oddity.ENCRYPTED}
    assert len(found.gaps) == 1


@pytest.mark.parametrize(("method", "words"), [(zips.DEFLATE64, "deflate64"), (98, "PPMd"), (77, "unknown")])
def test_methods_that_cannot_be_read(method: int, words: str) -> None:
    found = examine(zips.archive(zips.Entry(name=NAME, data=ONE, method=method), zips.Entry(name="b", data=TWO)))
    assert words in found.gaps[0].reason
    assert found.gaps[0].kind is GapKind.UNSUPPORTED
    assert found.contents == [("b", TWO)]


def test_aes_is_encryption() -> None:
    found = examine(zip_tricks.exotic(ONE, zips.AES))
    assert found.kinds == {Oddity.ENCRYPTED}
    assert found.gaps


def test_zstd_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    found = examine(zip_tricks.exotic(ONE))
    assert "pip install weighbridge[zstd]" in found.gaps[0].reason


SPANS = {
    "between": (zip_tricks.between_entries(ONE, TWO), "gap"),
    "before the directory": (zip_tricks.before_directory(ONE, TWO), "gap"),
    "tail": (zip_tricks.trailing(ONE, TWO), "tail"),
    "prefix": (zips.plain({"a": TWO}, prefix=ONE), "prefix"),
    "prefix without shift": (zips.archive(zips.Entry(name="a", data=TWO), prefix=ONE, shifted=False), "prefix"),
    "prefix, zip64": (
        zips.archive(zips.Entry(name="a", data=TWO), prefix=ONE, shifted=False, end=zips.End(zip64=True)),
        "prefix",
    ),
    "comment": (zip_tricks.commented(ONE, TWO), "comment"),
    "entry comment": (zips.archive(zips.Entry(name="a", data=TWO, comment=ONE)), "comment"),
    "bytes for a comment": (zip_tricks.commented(b"\x80\4" + ONE, TWO), "tail"),
    "bytes for an entry comment": (zips.archive(zips.Entry(name="a", data=TWO, comment=b"\0" + ONE)), "gap"),
    "extra field": (
        zips.archive(zips.Entry(name="a", data=TWO, extra=b"XX" + (300).to_bytes(2, "little") + noise(300))),
        "gap",
    ),
    "central extra": (
        zips.archive(zips.Entry(name="a", data=TWO, central_extra=b"XX" + (300).to_bytes(2, "little") + noise(300))),
        "gap",
    ),
    "extra without form": (zips.archive(zips.Entry(name="a", data=TWO, extra=b"XX\xff\xffyy")), "gap"),
    "after deflate": (
        zips.archive(zips.Entry(name="a", data=TWO, method=zips.DEFLATE, payload=zips.packed(TWO, zips.DEFLATE) + ONE)),
        "gap",
    ),
}


@pytest.mark.parametrize("place", SPANS)
def test_bytes_that_no_reader_needs(place: str) -> None:
    data, where = SPANS[place]
    found = examine(data)
    assert [fact.where for fact in found.trailing] == [where]
    assert not found.trailing[0].zero
    assert TWO in [content for _, content in found.contents]
    assert found.kinds <= {Oddity.COMMENT}
    if place in ("between", "before the directory", "tail", "prefix", "comment", "entry comment", "after deflate"):
        at = found.trailing[0].at
        assert at.offset is not None
        assert at.length is not None
        assert data[at.offset : at.offset + at.length] == ONE


def test_zeros_are_said_to_be_zeros() -> None:
    assert [fact.zero for fact in examine(zip_tricks.trailing(bytes(100), ONE)).trailing] == [True]


def test_a_phantom_is_a_gap_and_hides_nothing() -> None:
    found = examine(zip_tricks.phantom(ONE))
    assert found.kinds == {H}
    assert len(found.gaps) == 1
    assert found.contents == [(NAME, ONE)]


def test_one_bad_member_hides_nothing() -> None:
    found = examine(zip_tricks.bad_first(ONE))
    assert len(found.gaps) == 1
    assert found.contents[1] == (NAME, ONE)


def test_a_directory_that_holds_data() -> None:
    found = examine(zips.plain({"d/": ONE}))
    assert found.kinds == {Oddity.HIDDEN_MEMBER}
    assert found.contents == [("d/", ONE)]


def test_stored_sizes_that_differ_give_the_longer_content() -> None:
    claims = zips.Claims(size=len(ONE))
    entry = zips.Entry(name="a", data=ONE, payload=ONE[:4], local=claims, central=claims)
    found = examine(zips.archive(entry, zips.Entry(name="b", data=TWO)))
    assert H in found.kinds
    assert len(found.contents[0][1]) == len(ONE)


def test_a_wrong_size_of_a_packed_member() -> None:
    claims = zips.Claims(size=5)
    entry = zips.Entry(name="a", data=ONE, method=zips.DEFLATE, local=claims, central=claims)
    found = examine(zips.archive(entry))
    assert found.kinds == {H}
    assert found.contents == [("a", ONE)]


def test_a_unicode_path_that_renames() -> None:
    import zlib

    name = b"weights.bin"
    path = b"\1" + zlib.crc32(name).to_bytes(4, "little") + b"data.pkl"
    extra = b"up" + len(path).to_bytes(2, "little") + path
    found = examine(zips.archive(zips.Entry(name=name, data=ONE, central_extra=extra)))
    assert found.kinds == {Oddity.NAME_OVERRIDE}
    honest = b"\1" + zlib.crc32(b"mod\x82le").to_bytes(4, "little") + "modéle".encode()
    extra = b"up" + len(honest).to_bytes(2, "little") + honest
    assert examine(zips.archive(zips.Entry(name=b"mod\x82le", data=ONE, central_extra=extra))).is_quiet


def test_an_archive_in_parts() -> None:
    data = bytearray(zips.plain({"a": ONE}))
    at = data.rfind(b"PK\5\6")
    data[at + 4] = data[at + 6] = 3
    assert examine(bytes(data)).kinds == {Oddity.BAD_HEADER}


def test_a_fake_end_record_in_the_last_bytes() -> None:
    data = zips.archive(zips.Entry(name="a", data=ONE), tail=b"PK\5\6" + bytes(18))
    found = examine(data)
    assert found.kinds == {Oddity.SECOND_DIRECTORY, Oddity.HIDDEN_MEMBER}
    assert ("a", ONE) in found.contents


def test_entries_beyond_the_announced_directory() -> None:
    good = zips.archive(zips.Entry(name="a", data=ONE), zips.Entry(name="b", data=TWO))
    at = good.find(b"PK\1\2")
    first = good.find(b"PK\1\2", at + 4) - at
    data = bytearray(good)
    end = data.rfind(b"PK\5\6")
    data[end + 8 : end + 16] = (1).to_bytes(2, "little") * 2 + first.to_bytes(4, "little")
    found = examine(bytes(data))
    assert Oddity.HIDDEN_MEMBER in found.kinds
    assert {content for _, content in found.contents} == {ONE, TWO}


def test_fewer_entries_counted_than_listed() -> None:
    found = examine(
        zips.archive(zips.Entry(name="a", data=ONE), zips.Entry(name="b", data=TWO), end=zips.End(entries=1))
    )
    assert found.kinds == {H}
    assert len(found.contents) == 2


# -- names, links, devices (SCN-17) -----------------------------------------------------------------------------------

ESCAPES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 16)


@pytest.mark.parametrize("number", range(len(zip_tricks.SLIP_NAMES)))
def test_slipping_names(number: int) -> None:
    found = examine(zip_tricks.slipping(zip_tricks.SLIP_NAMES[number], ONE))
    assert (Oddity.PATH_ESCAPE in found.kinds) == (number in ESCAPES)
    assert [content for _, content in found.contents] == [ONE]


def test_disguised_names() -> None:
    for name in (b"inert.txt.", b"", b"inert\x1b[2J.txt", "inert\u202etxt.pkl".encode()):
        assert Oddity.NAME_OVERRIDE in examine(zip_tricks.slipping(name)).kinds


def test_names_are_compared_as_bytes_too() -> None:
    plain, flagged = zips.Entry(name="é.pkl".encode(), data=ONE), zips.Entry(name="é.pkl", data=TWO)
    assert examine(zips.archive(plain, flagged)).kinds == {D}
    assert examine(zips.archive(plain, zips.Entry(name="è.pkl", data=TWO))).is_quiet


def test_links() -> None:
    assert examine(zip_tricks.symlink(target=b"other")).kinds == {Oddity.LINK}
    assert examine(zip_tricks.symlink(target=b"/absent")).kinds == {Oddity.LINK, Oddity.LINK_ESCAPE}
    assert examine(zip_tricks.symlink(target=b"../../absent")).kinds == {Oddity.LINK, Oddity.LINK_ESCAPE}
    packed = zips.Entry(name="l", data=b"../x", method=zips.DEFLATE, attributes=(stat.S_IFLNK | 0o777) << 16)
    assert examine(zips.archive(packed)).kinds == {Oddity.LINK, Oddity.LINK_ESCAPE}


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_special_files(kind: int) -> None:
    assert examine(zip_tricks.special(kind=kind)).kinds == {Oddity.SPECIAL_FILE}


def test_regular_modes_are_no_oddity() -> None:
    regular = zips.Entry(name="a", data=ONE, attributes=(stat.S_IFREG | 0o644) << 16)
    directory = zips.Entry(name="d/", attributes=(stat.S_IFDIR | 0o755) << 16 | 0x10)
    assert examine(zips.archive(regular, directory)).is_quiet


# -- bombs (SCN-18) ---------------------------------------------------------------------------------------------------


def test_shared_data_is_one_child() -> None:
    found = examine(zip_tricks.overlapping(ONE, 50))
    assert Oddity.OVERLAP in found.kinds
    assert [content for _, content in found.contents] == [ONE]


def test_a_false_claim_of_size() -> None:
    found = examine(zip_tricks.claimed_bomb())
    (claim,) = [fact for fact in found.facts if isinstance(fact, ResourceClaim)]
    assert claim.claimed == 0xFFFFFFF0
    assert found.contents == [(NAME, b"INERT")]


def test_all_claims_together_count() -> None:
    limits = Limits(expanded_bytes=1 << 20)
    found = drain(extract, zips.plain({"a": bytes(600_000), "b": bytes(600_000)}, method=zips.DEFLATE), limits=limits)
    assert [fact.what for fact in found.facts if isinstance(fact, ResourceClaim)] == ["expanded size of all members"]
    assert [gap.kind for gap in found.gaps] == [GapKind.OVER_LIMIT]


def test_honest_zeros_are_no_bomb() -> None:
    assert examine(zip_tricks.bomb(10 << 20)).is_quiet


def test_too_many_members_are_a_gap_after_those_that_were_read() -> None:
    found = drain(extract, zip_tricks.crowd(300), limits=Limits(members=200))
    assert len(found.contents) == 200
    assert [gap.kind for gap in found.gaps] == [GapKind.OVER_LIMIT]


def test_more_members_than_16_bits_count() -> None:
    found = examine(zip_tricks.crowd(66_000))
    assert found.is_quiet
    assert len(found.children) == 66_000
