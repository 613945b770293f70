"""Zip archives: honest ones give their members and nothing else; each trick gives its fact and still all members."""

from __future__ import annotations

import io
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import zip_tricks, zips
from tests.builders.noise import noise
from tests.formats.containers.driver import Drained, drain

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, Oddity, ResourceClaim
from weighbridge.core.limits import Limits
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.zip import SUMMED, Description, extract, members
from weighbridge.formats.containers.zip_directory import read_directory
from weighbridge.formats.node import Bench, Child, Node

ONE, TWO = b"first INERT content", b"second INERT content"
NAME = zip_tricks.NAME


def examine(data: bytes) -> Drained:
    return drain(extract, data)


def quietly(data: bytes) -> list[tuple[str, bytes]]:
    found = examine(data)
    assert found.facts[1:] == []
    assert found.gaps == []
    return found.contents


def written(compression: int, *, content: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return target.getvalue()


# -- honest archives --------------------------------------------------------------------------------------------------

METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="/\\:."), min_size=1)


@pytest.mark.parametrize("method", METHODS)
@given(content=st.dictionaries(NAMES.map(str.casefold), st.binary(max_size=300), max_size=6))
@settings(max_examples=25, deadline=None)
def test_what_zipfile_writes_is_found_whole(method: int, content: dict[str, bytes]) -> None:
    data = written(method, content=content)
    found = examine(data)
    assert isinstance(found.facts[0], Identity)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert found.contents == [(info.filename, archive.read(info)) for info in archive.infolist()]
    collisions = {Oddity.DUPLICATE_NAME, Oddity.CASE_COLLISION}  # of names that Unicode folds together
    assert found.kinds <= collisions
    assert not found.trailing
    assert not found.gaps


@pytest.mark.parametrize("method", [zips.STORED, zips.DEFLATE, zips.BZIP2, zips.LZMA, zips.ZSTD, zips.XZ])
def test_all_methods(method: int) -> None:
    content = {"a/data.pkl": ONE, "b": TWO * 10_000, "c": b""}
    assert quietly(zips.plain(content, method=method)) == list(content.items())


@pytest.mark.parametrize("method", [zips.STORED, zips.DEFLATE])
@pytest.mark.parametrize("zip64", [False, True])
def test_streamed_archives(method: int, zip64: bool) -> None:
    content = {"a": ONE, "b": b"", "c": TWO}
    assert quietly(zips.streamed(content, method=method, zip64=zip64)) == list(content.items())


def test_descriptors_without_signature() -> None:
    entries = (zips.Entry(name=name, data=ONE, method=zips.DEFLATE, descriptor="bare") for name in "ab")
    assert quietly(zips.archive(*entries)) == [("a", ONE), ("b", ONE)]


def test_zipfile_on_a_pipe_and_with_forced_zip64() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.got = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.got += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", ONE)
        with archive.open("b", "w", force_zip64=True) as member:
            member.write(TWO)
    assert quietly(pipe.got) == [("a", ONE), ("b", TWO)]


def test_empty_archive() -> None:
    assert quietly(zips.archive()) == []
    assert quietly(written(0, content={})) == []


def test_directories_are_no_children() -> None:
    data = written(zipfile.ZIP_STORED, content={"d/": b"", "d/a": ONE})
    assert quietly(data) == [("d/a", ONE)]


def test_a_stored_archive_inside_is_only_a_member() -> None:
    inner = zips.plain({"x": ONE})
    assert quietly(zips.plain({"inner.zip": inner})) == [("inner.zip", inner)]


def test_padding_in_extra_fields_is_no_oddity() -> None:
    torch = zips.Entry(name="a", data=ONE, extra=b"FB" + (60).to_bytes(2, "little") + b"Z" * 60)
    aligned = zips.Entry(name="b", data=ONE, extra=b"\x35\xd9" + (4000).to_bytes(2, "little") + bytes(4000))
    assert quietly(zips.archive(torch, aligned)) == [("a", ONE), ("b", ONE)]


@pytest.mark.libraries
def test_torch_writes_nothing_odd() -> None:
    torch = pytest.importorskip("torch")
    target = io.BytesIO()
    torch.save({"w": torch.arange(100.0), "b": torch.ones(3, 3)}, target)
    found = dict(quietly(target.getvalue()))
    with zipfile.ZipFile(io.BytesIO(target.getvalue())) as archive:
        assert found == {name: archive.read(name) for name in archive.namelist()}


