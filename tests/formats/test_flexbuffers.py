"""FlexBuffers: what the library writes is sound, lengths and offsets that lead outside are told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.flatbuffer_files import flexbuffer
from weighbridge.formats import flexbuffers
from weighbridge.formats.flexbuffers import FlexReader


def read(content: bytes) -> FlexReader:
    reader = FlexReader(content)
    reader.read()
    return reader


def test_texts_are_told() -> None:
    reader = read(flexbuffer([b"WriteFile", b"x"]))
    assert reader.lies == []
    assert sorted(reader.texts) == ["WriteFile", "x"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0", b"\x01\x04\x03", b"\x01\x04\x09",  # no root, or one of an odd width
        flexbuffer([b"abc"])[:-3] + bytes((200, 10 << 2, 1)),  # the root vector lies in front
        bytes((250, *b"abc\0", 4, 5 << 2, 1)),  # a string of 250 bytes
        bytes((3, *b"abcd", 4, 5 << 2, 1)),  # a string without its zero
        bytes((2, 1, 1, 60 << 2, 1)),  # a type that there is not
    ],
)  # fmt: skip
def test_lies(content: bytes) -> None:
    assert read(content).lies


@pytest.mark.libraries
@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(1 << 62), 1 << 62) | st.floats(allow_nan=False, width=16)
        | st.binary(max_size=9) | st.text(st.characters(min_codepoint=1, max_codepoint=500), max_size=9),
        lambda below: st.lists(below, max_size=4)
        | st.dictionaries(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=5), below),
        max_leaves=8,
    )
)  # fmt: skip
def test_what_the_library_writes_is_sound(value: Any) -> None:
    from flatbuffers import flexbuffers as library

    dumps: Any = library.Dumps
    assert read(bytes(dumps(value))).lies == []


@pytest.mark.libraries
@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 255))
def test_a_changed_byte_never_raises(place: int, byte: int) -> None:
    from flatbuffers import flexbuffers as library

    dumps: Any = library.Dumps
    content = bytearray(dumps({"a": [1, 2.5, "x", {"b": None}], "name": b"blob", "c": [[True]]}))
    content[place % len(content)] = byte
    read(bytes(content))


@settings(deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes(content: bytes) -> None:
    read(content)


def test_many_values_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flexbuffers, "VALUES", 5)
    from weighbridge.core.errors import OverLimit

    with pytest.raises(OverLimit):
        read(flexbuffer([b"x"] * 20))
