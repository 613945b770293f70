"""A file that comes in pieces: what is read for the first time is asked for, and waited for."""

from __future__ import annotations

import os
from errno import EIO

from weighbridge.engine.files import pread
from weighbridge.engine.held import Held

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Need: TypeAlias = Callable[[int, int], str]
    """Has a range (offset, length) put into the file; gives the words of a refusal, none when it is there."""

LEAST = 8 << 10
"""Bytes that are asked for at once: what is read next is most often near, and a request costs more than these."""
MOST_AHEAD = 512 << 10
"""Each request that goes on where the one before ended asks for twice as many, up to here."""
LONGEST = 4 << 20
"""Bytes of one request."""


class SparseFile:
    """A byte source over a file of known size of which only those ranges are there that were asked for.

    Reading raises OSError where a range is refused. There is no digest: whoever fetches the bytes knows them all.
    """

    def __init__(self, descriptor: int, need: Need) -> None:
        self.descriptor = descriptor
        self.size = os.fstat(descriptor).st_size
        self._need = need
        self._held = Held()
        self._end = -1
        self._ahead = LEAST

    @property
    def is_whole(self) -> bool:
        """Whether every byte is there."""
        return self._held.total == self.size

    def read_at(self, offset: int, length: int) -> bytes:
        """Read up to ``length`` bytes; shorter only at the end."""
        stop = min(offset + length, self.size)
        for begin, end in tuple(self._held.missing(max(0, offset), stop)):
            self._ahead = min(2 * self._ahead, MOST_AHEAD) if begin == self._end else LEAST
            # Not further than to the next stretch that is there; a reader that takes much at once looks ahead itself.
            far = min(begin + self._ahead, self.size) if length < MOST_AHEAD else end
            self._fetch(*next(self._held.missing(begin, max(end, far))))
        return pread(self.descriptor, offset, stop - offset)

    def complete(self) -> None:
        """Have all that is missing put in place."""
        for begin, end in tuple(self._held.missing(0, self.size)):
            self._fetch(begin, end)

    def _fetch(self, begin: int, end: int) -> None:
        for start in range(begin, end, LONGEST):
            stop = min(start + LONGEST, end)
            refusal = self._need(start, stop - start)
            if refusal:
                raise OSError(EIO, refusal)
            self._held.add(start, stop)
        self._end = end
