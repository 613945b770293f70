"""Small messages are read as the shared reader of protobuf would read them, errors included."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tests.builders import graphs as parts
from weighbridge.core.errors import Malformed
from weighbridge.core.source import BytesSource
from weighbridge.formats.protobuf import BYTES, Field, fields
from weighbridge.formats.tensorflow import messages

Told = list[tuple[int, int, int, int, int, int]]


def told(content: bytes, *, small: bool) -> tuple[Told, bool]:
    """Every field, and whether the message breaks."""
    found: Told = []
    held = Field(BytesSource(content), 1, BYTES, offset=0, start=0, length=len(content))
    try:
        for one in messages.inside(held) if small else fields(BytesSource(content)):
            found.append((one.number, one.kind, one.offset, one.start, one.length, one.value))
            assert one.kind != BYTES or one.read(99) == content[one.start : one.start + one.length][:99]
    except Malformed:
        return found, True
    return found, False


_FIELDS = st.one_of(
    st.builds(parts.number, st.integers(1, 40), st.integers(-3, 1 << 40)),
    st.builds(parts.held, st.integers(1, 40), st.binary(max_size=200)),
    st.binary(max_size=3),
    st.builds(parts.group, st.integers(1, 40), st.binary(max_size=3)),
)


@example(content=parts.group(1) + parts.number(1, 1))
@given(st.lists(_FIELDS, max_size=8).map(b"".join))
def test_both_readers_agree(content: bytes) -> None:
    seen, wanted = told(content, small=True), told(content, small=False)
    assert seen[1] == wanted[1]
    assert seen[0] == wanted[0]


def test_shapes_and_maps() -> None:
    shape = Field(BytesSource(parts.shape((2, -1))), 1, BYTES, offset=0, start=0, length=len(parts.shape((2, -1))))
    assert messages.shape(shape) == ([2, -1], False)
    assert messages.shape(Field(BytesSource(b"\x18\x01"), 1, BYTES, offset=0, start=0, length=2)) == ([], True)
