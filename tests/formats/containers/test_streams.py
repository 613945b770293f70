"""Compressed streams: one child, what hides around it, and nothing lost."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import streams
from tests.builders.noise import noise
from tests.formats.containers.driver import Drained, drain
from tests.formats.containers.test_stream_magic import KINDS
from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, Oddity
from weighbridge.formats.containers.streams import extract

DATA = b"content " * 1000


def examine(data: bytes, name: str = "model.pkl.gz") -> Drained:
    return drain(extract, data, name=name)


@pytest.mark.parametrize("codec", streams.CODECS)
@given(data=st.binary(max_size=2000))
@settings(max_examples=20, deadline=None)
def test_every_codec(codec: str, data: bytes) -> None:
    found = examine(streams.CODECS[codec](data), f"model.pkl.{codec}")
    (identity,) = found.facts
    assert isinstance(identity, Identity)
    assert identity.format == KINDS[codec]
    assert found.contents == [("model.pkl", data)]
    assert not found.gaps


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zlib.compress])
def test_writers_of_python(pack: object) -> None:
    data = noise(1_000_000)
    found = examine(pack(data))  # type: ignore[operator]
    assert found.is_quiet
    assert found.contents[0][1] == data


COMMANDS = {
    "gzip": ["gzip", "-c"],
    "bzip2": ["bzip2", "-c"],
    "xz": ["xz", "-c", "--block-size=20000", "-T1"],
    "lzma": ["xz", "-c", "--format=lzma"],
    "lz4": ["lz4", "-qc", "-BD"],
    "zstd": ["zstd", "-qc", "--ultra", "-22"],
}


@pytest.mark.parametrize("kind", COMMANDS)
def test_writers_of_others(kind: str, tmp_path: Path) -> None:
    if shutil.which(COMMANDS[kind][0]) is None:
        pytest.skip(f"no {COMMANDS[kind][0]} here")
    path = tmp_path / "model"
    path.write_bytes(DATA * 20 + noise(100_000))
    packed = subprocess.run([*COMMANDS[kind], str(path)], check=True, capture_output=True).stdout
    found = examine(packed)
    assert found.is_quiet
    assert found.contents[0][1] == path.read_bytes()


@pytest.mark.parametrize("codec", streams.CODECS)
def test_streams_of_one_kind_are_joined(codec: str) -> None:
    pack = streams.CODECS[codec]
    found = examine(pack(DATA) + pack(b"more"))
    assert found.is_quiet
    assert found.contents[0][1] == DATA + b"more"


@pytest.mark.parametrize("codec", streams.CODECS)
def test_what_follows_is_trailing_data(codec: str) -> None:
    packed = streams.CODECS[codec](DATA)
    found = examine(packed + b"INERT tail")
    (fact,) = found.trailing
    assert (fact.where, fact.zero, fact.at.offset, fact.at.length) == ("tail", False, len(packed), 10)
    assert found.contents[0][1] == DATA
    assert not found.gaps


@pytest.mark.parametrize("codec", streams.CODECS)
def test_a_cut_is_a_gap_and_keeps_what_came(codec: str) -> None:
    data = noise(50_000)
    packed = streams.CODECS[codec](data)
    found = examine(packed[:-1])
    assert [gap.kind for gap in found.gaps] == [GapKind.UNPARSED]
    assert len(found.facts) == 1
    assert data.startswith(found.contents[0][1])
    half = examine(packed[: len(packed) // 2])
    assert half.gaps


@pytest.mark.parametrize("codec", streams.CODECS)
def test_a_broken_second_stream_is_a_gap(codec: str) -> None:
    pack = streams.CODECS[codec]
    found = examine(pack(DATA) + pack(noise(5000))[:-700])
    assert found.contents[0][1].startswith(DATA)
    assert found.gaps
    assert not found.trailing


def test_names() -> None:
    names = {
        "model.pkl.gz": "model.pkl",
        "MODEL.PKL.GZ": "MODEL.PKL",
        "model.tgz": "model.tar",
        "model.txz": "model.tar",
        "model.tar.zst": "model.tar",
        "model.joblib": "model.joblib",
        "model": "model",
        ".gz": ".gz",
        "a.b/model.gz": "a.b/model",
    }
    for name, child in names.items():
        assert examine(streams.gzipped(DATA), name).contents[0][0] == child
    assert examine(streams.gzipped(DATA, name=b"inner.pkl"), "outer.gz").contents[0][0] == "inner.pkl"


def test_a_gzip_name_with_a_path_is_cut_to_its_base() -> None:
    found = examine(streams.gzipped(DATA, name=b"../model.pkl"))
    assert found.kinds == set()
    assert found.contents[0][0] == "model.pkl"


def test_what_hides_in_gzip() -> None:
    found = examine(streams.gzipped(DATA, extra=b"hidden", comment=b"words"))
    assert found.kinds == {Oddity.COMMENT}
    assert [fact.where for fact in found.trailing] == ["gap", "comment"]
    binary = examine(streams.gzipped(DATA, comment=b"\x7fELF"))
    assert [fact.where for fact in binary.trailing] == ["gap"]
    assert examine(streams.gzip_with_wrong_crc(DATA)).kinds == {Oddity.CHECKSUM_MISMATCH}
    assert examine(gzip.compress(DATA) + bytes(512)).trailing[0].zero


@pytest.mark.parametrize("pack", [streams.lz4_frame, streams.zstd_frame])
def test_what_hides_in_frames_to_skip(pack: object) -> None:
    packed = pack(DATA)  # type: ignore[operator]
    data = streams.skippable_frame(b"hidden") + packed + streams.skippable_frame(b"too")
    found = examine(data)
    assert found.contents[0][1] == DATA
    spans = [fact.at for fact in found.trailing]
    assert [data[at.offset or 0 : (at.offset or 0) + (at.length or 0)] for at in spans] == [b"hidden", b"too"]


def test_only_frames_to_skip() -> None:
    found = examine(streams.skippable_frame(b"hidden"))
    assert found.contents[0][1] == b""
    assert len(found.trailing) == 1
    assert examine(streams.skippable_frame(b"hidden")[:-1]).gaps


def test_xz_padding_is_between_and_trailing() -> None:
    packed = streams.xz(DATA)
    assert examine(packed + bytes(8) + packed).is_quiet
    assert examine(packed + bytes(8)).trailing[0].zero


def test_a_flood_of_small_streams_is_bounded() -> None:
    found = examine(streams.gzipped(b"", comment=b"words") * 1000)
    assert len(found.facts) < 500


def test_bombs_are_stopped_by_the_budget() -> None:
    found = examine(streams.zstd_bomb(200 << 20))
    assert [gap.kind for gap in found.gaps] == [GapKind.OVER_LIMIT]


def test_dictionaries_over_the_limit() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]
    found = examine(lzma.compress(DATA, format=lzma.FORMAT_XZ, filters=filters))
    assert [gap.kind for gap in found.gaps] == [GapKind.OVER_LIMIT]


def test_legacy_lz4_is_a_gap() -> None:
    found = examine(b"\x02\x21\x4c\x18" + bytes(20))
    assert [gap.kind for gap in found.gaps] == [GapKind.UNSUPPORTED]
    assert not found.children


@pytest.mark.parametrize(("codec", "extra"), [("lz4", "weighbridge[lz4]"), ("zst", "weighbridge[zstd]")])
def test_without_the_optional_libraries(codec: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    found = examine(streams.CODECS[codec](DATA))
    assert f"pip install {extra}" in found.gaps[0].reason
    assert found.gaps[0].kind is GapKind.UNSUPPORTED
    assert not found.children


def test_no_stream_is_a_gap() -> None:
    assert [gap.kind for gap in examine(b"plain text").gaps] == [GapKind.UNPARSED]


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_end(data: bytes) -> None:
    examine(data)
