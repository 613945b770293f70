"""Blocks of views: what torch makes contiguous, in the same bytes, whatever block and window."""

from __future__ import annotations

import os
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighbridge.conversion import views
from weighbridge.conversion.plan import WIDTHS, Tensor
from weighbridge.conversion.sources import RangeSource
from weighbridge.core.errors import AccessError

DTYPES = {1: "U8", 2: "F16", 4: "F32", 8: "F64"}


def by_hand(content: bytes, tensor: Tensor) -> bytes:
    """One element after the other."""
    item = WIDTHS[tensor.dtype]
    found = []
    for place in product(*(range(size) for size in tensor.shape)):
        at = tensor.offset + item * sum(one * stride for one, stride in zip(place, tensor.strides, strict=True))
        found.append(content[at : at + item])
    return b"".join(found)


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
    item=st.sampled_from(sorted(DTYPES)),
    block=st.sampled_from([8, 24, 100, 1 << 20]),
    window=st.sampled_from([8, 64, 300, 1 << 20]),
    offset=st.integers(0, 9),
)
def test_any_view_is_what_its_strides_say(
    shape: list[int], strides: list[int], item: int, block: int, window: int, offset: int
) -> None:
    tensor = Tensor(
        name="t", dtype=DTYPES[item], shape=tuple(shape), strides=tuple(strides[: len(shape)]), offset=offset
    )
    content = bytes(range(256)) * (1 + (offset + tensor.span) // 256)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "BLOCK", block)
        patch.setattr(views, "WINDOW", window)
        assert given_in_blocks(content, tensor) == by_hand(content, tensor)


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
