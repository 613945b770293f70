"""Arrow IPC: honest streams and files are sound, lengths are held against bodies, pickled types are handed on."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import arrow_files as files
from tests.builders.pickles.gadgets import posix_system
from tests.formats.flat_reading import cuts, is_sound, lies, of, read
from tests.museum.exhibit import examined, verdict_of
from weighbridge.core.facts import EmbeddedPayload, MetadataEntry
from weighbridge.core.programs import CodeUnit
from weighbridge.core.report import Verdict
from weighbridge.core.source import BytesSource
from weighbridge.core.when import When
from weighbridge.formats import arrow
from weighbridge.formats.node import Child
from weighbridge.formats.sniff import sniff


def verdict(content: bytes) -> Verdict:
    seen = examined(content, "data.arrow")
    return verdict_of(seen.findings, seen.gaps)


@pytest.mark.parametrize(
    "make", [files.file, files.stream, lambda: files.file(field={"a": b"b"}, whole={"pandas": b"{}"})]
)
def test_honest_files_are_sound(make: Any) -> None:
    assert sniff(BytesSource(make()), "x").formats == ("arrow",)
    assert is_sound(arrow.extract, make())
    assert verdict(make()) is Verdict.CLEAN


@pytest.mark.libraries
@pytest.mark.parametrize("make", [files.file, files.stream])
def test_the_library_reads_what_the_builder_writes(make: Any) -> None:
    import pyarrow as pa

    opened = pa.ipc.open_file if make is files.file else pa.ipc.open_stream
    table = opened(make()).read_all()
    assert table.to_pydict() == {"a": [1, 2, 3, 4]}


@pytest.mark.parametrize(
    ("make", "what", "memory"),
    [
        (files.buffer_beyond_body, "buffer out of bounds", True),
        (files.column_longer_than_buffer, "column size", True),
        (files.too_few_columns, "column size", True),
        (files.negative_body, "body length", True),
        (files.block_beyond_file, "block out of bounds", True),
        (files.footer_beyond_file, "footer length", True),
        (files.block_is_no_message, "blocks", False),
        (files.two_schemas, "two schemas", False),
    ],
)
def test_each_lie_is_told_alone(make: Any, what: str, memory: bool) -> None:
    assert lies(arrow.extract, make()) == {(what, memory)}


@pytest.mark.parametrize("name", ["arrow.py_extension_type", "ray.data.arrow_tensor"])
@pytest.mark.parametrize("as_file", [True, False])
def test_a_pickled_type_is_handed_on(name: str, as_file: bool) -> None:
    pickle = posix_system()
    content = files.pickled_type(pickle, name, as_file=as_file)
    found = of(Child, arrow.extract, content)
    assert len(found) == 1 + as_file  # the footer says it again
    for child in found:
        assert child.formats == ("pickle",)
        assert child.content.source.read_at(0, 1 << 20) == pickle
        assert content[child.offset : child.offset + len(pickle)] == pickle


def test_metadata_of_honest_types_is_not() -> None:
    content = files.pickled_type(b"[[2, 3], false]", "ray.data.arrow_tensor")
    assert of(Child, arrow.extract, content) == []
    assert verdict(content) is Verdict.CLEAN


@pytest.mark.parametrize("key", ["note", "ARROW:extension:metadata"])
def test_a_pickle_in_any_metadata_is_told(key: str) -> None:
    found = of(EmbeddedPayload, arrow.extract, files.stream(whole={key: posix_system()}))
    assert [fact.what for fact in found] == ["pickle"]


def test_a_column_of_pickles_is_named() -> None:
    found = of(CodeUnit, arrow.extract, files.stream(field=files.extension("ray.data.arrow_pickled_object", b"")))
    assert [(unit.language, unit.name, unit.when) for unit in found] == [("pickle", "a", When.FLAG)]


def test_metadata_is_told_with_its_column() -> None:
    found = of(MetadataEntry, arrow.extract, files.stream(field={"k": b"v"}, whole={"w": b"x"}))
    assert [(fact.key, fact.text) for fact in found] == [("w", "x"), ("a/k", "v")]


def test_a_broken_download_is_no_lie_about_memory() -> None:
    for make in (files.file, files.stream):
        for content in cuts(make()):
            if len(content) > 16:
                assert verdict(content) is not Verdict.MALICIOUS, len(content)


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutations_never_raise(chance: random.Random) -> None:
    content = bytearray(
        chance.choice((files.file(field={"a": b"b"}), files.stream(), files.pickled_type(b"\x80\x04N.")))
    )
    for _ in range(chance.randint(1, 5)):
        content[chance.randrange(8, len(content))] = chance.choice((0, 1, 2, 8, 127, 128, 255))
    read(arrow.extract, bytes(content))


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_after_the_mark(content: bytes) -> None:
    for begin in (b"ARROW1\0\0", b"\xff\xff\xff\xff"):
        read(arrow.extract, begin + content)
        arrow.sniff(begin + content, BytesSource(begin + content))
