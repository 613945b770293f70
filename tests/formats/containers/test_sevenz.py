"""7z archives: honest ones as py7zr writes them, hostile ones as built by hand."""

from __future__ import annotations

import io
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import sevenzips
from tests.builders.noise import noise
from tests.formats.containers.driver import Drained, drain
from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, Oddity, ResourceClaim
from weighbridge.core.limits import Limits
from weighbridge.formats.containers.sevenz import SUMMED, extract

ONE, TWO = b"first INERT content", b"second INERT content" * 60
MEMBERS = {"data.pkl": ONE, "dir/ünï": TWO, "empty": b""}


def examine(data: bytes) -> Drained:
    return drain(extract, data, name="model.7z")


def quietly(data: bytes) -> dict[str, bytes]:
    found = examine(data)
    assert found.facts[1:] == []
    assert found.gaps == []
    assert isinstance(found.facts[0], Identity)
    return dict(found.contents)


@pytest.mark.parametrize("method", [sevenzips.COPY, sevenzips.LZMA])
@pytest.mark.parametrize("packed_header", [False, True])
def test_built_archives(method: bytes, packed_header: bool) -> None:
    assert quietly(sevenzips.archive(MEMBERS, method=method, packed_header=packed_header)) == MEMBERS


def test_an_archive_of_nothing() -> None:
    assert quietly(sevenzips.archive({})) == {}
    assert quietly(sevenzips.archive({"empty": b""})) == {"empty": b""}


def chains() -> dict[str, list[dict[str, int]]]:
    py7zr = pytest.importorskip("py7zr")
    lzma2 = {"id": py7zr.FILTER_LZMA2}
    return {
        "lzma2": [lzma2],
        "lzma": [{"id": py7zr.FILTER_LZMA}],
        "copy": [{"id": py7zr.FILTER_COPY}],
        "bzip2": [{"id": py7zr.FILTER_BZIP2}],
        "deflate": [{"id": py7zr.FILTER_DEFLATE}],
        "delta": [{"id": py7zr.FILTER_DELTA}, lzma2],
        "x86": [{"id": py7zr.FILTER_X86}, lzma2],
        "x86 and lzma": [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA}],
        "arm": [{"id": py7zr.FILTER_ARM}, lzma2],
    }


def written(chain: str, members: dict[str, bytes]) -> bytes:
    py7zr = pytest.importorskip("py7zr")
    target = io.BytesIO()
    with py7zr.SevenZipFile(target, "w", filters=chains()[chain]) as archive:
        for name, data in members.items():
            archive.writestr(data, name)
    return target.getvalue()


@pytest.mark.parametrize("chain", chains())
def test_what_py7zr_writes(chain: str) -> None:
    code = b"\x55\xe8\x10\x20\x00\x00\x90" * 90_000
    members = MEMBERS | {"code": code, "noise": noise(700_000), "last": ONE}
    assert quietly(written(chain, members)) == members


NAMES = st.text(st.characters(categories=["Ll", "Nd"]), min_size=1)


@given(st.dictionaries(NAMES, st.binary(max_size=500), max_size=5))
@settings(max_examples=25, deadline=None)
def test_any_members_of_py7zr(members: dict[str, bytes]) -> None:
    found = examine(written("lzma2", members))
    assert dict(found.contents) == members
    assert not found.gaps
    assert not found.trailing


def test_a_password_is_a_gap() -> None:
    py7zr = pytest.importorskip("py7zr")
    for hidden_names in (False, True):
        target = io.BytesIO()
        with py7zr.SevenZipFile(target, "w", password="INERT", header_encryption=hidden_names) as archive:
            archive.writestr(ONE, "a")
        found = examine(target.getvalue())
        assert found.kinds == {Oddity.ENCRYPTED}
        assert [gap.kind for gap in found.gaps] == [GapKind.UNSUPPORTED]
        assert "AES-256" in found.gaps[0].reason
        assert not found.children


def test_sealed_members_are_named_and_empty_ones_still_come() -> None:
    found = examine(sevenzips.sealed(MEMBERS))
    assert "data.pkl" in found.gaps[0].reason
    assert found.contents == [("empty", b"")]


def test_unknown_coders_are_named() -> None:
    for method, words in ((b"\3\4\1", "PPMd"), (b"\4\xf7\x11\1", "Zstandard"), (b"\x21\x21", "2121")):
        found = examine(sevenzips.archive({"a": ONE}, method=method))
        assert words in found.gaps[0].reason
        assert found.gaps[0].kind is GapKind.UNSUPPORTED


def test_links() -> None:
    assert examine(sevenzips.symlink(target=b"other")).kinds == {Oddity.LINK}
    assert examine(sevenzips.symlink()).kinds == {Oddity.LINK, Oddity.LINK_ESCAPE}
    packed = sevenzips.archive({"l": b"../x"}, method=sevenzips.LZMA, attributes={"l": 0x8000 | 0o120777 << 16})
    assert examine(packed).kinds == {Oddity.LINK, Oddity.LINK_ESCAPE}


