"""Plain streams: the tokeniser and the machine agree, whatever lies at the edge of the window."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighbridge.core.limits import Limits
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Node
from weighbridge.formats.pickle import plain, window
from weighbridge.formats.pickle.host import Host
from weighbridge.formats.pickle.machine import Machine

DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=400)
    | st.binary(max_size=400),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=30), inner) | st.tuples(inner, inner),
    max_leaves=30,
)


def ignore(*_operand: object) -> None:
    """Take no note of a constant."""


def machine(data: bytes) -> Machine:
    return Machine(BytesSource(data), 0, Node(name="stream"), Limits(), Host())


@settings(deadline=None)
@given(DATA, st.integers(0, 5))
def test_the_tokeniser_ends_where_the_machine_ends(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    found = plain.read(BytesSource(data + b"tail"), 0, ignore)
    if protocol < 3 and b"_codecs" in data:
        assert found.stop is None
    elif found.stop is not None:
        assert found.stop == len(data) == machine(data).run()
    else:
        # An unusual spelling is handed to the machine; it must not be called broken.
        assert not found.reason
        assert machine(data).run() == len(data)


@pytest.mark.parametrize("block", [600, 1_000, 4_096])
def test_the_size_of_the_window_changes_nothing(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    value = [{"name": f"entry {step}", "text": "x" * (step % 700), "raw": bytes(step % 300)} for step in range(300)]
    data = pickle.dumps(value, 4)
    expected = plain.read(BytesSource(data), 0, ignore)
    monkeypatch.setattr(window, "BLOCK", block)
    monkeypatch.setattr(window, "REACH", 300)
    monkeypatch.setattr(plain, "REACH", 300)
    assert plain.read(BytesSource(data), 0, ignore) == expected
    assert machine(data).run() == expected.stop == len(data)


@pytest.mark.parametrize(
    "stream",
    [
        b"\x80\x04cos\nsystem\n.",
        b"\x80\x04\x8c\x02os\x8c\x01x\x93.",
        b"(ios\nsystem\n.",
        b"\x80\x02\x82\x01.",
        b"Pid\n.",
    ],
)
def test_what_can_import_or_ask_the_loader_is_not_plain(stream: bytes) -> None:
    found = plain.read(BytesSource(stream), 0, ignore)
    assert found.stop is None
    assert not found.reason


def test_a_frame_that_ends_inside_an_operand_is_not_plain() -> None:
    inner = b"\x8c\x10" + b"a" * 16 + b"."
    honest = b"\x80\x04\x95" + len(inner).to_bytes(8, "little") + inner
    cut = b"\x80\x04\x95" + (4).to_bytes(8, "little") + inner
    assert plain.read(BytesSource(honest), 0, ignore).stop == len(honest)
    assert plain.read(BytesSource(cut), 0, ignore).stop is None


def test_long_operands_are_shown_and_stepped_over() -> None:
    seen: list[tuple[int, int]] = []
    data = pickle.dumps({"blob": b"\x80\x04" + bytes(3_000_000), "text": "y" * 5_000}, 4)
    found = plain.read(BytesSource(data), 0, lambda _code, offset, length, _piece: seen.append((offset, length)))
    assert found.stop == len(data)
    assert [length for _, length in seen] == [3_000_002, 5_000]
