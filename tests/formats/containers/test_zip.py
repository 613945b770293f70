"""Honest zip archives give their members and nothing else; cut ones and any other bytes end."""

from __future__ import annotations

import io
import shutil
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
from weighbridge.core.facts import Identity, Oddity
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
    assert [fact.member for fact in examine(zips.archive(small, large)).odd(Oddity.CHECKSUM_MISMATCH)] == ["a"]


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
