"""What some bytes are: content decides, and a format inside another is not a second identity of the outer one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import (
    joblibs,
    natives,
    numpys,
    polyglots,
    safetensors_files,
    seams,
    sevenzips,
    streams,
    tars,
    torch_legacy,
    torches,
    zips,
)
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from weighbridge.core.source import BytesSource
from weighbridge.formats import native
from weighbridge.formats.sniff import _PROGRAM_BEGINS, sniff


def formats(content: bytes, name: str = "model") -> tuple[str, ...]:
    return sniff(BytesSource(content), name).formats


@pytest.mark.parametrize(
    "around",
    [lambda inner: tars.plain({"model.pt": inner}), lambda inner: sevenzips.plain({"model.pt": inner})],
    ids=["tar", "7z"],
)
def test_a_zip_that_is_the_last_member_makes_no_polyglot(around: object) -> None:
    assert callable(around)
    found = formats(around(torches.zip_checkpoint()))
    assert "zip" not in found
    assert len(found) == 1


def test_a_zip_that_ends_the_file_is_an_identity_of_its_own() -> None:
    assert set(formats(polyglots.tar_then_zip())) == {"tar", "zip"}


def test_a_zip_of_text_pickles_is_no_pickle() -> None:
    """Its first bytes are PERSID to an unpickler, which stops there."""
    for content in (zips.plain({"a.pkl": plain_data(0)}), torches.zip_checkpoint((), pickle=posix_system(0))):
        assert formats(content) == ("zip",)
    assert formats(numpys.npz({"names.npy": numpys.object_npy()})) == ("zip",)


def test_a_pickle_before_a_zip_is_both() -> None:
    assert set(formats(polyglots.pickle_then_zip())) == {"zip", "pickle"}


# -- every format by its content, none by chance ------------------------------------------------------------------

PICKLE = plain_data()
CONTENTS = {
    "zip": zips.plain({"a.txt": b"text"}), "tar": tars.plain({"a.txt": b"text"}), "7z": sevenzips.plain({"a": b"text"}),
    "gzip": streams.gzipped(PICKLE), "bzip2": streams.bzipped(PICKLE), "xz": streams.xz(PICKLE),
    "lzma": streams.legacy_lzma(PICKLE), "zlib": streams.zlibbed(PICKLE), "lz4": streams.lz4_frame(PICKLE),
    "zstd": streams.zstd_frame(PICKLE), "pickle": PICKLE, "torch.legacy": torch_legacy.legacy(),
    "numpy.npy": numpys.npy(), "joblib.zfile": joblibs.zfile(PICKLE), "safetensors": safetensors_files.encode(),
    "native": natives.elf(), "gguf": b"GGUF\x03\0\0\0" + bytes(40), "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(40),
    "tflite": b"\x1c\0\0\0TFL3" + bytes(40), "png": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "text": b"plain words, caf\xc3\xa9\n",
    "git-lfs pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
}  # fmt: skip


def test_text_is_asked_for_whatever_it_begins_like() -> None:
    for magic in seams.MAGICS:
        assert {"text", "python"} <= set(formats(seams.spelt(magic), "x.py")), magic
    assert "text" not in formats(b"ID3\x03\0" + bytes(40), "a.mp3")


@pytest.mark.parametrize("ending", [".", " ", ". ."])
def test_what_windows_ignores_at_the_end_of_a_name(ending: str) -> None:
    assert formats(b"echo INERT\n", f"run.sh{ending}") == ("text", "script")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("blanks", ["", "\n" * 9_000, " \n" * 70_001])
def test_settings_are_found_behind_a_mark_and_blanks(encoding: str, blanks: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    content = (mark + blanks + seams.CALLING.decode()).encode(encoding)
    assert "json" in formats(content, "params")


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("name", ["model", "model.pkl", "model.onnx", "README.md", "\udcff", ""])
def test_content_decides_whatever_the_name(kind: str, name: str) -> None:
    added = ("markdown",) if kind == "text" and name == "README.md" else ()
    assert formats(CONTENTS[kind], name) == (kind, *added)


@pytest.mark.parametrize("kind", CONTENTS)
def test_every_prefix_of_a_file_is_something_or_nothing(kind: str) -> None:
    for length in range(0, min(len(CONTENTS[kind]), 600), 7):
        found = formats(CONTENTS[kind][:length])
        assert len(found) == len(set(found))
        assert (found == ("empty",)) == (length == 0)


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8b", b"\x1f\x8b\x07" + bytes(20), b"BZ" + bytes(20), b"BZh9" + bytes(20), b"\x78\x9c" + b"\xff" * 20,
     b"]\0\0" + b"\xff" * 20, b"\x28\xb5\x2f", b"MZ" + bytes(100), b"\x7fELF" + bytes(10), bytes(512), bytes(4_096),
     b"\x93NUMPX" + bytes(20), b"\x08\0\0\0\0\0\0\0{" + bytes(20), b"PK\x01\x02" + bytes(40), b"\0" * 257 + b"ustaX"],
    ids=range(15),
)  # fmt: skip
def test_a_magic_number_cut_short_or_alone_proves_nothing(content: bytes) -> None:
    assert set(formats(content)) <= {"text"}


def test_a_name_promises_and_adds_and_never_takes_away() -> None:
    seen = sniff(BytesSource(PICKLE), "dir.npy/MODEL.SAFETENSORS")
    assert (seen.formats, seen.named, seen.promised) == (("pickle",), ("safetensors",), ("safetensors",))
    seen = sniff(BytesSource(PICKLE), "model.pkl")
    assert (seen.formats, seen.named, seen.promised) == (("pickle",), (), ())
    seen = sniff(BytesSource(b"\0\1\2"), "model.onnx")
    assert (seen.formats, seen.named, seen.promised) == ((), ("onnx",), ("onnx",))
    assert sniff(BytesSource(b""), "model.onnx").named == ()


@pytest.mark.parametrize(
    ("content", "is_text"),
    [
        (b"hello\n", True), ("žluťoučký 日本".encode(), True), ("text".encode("utf-16"), True), (b"\x1b[1mbold", True),
        (b"hello\0", False), (b"a\x01b", False), (b"\x7f" + b"a", False),
    ],
)  # fmt: skip
def test_text_holds_nothing_that_text_has_no_use_for(content: bytes, is_text: bool) -> None:
    assert ("text" in formats(content)) == is_text


@settings(max_examples=300)
@given(st.binary(max_size=600), st.text(max_size=10))
def test_any_bytes_have_an_answer(content: bytes, name: str) -> None:
    found = sniff(BytesSource(content), name)
    assert len(found.formats) == len(set(found.formats))
    assert not set(found.formats) & set(found.named)


class Counting:
    """A file of a terabyte of which only the beginning and the end are there, and what was read of it."""

    def __init__(self, head: bytes, tail: bytes = b"") -> None:
        self.size = 1 << 40
        self.head, self.tail, self.read = head, tail, 0

    def read_at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.size - offset))
        self.read += length
        found = bytearray(length)
        for start, part in ((0, self.head), (self.size - len(self.tail), self.tail)):
            for at in range(max(start, offset), min(start + len(part), offset + length)):
                found[at - offset] = part[at - start]
        return bytes(found)


@pytest.mark.parametrize("kind", CONTENTS)
def test_a_file_of_any_size_is_told_by_a_few_reads(kind: str) -> None:
    source = Counting(CONTENTS[kind][:4_096])
    sniff(source, "model")
    assert source.read < 4 << 20


def test_what_begins_with_an_opcode_that_needs_a_stack_is_no_pickle() -> None:
    """NumPy's magic number begins with the byte of STACK_GLOBAL; these array bytes read on like a call."""
    array = numpys.header(shape=(8,)) + bytes(28) + b"R..."
    assert formats(array) == ("numpy.npy",)
    assert formats(b"\x93" + posix_system(0)) == ("text",)


def test_every_program_is_asked_for_by_its_first_byte() -> None:
    assert {prefix[:1] for prefix in native.PREFIXES} == _PROGRAM_BEGINS
