"""Protocol Buffers: the same fields as the reference implementation, and no byte more of memory or time."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import protobufs as pb
from tests.effort import is_quick
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.source import BytesSource
from weighbridge.formats import protobuf
from weighbridge.formats.protobuf import BYTES, FIXED32, FIXED64, START_GROUP, VARINT, Field, fields


class Counting(BytesSource):
    """Counts the bytes that are asked for."""

    __slots__ = ("asked",)

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.asked = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.asked += length
        return super().read_at(offset, length)


def read(content: bytes) -> list[Field]:
    return list(fields(BytesSource(content)))


def shown(field: Field) -> tuple[int, int, object]:
    if field.kind == START_GROUP:
        return field.number, field.kind, [shown(inner) for inner in field.fields()]
    return field.number, field.kind, field.read(1 << 20) if field.kind == BYTES else field.value


def test_each_kind_of_field() -> None:
    content = pb.number(1, -3) + pb.single(2, 0.5) + pb.double(3, 0.25) + pb.data(4, "text") + pb.packed(5, [1, 300])
    one, two, three, four, five = read(content)
    assert [field.kind for field in (one, two, three, four)] == [VARINT, FIXED32, FIXED64, BYTES]
    assert (one.signed(), two.number_f32(), three.number_f64(), four.text()) == (-3, 0.5, 0.25, "text")
    assert five.packed() == [1, 300]
    assert one.packed() == [one.value]
    assert [content[field.offset] for field in (one, four)] == [0x08, 0x22]
    assert BytesSource(content).read_at(four.start, four.length) == b"text" == four.source.read_at(0, 9)
    assert four.end == five.offset


def test_nested_messages_are_walked_with_offsets_of_the_whole() -> None:
    content = pb.data(1, pb.data(2, pb.data(3, "deep")))
    (outer,) = read(content)
    (middle,) = outer.fields()
    (inner,) = middle.fields()
    assert inner.text() == "deep"
    assert content[inner.start : inner.end] == b"deep"
    (again,) = fields(outer.source)
    assert again.start == middle.start - outer.start


def test_a_group_is_a_field_up_to_its_end() -> None:
    inside = pb.number(1, 5) + pb.group(9, pb.data(2, b"\x4b")) + pb.single(3, 1.0) + pb.double(4, 1.0)
    found, after = read(pb.group(7, inside) + pb.number(8, 1))
    assert (found.kind, found.number, found.length, after.value) == (START_GROUP, 7, len(inside), 1)
    assert [inner.number for inner in found.fields()] == [1, 9, 3, 4]


@pytest.mark.parametrize(
    "content",
    [
        b"\x00", b"\x08", b"\x08" + b"\xff" * 11, b"\x0a\x05abc", b"\x0d\0\0", b"\x0e", b"\x0c", pb.tag(7, 3),
        pb.tag(7, 3) + pb.tag(8, 4), pb.tag(7, 3) + b"\x0a\x50", pb.tag(7, 3) + b"\x00", pb.tag(7, 3) + b"\x0e",
        pb.varint((1 << 29) << 3) + b"\0", b"\x0a" + b"\xff" * 9 + b"\x01",
    ],
)  # fmt: skip
def test_what_breaks_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        read(content)


def test_an_inner_message_cannot_reach_beyond_its_end() -> None:
    outer = read(pb.data(1, b"\x12\x04ab") + pb.data(3, "after"))[0]
    with pytest.raises(Malformed):
        list(outer.fields())
    outer = read(pb.data(1, b"\x08\x80") + pb.number(3, 0))[0]
    with pytest.raises(Malformed):
        list(outer.fields())


def test_bounds_hold() -> None:
    with pytest.raises(OverLimit):
        list(fields(BytesSource(pb.number(1, 1) * 11), most=10))
    with pytest.raises(OverLimit):
        list(fields(BytesSource(pb.group(1, pb.number(1, 1) * 11)), most=10))
    deep = pb.tag(1, 3) * (protobuf.GROUPS + 1)
    with pytest.raises(OverLimit):
        read(deep)
    with pytest.raises(OverLimit):
        read(pb.packed(1, [1] * 100))[0].packed(99)


def test_long_content_is_stepped_over() -> None:
    source = Counting(pb.data(1, bytes(20 << 20)) * 3 + pb.data(2, "end"))
    assert [field.number for field in fields(source)] == [1, 1, 1, 2]
    assert source.asked < 8 * protobuf._FIRST


def test_many_small_fields_are_read_once() -> None:
    content = pb.data(1, pb.data(1, "name") + pb.number(2, 7)) * 100_000
    source, begun = Counting(content), time.process_time()
    assert sum(inner.number for field in fields(source) for inner in field.fields()) == 300_000
    assert source.asked < 1.01 * len(content)
    assert is_quick(time.process_time() - begun, 3)


def test_what_the_source_does_not_give_is_malformed() -> None:
    class Short(BytesSource):
        def read_at(self, offset: int, length: int) -> bytes:
            return super().read_at(offset, length)[: max(0, 5 - offset)]

    with pytest.raises(Malformed):
        list(fields(Short(pb.number(1, 1) * 10)))


CONTENTS = st.recursive(
    st.one_of(
        st.builds(pb.number, st.integers(1, 40), st.integers(0, (1 << 64) - 1)),
        st.builds(pb.single, st.integers(1, 40), st.floats(width=32, allow_nan=False)),
        st.builds(pb.double, st.integers(1, 40), st.floats(allow_nan=False)),
        st.builds(pb.data, st.integers(1, (1 << 29) - 1), st.binary(max_size=200)),
    ),
    lambda inner: st.builds(pb.group, st.integers(1, 99), inner) | st.lists(inner, max_size=6).map(b"".join),
    max_leaves=30,
)


def reference(content: bytes) -> list[Any]:
    """What the reference implementation finds in a message of which it knows no field."""
    from google.protobuf.empty_pb2 import Empty
    from google.protobuf.unknown_fields import UnknownFieldSet

    def told(fields_of: Any) -> list[Any]:
        return [
            (one.field_number, one.wire_type, told(one.data) if one.wire_type == START_GROUP else one.data)
            for one in fields_of
        ]

    message = Empty()
    message.ParseFromString(content)
    return told(UnknownFieldSet(message))


@given(content=CONTENTS, padding=st.sampled_from([0, 4_050, 65_500]))
def test_the_reference_implementation_finds_the_same(content: bytes, padding: int) -> None:
    pytest.importorskip("google.protobuf")
    whole = (pb.data(3, bytes(padding)) if padding else b"") + content
    assert [shown(field) for field in read(whole)] == reference(whole)


@given(content=CONTENTS, at=st.integers(0, 400), byte=st.integers(0, 255), cut=st.integers(0, 400))
def test_a_spoilt_message_breaks_cleanly_and_is_never_read_where_the_reference_reads_other_fields(
    content: bytes, at: int, byte: int, cut: int
) -> None:
    pytest.importorskip("google.protobuf")
    from google.protobuf.message import DecodeError

    spoilt = bytearray(content[: len(content) - cut] if cut < len(content) else content)
    if spoilt:
        spoilt[at % len(spoilt)] = byte
    try:
        mine: Any = [shown(field) for field in read(bytes(spoilt))]
    except (Malformed, OverLimit):
        return
    try:
        theirs = reference(bytes(spoilt))
    except DecodeError:
        return
    assert mine == theirs
