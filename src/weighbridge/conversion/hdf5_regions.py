"""Where chunks belong: the grid of a dataset, and its elements in row-major order, into which chunks are written."""

from __future__ import annotations

from itertools import product
from math import prod

from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from weighbridge.conversion.unpacked import Unpacked

NARROW = 1 << 10
"""Bytes of the pieces of a chunk below which a row of chunks is put together in memory before it is written."""
BAND = 32 << 20
"""Bytes of such a row of chunks at the most."""

_CODES: dict[int, Literal["B", "H", "I", "Q"]] = {1: "B", 2: "H", 4: "I", 8: "Q"}


@value
class Grid:
    """The shape of a chunked dataset: dimensions, the largest ones (None without a bound), sides of a chunk."""

    dims: tuple[int, ...]
    largest: tuple[int | None, ...]
    sides: tuple[int, ...]

    def counts(self) -> list[int]:
        """Chunks along each dimension, of the largest extent that it has a bound for."""
        bounded = zip(self.dims, self.largest, self.sides, strict=True)
        return [-(-(dim if most is None else most) // side) for dim, most, side in bounded]

    def place(self, number: int, *, growing: bool) -> tuple[int, ...]:
        """Tell the place of a chunk by its number; in a ``growing`` index the unbounded dimension is counted first."""
        order = list(range(len(self.dims)))
        if growing:
            free = next((at for at, most in enumerate(self.largest) if most is None), 0)
            order.insert(0, order.pop(free))
        counts, found = self.counts(), [0] * len(order)
        for at in reversed(order[1:]):
            number, found[at] = divmod(number, max(1, counts[at]))
        if order:
            found[order[0]] = number
        return tuple(found)


class Region:
    """The elements of a dataset, of ``item`` bytes, in what is unpacked."""

    def __init__(self, unpacked: Unpacked, address: int, grid: Grid, item: int) -> None:
        self.unpacked, self.address, self.grid, self.item = unpacked, address, grid, item
        dims, sides = grid.dims, grid.sides
        self.own = [prod(sides[at + 1 :]) for at in range(len(sides))]
        self.steps = [prod(dims[at + 1 :]) for at in range(len(dims))]
        inner = len(dims)
        while inner and sides[inner - 1] == dims[inner - 1]:
            inner -= 1
        self.inner = max(0, inner - 1)
        """From this dimension on, the elements of a chunk follow each other in the dataset too."""
        self._first = -1
        self._band = bytearray()

    def is_narrow(self) -> bool:
        """Tell whether chunks would be written in many little pieces, and a row of them can be held."""
        piece = self.grid.sides[self.inner] * self.steps[self.inner] * self.item
        return piece < NARROW and self.grid.sides[0] * self.steps[0] * self.item <= BAND and self.item in _CODES

    def scatter(self, origin: tuple[int, ...], content: bytes | bytearray) -> None:
        """Write a chunk, whose first element has a place, piece by piece."""
        kept, item, view = self._kept(origin), self.item, memoryview(content)
        begin = self.address + sum(map(int.__mul__, origin, self.steps)) * item
        length = prod(kept[self.inner :]) * item
        for place in product(*map(range, kept[: self.inner])):
            at = sum(map(int.__mul__, place, self.own)) * item
            self.unpacked.write(begin + sum(map(int.__mul__, place, self.steps)) * item, view[at : at + length])

    def gather(self, origin: tuple[int, ...], content: bytes | bytearray) -> None:
        """Put a chunk among the others of its row, which is written when a chunk of another row comes."""
        if origin[0] != self._first:
            self.flush()
            self._first = origin[0]
            self._band = bytearray(self.unpacked.read_at(self._begin() - self.unpacked.file_size, self._length()))
        kept = self._kept(origin)
        source = memoryview(content).cast(_CODES[self.item])
        target = memoryview(self._band).cast(_CODES[self.item])
        longest = max(range(len(kept)), key=kept.__getitem__)
        own, step, count = self.own[longest], self.steps[longest], kept[longest]
        begin = sum(map(int.__mul__, (0, *origin[1:]), self.steps))
        for place in product(*(range(1 if dim == longest else size) for dim, size in enumerate(kept))):
            at = sum(map(int.__mul__, place, self.own))
            to = begin + sum(map(int.__mul__, place, self.steps))
            target[to : to + (count - 1) * step + 1 : step] = source[at : at + (count - 1) * own + 1 : own]

    def flush(self) -> None:
        """Write the row of chunks that is held, if any."""
        if self._band:
            self.unpacked.write(self._begin(), self._band)

    def _begin(self) -> int:
        return self.address + self._first * self.steps[0] * self.item

    def _length(self) -> int:
        return min(self.grid.sides[0], self.grid.dims[0] - self._first) * self.steps[0] * self.item

    def _kept(self, origin: tuple[int, ...]) -> list[int]:
        """Tell how much of a chunk lies within the dataset."""
        reach = zip(origin, self.grid.sides, self.grid.dims, strict=True)
        return [min(side, dim - begin) for begin, side, dim in reach]