def test_numpy_writes_nothing_odd() -> None:
    numpy = pytest.importorskip("numpy")
    for save in (numpy.savez, numpy.savez_compressed):
        target = io.BytesIO()
        save(target, a=numpy.arange(5), b=numpy.zeros((300, 300)))
        assert [name for name, _ in quietly(target.getvalue())] == ["a.npy", "b.npy"]


TOOLS = {
    "zip": ["zip", "-qr", "out.zip", "d"],
    "zip to a pipe": ["sh", "-c", "zip -qr - d > out.zip"],
    "zip64": ["zip", "-qr", "-fz", "out.zip", "d"],
    "jar": ["jar", "cf", "out.zip", "d"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_other_writers(tool: str, tmp_path: Path) -> None:
    command = TOOLS[tool]
    if shutil.which("zip" if command[0] == "sh" else command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    (tmp_path / "d" / "e").mkdir(parents=True)
    content = {"a": noise(3000), "e/b": b"text" * 500, "empty": b"", "ünï": ONE}
    for name, data in content.items():
        (tmp_path / "d" / name).write_bytes(data)
    subprocess.run(command, cwd=tmp_path, check=True)
    found = quietly((tmp_path / "out.zip").read_bytes())
    assert {data for name, data in found if name.startswith("d/")} == set(content.values())


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
    "quoted": (zip_tricks.quoted(ONE), {Oddity.OVERLAP}, [zip_tricks.quoted(ONE)[43:][: 46 + len(ONE)], ONE]),
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
    if trick != "quoted":
        assert [content for _, content in found.contents] == contents
    else:
        assert found.contents[1] == (NAME, ONE)


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
    "comment": (zip_tricks.commented(ONE, TWO), "tail"),
    "entry comment": (zips.archive(zips.Entry(name="a", data=TWO, comment=ONE)), "gap"),
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
    assert Oddity.SECOND_DIRECTORY in found.kinds or found.trailing or Oddity.HIDDEN_MEMBER in found.kinds
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


# -- the seam for layouts ---------------------------------------------------------------------------------------------


def test_descriptions_reach_the_children_and_quiet_members_are_not_summed() -> None:
    data = zip_tricks.wrong_crc(ONE)
    source, limits = BytesSource(data), Limits()
    from weighbridge.core.limits import Meter

    bench = Bench(limits, Meter(limits))
    described = Description(role="tensor", formats=("pickle",), quiet=True, storages={"0": 4})
    (child,) = members(read_directory(source, bench), source, Node(name="n"), bench, lambda entry: described)
    assert isinstance(child, Child)
    assert (child.name, child.role, child.formats, child.quiet) == (NAME, "tensor", ("pickle",), True)
    assert child.storages == {"0": 4}
    assert child.offset == data.find(ONE)


def test_large_stored_members_are_not_summed() -> None:
    claims = zips.Claims(crc=1)
    small = zips.Entry(name="a", data=bytes(SUMMED), local=claims, central=claims)
    large = zips.Entry(name="b", data=bytes(SUMMED + 1), local=claims, central=claims)
    assert [fact.member for fact in examine(zips.archive(small, large)).odd(C)] == ["a"]


# -- any bytes --------------------------------------------------------------------------------------------------------


def test_truncation_at_every_byte() -> None:
    whole = zips.archive(
        zips.Entry(name="a/data.pkl", data=ONE, method=zips.DEFLATE),
        zips.Entry(name="b", data=TWO, descriptor="signed"),
        end=zips.End(zip64=True, comment=b"comment"),
    )
    for length in range(len(whole)):
        found = examine(whole[:length])
        assert not found.is_quiet
        assert len(found.children) <= 2
    cut = examine(whole[: whole.find(b"PK\1\2")])
    assert [content for _, content in cut.contents] == [ONE, TWO]
    assert not cut.kinds


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_end(data: bytes) -> None:
    drain(extract, data)
    drain(extract, data + zips.plain({"a": data}) + data)


@pytest.mark.parametrize("build", [zip_tricks.two_directories, zip_tricks.unlisted, zip_tricks.case_twins])
def test_both_contents_are_always_found(build: Callable[[bytes, bytes], bytes]) -> None:
    assert {content for _, content in examine(build(ONE, TWO)).contents} == {ONE, TWO}
