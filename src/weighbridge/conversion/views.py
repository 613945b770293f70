"""The bytes of a tensor in the order that safetensors wants them, in blocks, whatever its strides.

Memory is that of a block and a window, not that of the tensor. What lies in order is read in order; of a transposed
matrix too large for a window, runs of neighbours are read.
"""

from __future__ import annotations

from array import array
from itertools import product
from math import prod

from weighbridge.core.errors import AccessError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal, TypeAlias

    from weighbridge.conversion.plan import Tensor
    from weighbridge.conversion.sources import RangeSource
    from weighbridge.core.source import ByteSource

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

_NUMBERS = {"C64": 4}
"""Bytes of the numbers in an element, where they are not the element itself."""
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
    for block in _Gather(source, item).blocks(tensor.offset, shape, strides):
        yield turned(block, _NUMBERS.get(tensor.dtype, item)) if tensor.swapped else block


def content(source: ByteSource, tensor: Tensor, item: int) -> bytes:
    """Give a small tensor's bytes in row-major order at once, from any source; raises AccessError as ``blocks``."""
    if not tensor.count:
        return b""
    if tensor.contiguous:
        return _exactly(source, tensor.offset, tensor.size)
    shape, strides = merged(tensor.shape, tensor.strides)
    found = b"".join(_Gather(source, item).blocks(tensor.offset, shape, strides))
    return turned(found, _NUMBERS.get(tensor.dtype, item)) if tensor.swapped else found


def turned(block: Buffer, width: int) -> bytes:
    """Give numbers of ``width`` bytes each with their bytes in the other order."""
    if width == 1:
        return bytes(block)
    numbers = array(_CODES[width], bytes(block))
    numbers.byteswap()
    return numbers.tobytes()


def work(tensor: Tensor, item: int) -> int:
    """Estimate what it takes to gather a view, in pieces: one slice that is copied, one read, or 1 KiB of one.

    What lies in order takes none. It mirrors ``_Gather``, and walks over dimensions, never over places.
    """
    if not tensor.count or tensor.contiguous:
        return 0
    shape, strides = merged(tensor.shape, tensor.strides)
    return _work(shape, strides, item)


def _work(shape: tuple[int, ...], strides: tuple[int, ...], item: int) -> int:
    if not shape:
        return 1
    rows = _rows(shape, strides, item)
    if not rows:
        return shape[0] * _work(shape[1:], strides[1:], item)
    full, rest = divmod(shape[0], rows)
    total = 0
    for times, count in ((full, rows), (1, rest)):
        if times and count:
            total += times * _block_work((count, *shape[1:]), strides, item)
    return total


def _block_work(shape: tuple[int, ...], strides: tuple[int, ...], item: int) -> int:
    slices = prod(shape) // max(shape)
    reach = _reach(shape, strides) * item
    if reach <= WINDOW:
        return slices + (reach >> 10)
    near, reach = _near(shape, strides)
    reads = prod(size for dim, size in enumerate(shape) if dim not in near)
    return slices + reads * (1 + (reach * item >> 10))


def _rows(shape: tuple[int, ...], strides: tuple[int, ...], item: int) -> int:
    """Give how many rows make a block; none when one is more than a block."""
    rest, steps = shape[1:], strides[1:]
    row, reach = prod(rest) * item, _reach(rest, steps) * item
    if row > BLOCK:
        return 0
    rows = BLOCK // row
    if reach <= WINDOW:
        rows = min(rows, (WINDOW - reach) // max(1, strides[0] * item) + 1)
    return rows


def _near(shape: tuple[int, ...], strides: tuple[int, ...]) -> tuple[frozenset[int], int]:
    """Choose the dimensions along the smallest strides that are read in one run, and give its elements."""
    near, count, reach = set[int](), 1, 1
    for dim in sorted(range(len(shape)), key=lambda dim: strides[dim]):
        more, further = count * shape[dim], reach + (shape[dim] - 1) * strides[dim]
        if further > _SPARSE * more:
            break
        near.add(dim)
        count, reach = more, further
    return frozenset(near), reach


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


def _exactly(source: ByteSource, offset: int, length: int) -> bytes:
    found = source.read_at(offset, length)
    if len(found) != length:
        raise AccessError(_SHORTER, hint=_QUIET)
    return found


class _Gather:
    """Takes views that are not contiguous out of a source; offsets are in bytes, strides in elements."""

    def __init__(self, source: ByteSource, item: int) -> None:
        self.source = source
        self.item = item

    def blocks(self, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Iterator[Buffer]:
        item = self.item
        if not shape:
            yield _exactly(self.source, offset, item)
            return
        rest, steps = shape[1:], strides[1:]
        step, reach = strides[0] * item, _reach(rest, steps) * item
        rows = _rows(shape, strides, item)
        if not rows:
            for at in range(shape[0]):
                yield from self.blocks(offset + at * step, rest, steps)
            return
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
        near, reach = _near(shape, strides)
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
