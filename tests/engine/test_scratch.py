"""Decompressed members: small ones stay in memory, large ones in one file that is given back, and never too much."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighbridge.core.errors import OverLimit
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.values import replace
from weighbridge.engine import scratch as module
from weighbridge.engine.scratch import Scratch
from weighbridge.formats.node import Packed

if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource


def packed(*blocks: bytes, trouble: Exception | None = None) -> Packed:
    def stream() -> Iterator[bytes]:
        yield from blocks
        if trouble:
            raise trouble

    return Packed(stream, stored=1)


def meter(**limits: int) -> Meter:
    return Meter(replace(Limits(), **limits))


def everything(source: ByteSource) -> bytes:
    return source.read_at(0, source.size + 10)


BLOCKS = st.lists(st.binary(max_size=60), max_size=6)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 100)


@settings(max_examples=200)
@given(BLOCKS, st.integers(0, 300), st.integers(0, 300))
def test_what_was_packed_can_be_read_anywhere(blocks: list[bytes], offset: int, length: int) -> None:
    whole = b"".join(blocks)
    scratch = Scratch()
    source, trouble = scratch.keep(packed(*blocks), meter())
    assert trouble is None
    assert source.size == len(whole)
    assert source.read_at(offset, length) == whole[offset : offset + length]
    assert (scratch.end > 0) == (len(whole) > 100)
    if scratch.descriptor >= 0:
        os.close(scratch.descriptor)


def test_members_lie_one_behind_the_other_and_are_given_back() -> None:
    scratch = Scratch()
    outer, _ = scratch.keep(packed(b"a" * 150), meter())
    start = scratch.end
    inner, _ = scratch.keep(packed(b"b" * 120, b"c" * 120), meter())
    assert everything(outer) == b"a" * 150
    assert everything(inner) == b"b" * 120 + b"c" * 120
    assert os.fstat(scratch.descriptor).st_size == 390
    assert os.fstat(scratch.descriptor).st_nlink == 0
    scratch.release(start)
    assert os.fstat(scratch.descriptor).st_size == 150
    assert everything(outer) == b"a" * 150
    scratch.release(0)
    assert os.fstat(scratch.descriptor).st_size == 0
    os.close(scratch.descriptor)


@pytest.mark.parametrize("size", [50, 150])
def test_what_came_out_before_a_break_is_kept(size: int) -> None:
    bug = ValueError("broken")
    source, trouble = Scratch().keep(packed(b"a" * size, trouble=bug), meter())
    assert trouble is bug
    assert everything(source) == b"a" * size


@pytest.mark.parametrize("size", [50, 150])
def test_a_budget_ends_it_and_keeps_what_it_paid_for(size: int) -> None:
    source, trouble = Scratch().keep(packed(b"a" * size, b"b" * size), meter(expanded_bytes=size))
    assert isinstance(trouble, OverLimit)
    assert everything(source) == b"a" * size


def test_a_bomb_is_stopped_at_its_ratio() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(1_000)

    source, trouble = Scratch().keep(Packed(endless, stored=10), meter(ratio=100, ratio_floor=5_000))
    assert isinstance(trouble, OverLimit)
    assert "100 times" in str(trouble)
    assert source.size == 5_000


def test_a_disk_without_room_is_a_limit_and_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.pwrite
    room = [120]

    def pwrite(descriptor: int, data: memoryview, offset: int) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        written = original(descriptor, data[: room[0]], offset)
        room[0] -= written
        return written

    monkeypatch.setattr(os, "pwrite", pwrite)
    scratch = Scratch()
    source, trouble = scratch.keep(packed(b"a" * 90, b"b" * 90), meter())
    assert isinstance(trouble, OverLimit)
    assert str(trouble) == "there is no room to unpack it: no space left on device"
    assert everything(source) == b"a" * 90 + b"b" * 30
    os.close(scratch.descriptor)