def test_special_files_and_regular_modes() -> None:
    pipe = sevenzips.archive({"p": b"x"}, attributes={"p": 0x8000 | 0o010644 << 16})
    assert examine(pipe).kinds == {Oddity.SPECIAL_FILE}
    regular = sevenzips.archive({"p": b"x"}, attributes={"p": 0x8000 | 0o100644 << 16})
    assert quietly(regular) == {"p": b"x"}


def test_names() -> None:
    assert examine(sevenzips.plain({"../x": ONE})).kinds == {Oddity.PATH_ESCAPE}
    assert examine(sevenzips.plain({"C:\\x": ONE})).kinds == {Oddity.PATH_ESCAPE}
    assert examine(sevenzips.plain({"a": ONE, "A": TWO})).kinds == {Oddity.CASE_COLLISION}
    assert examine(sevenzips.plain({"a": ONE, "./a": TWO})).kinds == {Oddity.DUPLICATE_NAME}
    assert examine(sevenzips.plain({"a.txt ": ONE})).kinds == {Oddity.NAME_OVERRIDE}


def test_bytes_that_nothing_needs() -> None:
    (fact,) = examine(sevenzips.archive(MEMBERS, tail=b"INERT tail")).trailing
    assert (fact.where, fact.at.length) == ("tail", 10)


def test_sums() -> None:
    false_header = examine(sevenzips.false_header_crc(MEMBERS))
    assert false_header.kinds == {Oddity.CHECKSUM_MISMATCH}
    assert dict(false_header.contents) == MEMBERS
    stored = bytearray(sevenzips.plain({"a": ONE}))
    stored[32] ^= 1
    found = examine(bytes(stored))
    assert [fact.member for fact in found.odd(Oddity.CHECKSUM_MISMATCH)] == ["a"]
    assert len(found.contents) == 1
    start = bytearray(sevenzips.plain({"a": ONE}))
    start[8] ^= 1
    assert examine(bytes(start)).kinds == {Oddity.CHECKSUM_MISMATCH}


def test_sums_of_packed_files() -> None:
    packed = bytearray(sevenzips.archive({"a": noise(500), "b": ONE}, method=sevenzips.LZMA))
    packed[40] ^= 1
    found = examine(bytes(packed))
    assert found.odd(Oddity.CHECKSUM_MISMATCH) or found.gaps


def test_large_stored_files_are_not_summed() -> None:
    data = bytearray(sevenzips.plain({"a": bytes(SUMMED + 1)}))
    data[40] = 1
    assert examine(bytes(data)).is_quiet


def test_a_claim_of_size() -> None:
    data = sevenzips.archive({"a": bytes(80 << 20)}, method=sevenzips.LZMA)
    assert any(isinstance(fact, ResourceClaim) for fact in examine(data).facts)


def test_members_are_counted() -> None:
    found = drain(extract, sevenzips.plain({str(number): b"x" for number in range(9)}), limits=Limits(members=5))
    assert [gap.kind for gap in found.gaps] == [GapKind.OVER_LIMIT]


def test_a_header_over_the_limit() -> None:
    data = sevenzips.plain({str(number): b"x" for number in range(100)})
    found = drain(extract, data, limits=Limits(header_bytes=100))
    assert [gap.kind for gap in found.gaps] == [GapKind.OVER_LIMIT]
    packed = sevenzips.archive({"n" * 9000: b"x"}, packed_header=True)
    found = drain(extract, packed, limits=Limits(header_bytes=1000))
    assert [gap.kind for gap in found.gaps] == [GapKind.OVER_LIMIT]


def test_a_break_keeps_what_came_before() -> None:
    data = noise(600_000)
    packed = bytearray(written("lzma2", {"a": data, "b": ONE}))
    packed[32 + 400_000] ^= 0xFF
    found = examine(bytes(packed))
    broken = examine(written("lzma2", {"a": data, "b": ONE})[:400_000])
    assert found.gaps or found.odd(Oddity.CHECKSUM_MISMATCH)
    assert len(found.contents[0][1]) >= 400_000 - 1
    assert broken.gaps


def test_a_second_list_of_files_is_not_read() -> None:
    """Of two lists a reader would look at one, and an unpacker perhaps at the other."""
    one, other = (sevenzips.plain({name: b"INERT"}) for name in ("model.pkl", "notes.txt"))
    begin = 32 + int.from_bytes(one[12:20], "little")
    listed = other[other.index(b"\x05\x01", begin) : -1]
    header = one[begin:-1] + listed + b"\0"
    told = one[12:20] + len(header).to_bytes(8, "little") + crc32(header).to_bytes(4, "little")
    found = examine(one[:8] + crc32(told).to_bytes(4, "little") + told + one[32:begin] + header)
    assert ["too late" in gap.reason for gap in found.gaps] == [True]


def test_truncation_at_every_byte() -> None:
    whole = sevenzips.archive({"a": ONE, "b": TWO}, method=sevenzips.LZMA, packed_header=True)
    for length in range(len(whole)):
        found = examine(whole[:length])
        assert [gap.kind for gap in found.gaps] == [GapKind.UNPARSED]


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_end(data: bytes) -> None:
    examine(data)
    examine(sevenzips.SIGNATURE + data)
