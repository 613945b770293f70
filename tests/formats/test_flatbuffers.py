"""FlatBuffers: what the library's own builder writes is sound, every offset that leads outside is told."""

from __future__ import annotations

import random
import struct
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.flatbuffer_files import L, T, V, build
from tests.effort import is_quick
from weighbridge.core.errors import OverLimit
from weighbridge.core.facts import Inconsistency
from weighbridge.core.source import BytesSource
from weighbridge.formats import flatbuffers
from weighbridge.formats.flatbuffers import FlatBuffer, verify
from weighbridge.formats.node import Node

SCHEMA = {
    "Root": "4 s v4 vt:Leaf vs 1 u:Any t:Root",
    "Leaf": "8 s",
    "Any.1": "v2",
    "Any.2": "s",
}


def tree(depth: int = 1) -> T:
    below = tree(depth - 1) if depth else None
    leaves = L([T({0: ("q", number), 1: f"leaf {number}"}, f"leaf{number}") for number in range(3)], "leaves")
    choice = T({0: V("H", [1, 2, 3], "shorts")}, "choice")
    fields = {0: ("i", 7), 1: "name", 2: V("i", [1, 2, 3], "numbers"), 3: leaves, 4: L(["a", "bc"], "strings")}
    return T(fields | {5: ("B", 1), 6: choice, 7: below}, "root")


def checked(content: bytes) -> FlatBuffer:
    buffer = FlatBuffer(BytesSource(content))
    verify(buffer, SCHEMA, "Root")
    return buffer


def test_an_honest_buffer_is_sound_and_reads_back() -> None:
    buffer = checked(bytes(build(tree(2)).content))
    assert buffer.is_sound()
    assert not buffer.odd
    assert buffer.size - 8 < buffer.reach <= buffer.size
    root = buffer.root()
    assert root is not None
    assert (root.number(0, "i"), root.text(1), root.numbers(2)) == (7, "name", (1, 2, 3))
    leaves = [leaf for leaf in root.tables(3, "a leaf") if leaf]
    assert [(leaf.number(0, "q"), leaf.text(1)) for leaf in leaves] == [(n, f"leaf {n}") for n in range(3)]
    strings = root.vector(4)
    assert strings is not None
    assert list(strings.strings()) == ["a", "bc"]
    choice = root.table(6)
    assert choice is not None
    assert choice.numbers(0, "H") == (1, 2, 3)
    assert (root.number(9, default=5), root.text(9), root.vector(9), root.table(9)) == (5, "", None, None)


@pytest.mark.parametrize(
    ("place", "code", "number"),
    [
        ("numbers", "I", 1 << 30), ("leaves", "I", 1 << 29), ("strings", "I", 1 << 29), ("root.1", "I", 1 << 31),
        ("root.3", "I", 0xFFFF_FFF0), ("leaf1", "i", 1 << 28), ("leaf1", "i", -(1 << 28)),
        ("leaves[1]", "I", 1 << 30), ("strings[0]", "I", 1 << 30), ("shorts", "I", 1 << 31),
    ],
)  # fmt: skip
def test_what_leads_outside_is_a_lie(place: str, code: str, number: int) -> None:
    buffer = checked(build(tree()).patched(place, code, number))
    assert buffer.broken
    assert not buffer.is_cut_off()
    told = list(buffer.lies(Node(name="x"), base=100))
    assert told
    assert all(isinstance(lie, Inconsistency) and lie.memory for lie in told)
    assert all(lie.at.offset is not None and 100 <= lie.at.offset <= 100 + buffer.size for lie in told)


def test_one_offset_that_leaves_the_end_of_the_buffer_unread_looks_like_a_broken_download() -> None:
    """Nothing tells the two apart, so neither is clean and neither is a proven lie."""
    buffer = checked(build(tree(0)).patched("root.6", "I", 90_000))
    assert [lie.memory for lie in buffer.lies(Node(name="x")) if isinstance(lie, Inconsistency)] == [False]


