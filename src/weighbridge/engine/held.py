"""Which stretches of a file are there already."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Held:
    """Disjoint stretches in order; ``total`` counts their bytes."""

    __slots__ = ("_starts", "_stops", "total")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._stops: list[int] = []
        self.total = 0

    def add(self, start: int, stop: int) -> None:
        """Take note that the bytes from ``start`` to before ``stop`` are there, whether or not some were."""
        first, last = bisect_left(self._stops, start), bisect_right(self._starts, stop)
        if first < last:
            start, stop = min(start, self._starts[first]), max(stop, self._stops[last - 1])
            self.total -= sum(self._stops[first:last]) - sum(self._starts[first:last])
        self._starts[first:last], self._stops[first:last] = [start], [stop]
        self.total += stop - start

    def missing(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield the stretches between two offsets that are not there, in order."""
        at = bisect_right(self._stops, start)
        while start < stop:
            begin, end = (self._starts[at], self._stops[at]) if at < len(self._starts) else (stop, stop)
            if start < begin:
                yield start, min(begin, stop)
            start, at = end, at + 1
