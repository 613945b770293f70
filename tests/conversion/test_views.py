"""Blocks of views: what torch makes contiguous, in the same bytes, whatever block and window."""

from __future__ import annotations

import os
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighbridge.conversion import views
from weighbridge.conversion.plan import WIDTHS, Plan, Tensor, check
from weighbridge.conversion.sources import RangeSource
from weighbridge.core.errors import AccessError, Malformed
from weighbridge.core.source import BytesSource

DTYPES = ("U8", "F16", "F32", "F64", "C64")


def by_hand(content: bytes, tensor: Tensor) -> bytes:
    """One element after the other."""
    item = WIDTHS[tensor.dtype]
    found = []
    for place in product(*(range(size) for size in tensor.shape)):
        at = tensor.offset + item * sum(one * stride for one, stride in zip(place, tensor.strides, strict=True))
        found.append(content[at : at + item])
    number = 4 if tensor.dtype == "C64" else item
    numbers = [whole[begin : begin + number] for whole in found for begin in range(0, item, number)]
    return b"".join(one[::-1] if tensor.swapped else one for one in numbers)


def given_in_blocks(content: bytes, tensor: Tensor) -> bytes:
    return b"".join(pieces(content, tensor))


def pieces(content: bytes, tensor: Tensor) -> list[bytes]:
    descriptor = os.memfd_create("content")
    try:
        os.write(descriptor, content)
        return [bytes(one) for one in views.blocks(RangeSource(descriptor), tensor, WIDTHS[tensor.dtype])]
    finally:
        os.close(descriptor)


@settings(max_examples=400, deadline=None)
@given(
    shape=st.lists(st.integers(0, 6), max_size=4),
    strides=st.lists(st.integers(0, 40), min_size=4, max_size=4),
    dtype=st.sampled_from(DTYPES),
    swapped=st.booleans(),
    block=st.sampled_from([8, 24, 100, 1 << 20]),
    window=st.sampled_from([8, 64, 300, 1 << 20]),
    offset=st.integers(0, 9),
)
def test_any_view_is_what_its_strides_say(
    shape: list[int], strides: list[int], dtype: str, swapped: bool, block: int, window: int, offset: int
) -> None:
    tensor = Tensor(
        name="t", dtype=dtype, shape=tuple(shape), strides=tuple(strides[: len(shape)]), offset=offset, swapped=swapped
    )
    content = bytes(range(256)) * (1 + (offset + tensor.span) // 256)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "BLOCK", block)
        patch.setattr(views, "WINDOW", window)
        assert given_in_blocks(content, tensor) == by_hand(content, tensor)
        assert views.content(BytesSource(content), tensor, WIDTHS[tensor.dtype]) == by_hand(content, tensor)


def test_what_lies_in_order_is_given_in_pieces() -> None:
    tensor = Tensor(name="t", dtype="U8", shape=(3 << 20,), strides=(1,), offset=5)
    content = bytes(5) + bytes(range(256)) * (3 << 12)
    found = pieces(content, tensor)
    assert max(map(len, found)) == views.PIECE
    assert b"".join(found) == content[5:]


@pytest.mark.parametrize("strides", [(1,), (2,)])
def test_a_file_that_became_shorter_is_an_error(strides: tuple[int, ...]) -> None:
    tensor = Tensor(name="t", dtype="U8", shape=(100,), strides=strides, offset=0)
    with pytest.raises(AccessError, match="shorter"):
        given_in_blocks(bytes(50), tensor)


def counted(content: bytes, tensor: Tensor, item: int) -> int:
    """What gathering really took: slices, reads that are no window of their own, and KiB read."""
    taken = [0]
    honest_read, honest_pack = views._exactly, views.pack

    def read(source: BytesSource, offset: int, length: int) -> bytes:
        taken[0] += length >> 10
        return honest_read(source, offset, length)

    def pack(window: views.Buffer, shape: tuple[int, ...], strides: tuple[int, ...], item: int) -> bytearray:
        longest = max(shape)
        taken[0] += prod(shape) // longest
        return honest_pack(window, shape, strides, item)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "_exactly", read)
        patch.setattr(views, "pack", pack)
        views.content(BytesSource(content), tensor, item)
    return taken[0]


@settings(max_examples=200, deadline=None)
@given(
    shape=st.lists(st.integers(1, 6), min_size=1, max_size=5),
    strides=st.lists(st.integers(0, 60), min_size=5, max_size=5),
    block=st.sampled_from([8, 24, 100, 1 << 20]),
    window=st.sampled_from([8, 64, 300, 1 << 20]),
)
def test_the_estimate_is_never_less_than_what_it_takes(
    shape: list[int], strides: list[int], block: int, window: int
) -> None:
    tensor = Tensor(name="t", dtype="F32", shape=tuple(shape), strides=tuple(strides[: len(shape)]), offset=0)
    content = bytes(tensor.span)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "BLOCK", block)
        patch.setattr(views, "WINDOW", window)
        took = counted(content, tensor, 4) if not tensor.contiguous else 0
        assert took <= views.work(tensor, 4)


def test_a_view_of_millions_of_pieces_is_refused_before_it_is_gathered() -> None:
    scattered = Tensor(name="t", dtype="U8", shape=(2,) * 26, strides=tuple(range(1, 27)), offset=0)
    matrix = Tensor(name="t", dtype="F32", shape=(3_072, 262_144), strides=(1, 3_072), offset=0)
    check(Plan(layout="torch.zip", size=matrix.span, tensors=(matrix,)))
    with pytest.raises(Malformed, match="too many small pieces"):
        check(Plan(layout="torch.zip", size=1 << 20, tensors=(scattered,)))
    apart = Tensor(name="t", dtype="U8", shape=(1 << 14, 2), strides=(1 << 21, 15 << 20), offset=0)
    with pytest.raises(Malformed, match="too many small pieces"):
        check(Plan(layout="torch.zip", size=apart.span, tensors=(apart,)))
