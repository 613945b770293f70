"""The bytes of a tensor in the order that safetensors wants them, in blocks, whatever its strides.

Memory is that of a block and a window, not that of the tensor. What lies in order is read in order; of a transposed
matrix too large for a window, runs of neighbours are read.
"""

from __future__ import annotations

from itertools import product
from math import prod

from weighbridge.core.errors import AccessError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal, TypeAlias

    from weighbridge.conversion.plan import Tensor
    from weighbridge.conversion.sources import RangeSource

    Buffer: TypeAlias = bytes | bytearray | memoryview

BLOCK = 8 << 20
"""Bytes given at a time for a view that is not contiguous."""
WINDOW = 16 << 20
"""Bytes of the file that are held to take a block from."""
PIECE = 1 << 19
"""Bytes read at a time of what lies in order: they stay in the cache of a processor while they are hashed and written,
and are so many that the threads seldom wait for each other."""
_SPARSE = 4
"""A run of neighbours may be so many times as long as what is taken from it."""

_CODES: dict[int, Literal["B", "H", "I", "Q"]] = {1: "B", 2: "H", 4: "I", 8: "Q"}


def blocks(source: RangeSource, tensor: Tensor, item: int) -> Iterator[Buffer]:
    """Yield a tensor's bytes in row-major order; raises AccessError where the file ends too early.

    A block is good until the next one is asked for.
    """
    if not tensor.count:
        return
    if tensor.contiguous:
        yield from _in_order(source, tensor.offset, tensor.size)
        return
    shape, strides = merged(tensor.shape, tensor.strides)
    yield from _Gather(source, item).blocks(tensor.offset, shape, strides)


def merged(shape: Sequence[int], strides: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Leave out dimensions of one element and join neighbours that are one walk."""
    joined: list[tuple[int, int]] = []
    for size, stride in zip(shape, strides, strict=True):
        if size == 1:
            continue
        if joined and joined[-1][1] == stride * size:
            joined[-1] = (joined[-1][0] * size, stride)
        else:
            joined.append((size, stride))
    return tuple(size for size, _ in joined), tuple(stride for _, stride in joined)


def _in_order(source: RangeSource, offset: int, size: int) -> Iterator[Buffer]:
    piece = bytearray(PIECE if size >= PIECE else 0)
    while size >= PIECE:
        if source.read_into(piece, offset) != PIECE:
            raise AccessError(_SHORTER, hint=_QUIET)
        offset, size = offset + PIECE, size - PIECE
        yield piece
    if size:
        yield _exactly(source, offset, size)


_SHORTER, _QUIET = "the file became shorter while it was read", "convert a file that nobody writes to"


def _exactly(source: RangeSource, offset: int, length: int) -> bytes:
    found = source.read_at(offset, length)
    if len(found) != length:
        raise AccessError(_SHORTER, hint=_QUIET)
    return found


class _Gather:
    """Takes views that are not contiguous out of a source; offsets are in bytes, strides in elements."""

    def __init__(self, source: RangeSource, item: int) -> None:
        self.source = source
        self.item = item

    def blocks(self, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Iterator[Buffer]:
        item = self.item
        if not shape:
            yield _exactly(self.source, offset, item)
            return
        rest, steps = shape[1:], strides[1:]
        row, reach = prod(rest) * item, _reach(rest, steps) * item
        step = strides[0] * item
        if row > BLOCK:
            for at in range(shape[0]):
                yield from self.blocks(offset + at * step, rest, steps)
            return
        rows = BLOCK // row
        if reach <= WINDOW:
            rows = min(rows, (WINDOW - reach) // max(1, step) + 1)
        for first in range(0, shape[0], rows):
            count = min(rows, shape[0] - first)
            here = offset + first * step
            if reach + (count - 1) * step <= WINDOW:
                yield self._packed(here, (count, *rest), strides)
            else:
                yield self._scattered(here, (count, *rest), strides)

    def _packed(self, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Buffer:
        window = _exactly(self.source, offset, _reach(shape, strides) * self.item)
        return pack(window, shape, strides, self.item)

    def _scattered(self, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Buffer:
        """Read runs along the smallest strides, one for each place of the other dimensions, and pack from them."""
        order = sorted(range(len(shape)), key=lambda dim: strides[dim])
        near, count, reach = set[int](), 1, 1
        for dim in order:
            more, further = count * shape[dim], reach + (shape[dim] - 1) * strides[dim]
            if further > _SPARSE * more:
                break
            near.add(dim)
            count, reach = more, further
        far = [dim for dim in range(len(shape)) if dim not in near]
        runs, length = bytearray(), reach * self.item
        for place in product(*(range(shape[dim]) for dim in far)):
            begin = offset + sum(at * strides[dim] for at, dim in zip(place, far, strict=True)) * self.item
            runs += _exactly(self.source, begin, length)
        own, step = list(strides), reach
        for dim in reversed(far):
            own[dim] = step
            step *= shape[dim]
        return pack(runs, shape, tuple(own), self.item)


def _reach(shape: tuple[int, ...], strides: tuple[int, ...]) -> int:
    """Elements from the first of a view to its last."""
    return 1 + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))


def pack(window: Buffer, shape: tuple[int, ...], strides: tuple[int, ...], item: int) -> bytearray:
    """Take a view that begins a window; one slice is copied for each place outside of its longest dimension."""
    packed = bytearray(prod(shape) * item)
    source, target = memoryview(window).cast(_CODES[item]), memoryview(packed).cast(_CODES[item])
    own = [prod(shape[dim + 1 :]) for dim in range(len(shape))]
    longest = max(range(len(shape)), key=lambda dim: shape[dim])
    size, step, own_step = shape[longest], strides[longest], own[longest]
    others = [dim for dim in range(len(shape)) if dim != longest]
    for place in product(*(range(shape[dim]) for dim in others)):
        begin = sum(at * strides[dim] for at, dim in zip(place, others, strict=True))
        to = sum(at * own[dim] for at, dim in zip(place, others, strict=True))
        taken = source[begin : begin + (size - 1) * step + 1 : step] if step else _repeated(source, begin, size, item)
        target[to : to + (size - 1) * own_step + 1 : own_step] = taken
    return packed


def _repeated(source: memoryview[int], at: int, count: int, item: int) -> memoryview[int]:
    return memoryview(source[at : at + 1].tobytes() * count).cast(_CODES[item])
