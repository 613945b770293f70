"""Checkpoints: the sorted table, the tensors of its index, the text beside it; and records."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import checkpoints
from tests.builders import graphs as parts
from tests.builders.pickles.gadgets import posix_system
from tests.builders.tensorflow_originals import original
from tests.formats.tensorflow.reading import of, read
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, TensorDecl, TrailingData
from weighbridge.core.limits import Limits
from weighbridge.core.references import Reference
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Child
from weighbridge.formats.tensorflow import checkpoint, records, state, table


def whats(content: bytes) -> list[tuple[str, bool]]:
    found, error = read(checkpoint.extract, content)
    assert error is None, error
    return [(one.what, one.memory) for one in of(Inconsistency, found)]


# -- the index ------------------------------------------------------------------------------------------------------


def test_what_tensorflow_wrote_is_read_without_a_word() -> None:
    for name in ("checkpoint_index", "checkpoint_index_text"):
        found, error = read(checkpoint.extract, original(name))
        assert error is None
        assert {type(one) for one in found} == {Identity, TensorDecl, Reference}
    tensors = {one.name: (one.dtype, one.shape) for one in found if isinstance(one, TensorDecl)}
    assert tensors == {
        "_CHECKPOINTABLE_OBJECT_GRAPH": ("string", ()),
        "b/.ATTRIBUTES/VARIABLE_VALUE": ("bfloat16", (2,)),
        "s/.ATTRIBUTES/VARIABLE_VALUE": ("string", ()),
        "save_counter/.ATTRIBUTES/VARIABLE_VALUE": ("int64", ()),
        "v/.ATTRIBUTES/VARIABLE_VALUE": ("float32", (2,)),
    }


def test_the_builder_writes_what_the_library_would() -> None:
    assert whats(checkpoints.index()) == []


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (checkpoints.entry(parts.FLOAT, (1 << 40, 1 << 40), 0, 300, 4), ("shape overflow", True)),
        (checkpoints.entry(parts.FLOAT, (-4,), 0, 300, 4), ("shape overflow", True)),
        (checkpoints.entry(parts.FLOAT, (9,), 0, 300, 4), ("tensor size", True)),
        (checkpoints.entry(parts.FLOAT, (1,), 0, 300, 8), ("tensor size", False)),
        (checkpoints.entry(parts.FLOAT, (1,), 0, -4, 4), ("offsets", True)),
        (checkpoints.entry(parts.STRING, (1,), 0, 4, -4), ("offsets", True)),
        (checkpoints.entry(parts.STRING, (1,), 0, (1 << 63) - 1, 4), ("offsets", True)),
        (checkpoints.entry(parts.FLOAT, (1,), 7, 300, 4), ("shards", False)),
        (checkpoints.entry(parts.FLOAT, (1,), -1, 300, 4), ("shards", False)),
        (checkpoints.entry(99, (1,), 0, 300, 4), ("tensor type", False)),
        (checkpoints.entry(parts.FLOAT, (1,), 0, 4, 4), ("overlap", False)),
        (checkpoints.entry(parts.FLOAT, (1,), 0, 300, 4) + parts.varint(9 << 3 | 1) + bytes(8), ("entry", False)),
    ],
)
def test_numbers_that_do_not_agree(entry: bytes, what: tuple[str, bool]) -> None:
    assert whats(checkpoints.index((b"z", entry))) == [what]


def test_the_header_is_looked_at() -> None:
    def headed(header: bytes) -> bytes:
        return checkpoints.table(((b"", header), *checkpoints.HONEST_INDEX[1:]))

    assert whats(headed(parts.number(1, 0))) == [("shards", False)]
    assert whats(headed(parts.number(1, 1) + parts.number(2, 1))) == [("endianness", False)]
    found, _ = read(checkpoint.extract, headed(parts.held(1, b"old")))
    assert of(Gap, found)


def test_departures_are_counted() -> None:
    entries = [(f"z{number:02}".encode(), checkpoints.entry(99, (1,), 0, 0, 0)) for number in range(40)]
    found = of(Inconsistency, read(checkpoint.extract, checkpoints.index(*entries))[0])
    assert len(found) == checkpoint.TOLD + 1


# -- the table ------------------------------------------------------------------------------------------------------


def test_keys_that_share_a_beginning_are_put_together() -> None:
    names = [one.name for one in of(TensorDecl, read(checkpoint.extract, original("checkpoint_index"))[0])]
    assert len(names) == len(set(names)) > 3
    assert all(name.startswith(("_CHECKPOINT", "_operations", "variables", "_")) or "/" in name for name in names)


def test_checksums_are_computed() -> None:
    assert table.masked(b"123456789") == ((0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert table.masked(b"INERT") == checkpoints.crc32c(b"INERT")
    assert ("checksum", False) in whats(checkpoints.false_crc())


def test_bytes_between_blocks_are_told_and_handed_on() -> None:
    payload = posix_system()
    found, _ = read(checkpoint.extract, checkpoints.index(between=payload))
    (trailing,) = of(TrailingData, found)
    assert trailing.at.length == len(payload)
    (child,) = of(Child, found)
    assert child.content.source.read_at(0, 99) == payload


def test_a_compressed_block_is_over_the_limit() -> None:
    assert isinstance(read(checkpoint.extract, checkpoints.index(kind=1))[1], OverLimit)


def test_false_handles_are_malformed() -> None:
    honest = checkpoints.index()
    begin = len(honest) - table.FOOTER
    for footer in (parts.varint(1 << 40) * 4, parts.varint(0) * 4, b"\xff" * 40, parts.varint(0) + b"\x80" * 39):
        content = honest[:begin] + footer.ljust(40, b"\0")[:40] + table.MAGIC
        assert isinstance(read(checkpoint.extract, content)[1], Malformed)
    assert isinstance(read(checkpoint.extract, b"INERT" * 20)[1], Malformed)


def test_footers_with_more_than_handles_are_malformed() -> None:
    made = bytearray(checkpoints.index())
    made[-9] = 1
    assert isinstance(read(checkpoint.extract, bytes(made))[1], Malformed)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from((checkpoints.index(), original("checkpoint_index"))), st.data())
def test_mutations_end_in_facts_or_a_typed_error(seed: bytes, data: st.DataObject) -> None:
    made = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    read(checkpoint.extract, bytes(made))
    cut = data.draw(st.integers(0, len(made)))
    read(checkpoint.extract, bytes(made[:cut]) + table.MAGIC)


# -- state and shards -----------------------------------------------------------------------------------------------


def paths(content: bytes) -> list[tuple[str, bool]]:
    found, error = read(state.extract, content, "checkpoint")
    assert error is None
    return [(one.target, one.escapes) for one in of(Reference, found)]


def test_paths_of_a_state_are_references() -> None:
    assert paths(checkpoints.state()) == [("ckpt-2", False), ("ckpt-1", False)]
    assert paths(checkpoints.state("/a")) == [("/a", True), ("ckpt-1", False)]
    assert paths(b"all_model_checkpoint_paths: ['a', '../b'] last_preserved_timestamp: 1.5 x { y: 1 }") == [
        ("a", False), ("../b", True),
    ]  # fmt: skip
    assert paths(b'model_checkpoint_path: "\\x2fa"') == [("/a", True)]


def test_a_long_state_is_a_gap() -> None:
    assert of(Gap, read(state.extract, checkpoints.state(), "checkpoint", Limits(source_bytes=10))[0])
    assert isinstance(read(state.extract, b'model_checkpoint_path: "', "checkpoint")[1], Malformed)


def test_a_shard_is_named() -> None:
    identity, gap = read(checkpoint.shard, b"\1\2\3")[0]
    assert isinstance(identity, Identity)
    assert identity.format == checkpoint.DATA
    assert isinstance(gap, Gap), "without its index nobody knows what the numbers are"


# -- records --------------------------------------------------------------------------------------------------------


def test_records_of_tensorflow_are_stepped_through() -> None:
    for content in (original("records"), checkpoints.record() * 5):
        found, _ = read(records.extract, content)
        assert [type(one) for one in found] == [Identity]
        assert records.sniff(content[:99], BytesSource(content)) == records.FORMAT


def test_what_follows_the_records_is_told() -> None:
    found, _ = read(records.extract, checkpoints.record() + posix_system())
    (trailing,) = of(TrailingData, found)
    assert trailing.at.offset == len(checkpoints.record())
    assert of(Child, found)


def test_a_false_length_is_told() -> None:
    second = bytearray(checkpoints.record(b"x" * 40))
    second[0] = 8
    found, _ = read(records.extract, checkpoints.record() + bytes(second))
    assert of(Inconsistency, found)


def test_other_bytes_are_no_records() -> None:
    for content in (b"", bytes(40), b"INERT" * 9, checkpoints.record(b"x" * 30)[:-9]):
        assert records.sniff(content[:99], BytesSource(content)) == ""
