"""Searches in bounded steps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.search import find, past_zeros


@given(st.integers(0, 5000), st.integers(0, 5000), st.sampled_from([b"PK\3\4", b"\0", b"ab"]))
def test_find_agrees_with_bytes(before: int, start: int, wanted: bytes) -> None:
    content = b"P" * before + wanted + b"K" * 10 + wanted
    source = BytesSource(content)
    assert find(source, wanted, start, len(content)) == content.find(wanted, start)
    assert find(source, wanted, start, before + 2) == content.find(wanted, start, before + 2)


def test_find_crosses_the_edges_of_its_steps() -> None:
    for at in (1020, 1021, 1022, 1023, 1024, 3068, 3069, 3070, 3071):
        content = b"x" * at + b"PK\3\4" + b"x" * 9000
        assert find(BytesSource(content), b"PK\3\4", 0, len(content)) == at


def test_past_zeros() -> None:
    source = BytesSource(bytes(3 << 20) + b"x" + bytes(10))
    assert past_zeros(source, 0, source.size) == 3 << 20
    assert past_zeros(source, 0, 100) == 100
    assert past_zeros(source, (3 << 20) + 1, source.size) == source.size
    assert past_zeros(source, 0, 1 << 40) == 3 << 20