def test_a_string_needs_its_zero_and_a_table_its_alignment() -> None:
    made = build(tree(0))
    at = made.content.index(b"name\0")
    made.content[at + 4] = 1
    assert not checked(bytes(made.content)).is_sound()
    buffer = checked(build(tree(0)).moved("leaves[2]", 1))
    assert buffer.broken or buffer.odd


def test_a_loop_of_tables_ends() -> None:
    made = build(tree(1))
    (outer,) = struct.unpack_from("<I", made.content)
    buffer = checked(made.patched("root.7", "I", (outer - made.places["root.7"]) & 0xFFFF_FFFF))
    assert buffer.broken  # offsets go forward only


def test_tables_nested_too_deep_are_too_many() -> None:
    with pytest.raises(OverLimit, match="deeper"):
        checked(bytes(build(tree(flatbuffers.DEPTH + 2)).content))


def test_vectors_that_share_their_elements_are_not_followed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flatbuffers, "STEPS", 1_000)
    with pytest.raises(OverLimit, match="elements"):
        checked(bytes(build(T({3: L([T({})] * 2_000)})).content))


def test_too_many_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flatbuffers, "TABLES", 100)
    with pytest.raises(OverLimit, match="tables"):
        checked(bytes(build(T({3: L([T({0: ("q", n)}) for n in range(200)])})).content))


def test_large_buffers_are_read_by_pages() -> None:
    """A vector of 12 MB in the middle: its bytes are not read, and what lies behind it is."""
    size = 12 << 20
    made = build(T({1: "before", 2: V("i", [1]), 3: L([T({0: ("q", n), 1: str(n)}) for n in range(4_000)], "leaves")}))
    inside = bytearray(build(T({2: V("B", bytes(size))})).content)
    content = bytes(made.content)

    class Counted(BytesSource):
        read = 0

        def read_at(self, offset: int, length: int) -> bytes:
            type(self).read += length
            return super().read_at(offset, length)

    buffer = FlatBuffer(Counted(content + bytes(size)))
    root = verify(buffer, SCHEMA, "Root")
    assert root is not None
    assert root.count(3) == 4_000
    assert buffer.is_sound()
    assert Counted.read < 1 << 20
    assert len(inside) > size


def test_time_is_linear() -> None:
    made = bytes(build(T({3: L([T({0: ("q", n), 1: str(n)}) for n in range(20_000)])})).content)
    start = time.process_time()
    assert checked(made).is_sound()
    assert is_quick(time.process_time() - start, 3)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    list(checked(content).lies(Node(name="x")))


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutations_never_raise_and_never_read_outside(chance: random.Random) -> None:
    content = bytearray(build(tree(2)).content)
    for _ in range(chance.randint(1, 6)):
        content[chance.randrange(len(content))] = chance.choice((0, 1, 4, 127, 128, 255))
    buffer = checked(bytes(content))
    assert buffer.reach <= buffer.size


def test_every_cut_is_a_broken_download_or_told() -> None:
    content = bytes(build(tree(2)).content)
    for end in range(0, len(content) - 8, 3):
        buffer = checked(content[:end])
        assert buffer.broken or buffer.odd, end


@pytest.mark.libraries
def test_what_the_library_writes_is_sound() -> None:
    import flatbuffers as library

    maker: Any = library.Builder(0)
    name = maker.CreateString("name")
    numbers = maker.CreateNumpyVector(__import__("numpy").arange(9, dtype="int32"))
    maker.StartObject(8)
    maker.PrependUOffsetTRelativeSlot(1, name, 0)
    maker.PrependUOffsetTRelativeSlot(2, numbers, 0)
    maker.PrependInt32Slot(0, 5, 0)
    maker.Finish(maker.EndObject(), file_identifier=b"TEST")
    buffer = checked(bytes(maker.Output()))
    root = buffer.root()
    assert buffer.is_sound()
    assert root is not None
    assert (root.number(0), root.text(1), root.numbers(2)) == (5, "name", tuple(range(9)))
    assert struct.unpack_from("<4s", maker.Output(), 4) == (b"TEST",)
