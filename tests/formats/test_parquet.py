"""Parquet: honest footers are sound, places and counts are held against the file, pickled types are handed on."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import parquet_files as files
from tests.builders.pickles.gadgets import posix_system
from tests.formats.flat_reading import is_sound, lies, of, read
from tests.museum.exhibit import examined, verdict_of
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import EmbeddedPayload, MetadataEntry, TrailingData
from weighbridge.core.references import Reference
from weighbridge.core.report import Verdict
from weighbridge.formats import parquet, thrift
from weighbridge.formats.node import Child


def verdict(content: bytes) -> Verdict:
    seen = examined(content, "data.parquet")
    return verdict_of(seen.findings, seen.gaps)


def test_an_honest_file_is_sound() -> None:
    content = files.parquet(metadata={"k": b"v", "ARROW:schema": files.arrow_schema()}, column_metadata={"c": b"w"})
    assert is_sound(parquet.extract, content)
    assert verdict(content) is Verdict.CLEAN
    told = {fact.key: fact.text for fact in of(MetadataEntry, parquet.extract, content)}
    assert (told["k"], told["c"], told["created_by"]) == ("v", "w", "by hand")


@pytest.mark.libraries
def test_the_library_reads_what_the_builder_writes() -> None:
    import io

    from pyarrow import parquet as library

    metadata = library.read_metadata(io.BytesIO(files.parquet(metadata={"k": b"v"})))
    assert (metadata.num_rows, metadata.num_columns, metadata.metadata) == (4, 1, {b"k": b"v"})


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (files.column_beyond_file, "out of bounds"), (files.more_children, "schema"), (files.fewer_columns, "columns"),
        (files.footer_beyond_file, "footer length"),
    ],
)  # fmt: skip
def test_each_lie_is_told_alone(make: Any, what: str) -> None:
    assert lies(parquet.extract, make()) == {(what, True)}


@pytest.mark.parametrize("name", ["arrow.py_extension_type", "ray.data.arrow_tensor"])
def test_a_pickled_type_is_handed_on(name: str) -> None:
    (child,) = of(Child, parquet.extract, files.pickled_type(posix_system(), name))
    assert child.formats == ("pickle",)
    assert child.content.source.read_at(0, 1 << 20) == posix_system()


def test_a_pickle_in_metadata_is_told() -> None:
    for held in ({"metadata": {"x": posix_system()}}, {"column_metadata": {"x": posix_system()}}):
        assert [fact.what for fact in of(EmbeddedPayload, parquet.extract, files.parquet(**held))] == ["pickle"]


@pytest.mark.parametrize(
    ("path", "escapes"),
    [("part.parquet", False), ("../x", True), ("/etc/x", True), ("C:\\x", True), ("a\\..\\x", True)],
)  # fmt: skip
def test_columns_in_other_files_are_named(path: str, escapes: bool) -> None:
    (fact,) = of(Reference, parquet.extract, files.column_elsewhere(path))
    assert (fact.relation, fact.target, fact.escapes) == ("external_data", path, escapes)


def test_what_is_not_arrow_is_a_gap() -> None:
    for value in (b"not base64 at all", b"////"):
        assert of(Gap, parquet.extract, files.parquet(metadata={"ARROW:schema": value}))


def test_bytes_that_no_column_needs_are_told() -> None:
    made = files.parquet()
    longer = made[:20] + posix_system() + made[20:]
    assert [fact.where for fact in of(TrailingData, parquet.extract, longer)] == ["gap"]
    assert verdict(longer) is Verdict.MALICIOUS


def test_metadata_that_old_writers_repeat_is_accounted_for() -> None:
    assert examined(files.repeated_metadata(), "a.parquet").findings == ()
    more = examined(files.repeated_metadata(b"INERT"), "a.parquet")
    assert [one.rule for one in more.findings] == ["HID203"]


def test_a_cut_file_is_inconclusive() -> None:
    for end in range(5, 95):
        assert verdict(files.parquet()[:end]) is not Verdict.CLEAN, end


def test_an_encrypted_footer_is_a_gap() -> None:
    assert of(Gap, parquet.extract, b"PARE" + bytes(20) + b"\4\0\0\0PARE")


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_any_footer(content: bytes) -> None:
    read(parquet.extract, b"PAR1" + content + len(content).to_bytes(4, "little") + b"PAR1")


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutations_never_raise(chance: random.Random) -> None:
    content = bytearray(files.parquet(metadata={"k": b"v", "ARROW:schema": files.arrow_schema()}))
    for _ in range(chance.randint(1, 4)):
        content[chance.randrange(4, len(content) - 8)] = chance.choice((0, 1, 0x15, 0x19, 0x1C, 127, 128, 255))
    read(parquet.extract, bytes(content))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x15", b"\x15" + b"\xff" * 11, b"\x1e\0", b"\x19\xfc\xff\xff\xff\x7f", b"\x18\x7f", b"\x1c" * 40,
        b"\x1b\x7f\x88", b"\x19" * 40,
    ],
)  # fmt: skip
def test_thrift_that_breaks_is_malformed(content: bytes) -> None:
    cursor = thrift.Thrift(content)
    with pytest.raises(Malformed):
        cursor.skip(thrift.STRUCT)
