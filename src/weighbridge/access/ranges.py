"""Ranges of a remote file as a byte source: each byte is fetched at most once, neighbouring requests become one.

A reader asks for eight bytes here and a header there, and every request costs a round trip, so more than was asked for
is fetched: a first piece that holds most headers, then pieces that double as long as the reader goes on in order, as
that of a long GGUF header does. What came is kept, in memory up to a bound and beyond it in a file without a name.
"""

from __future__ import annotations

from bisect import bisect_right

from weighbridge.core.errors import AccessError, IntegrityError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

FIRST = 32 << 10
"""Bytes of the first fetch: the header of a safetensors file of an 8B model has 34 KB, ``data.pkl`` of one too."""
AHEAD = 16 << 10
"""Least bytes of the others."""
FURTHEST = 1 << 20
"""Most bytes fetched beyond what was asked for; a header of 8 MB then takes some fifteen requests."""
GAP = 4 << 10
"""So few bytes between two pieces are fetched with them: they would otherwise cost a request of their own."""
LARGEST = 16 << 20
"""Most bytes of one fetch; what is longer takes several."""
MEMORY = 64 << 20


class RangeSource:
    """A byte source over ``fetch(start, stop)``, which must give exactly those bytes or raise.

    ``first`` bytes come with the first read, ``size`` for a file that is fetched whole; more than ``memory`` bytes move
    to an unlinked temporary file. ``requests`` and ``moved`` count fetches and their bytes. Raises what ``fetch``
    raises, IntegrityError when it gives another number of bytes, AccessError when there is no room for the temporary
    file. For one thread at a time.
    """

    def __init__(
        self, fetch: Callable[[int, int], bytes], size: int, *, first: int = FIRST, memory: int = MEMORY
    ) -> None:
        self.size = size
        self.requests = 0
        self.moved = 0
        self._fetch = fetch
        self._memory = memory
        self._starts: list[int] = []
        self._pieces: list[_Piece] = []
        """What is there, by start; pieces never overlap."""
        self._ahead = first
        self._end = -1
        """Where the last fetch ended: a read that goes on there is one in order."""
        self._held = 0
        self._file: BinaryIO | None = None

    def read_at(self, offset: int, length: int) -> bytes:
        """Read up to ``length`` bytes; shorter only at the end."""
        stop = min(offset + length, self.size)
        parts, at = [], max(0, offset)
        while at < stop:
            index = bisect_right(self._starts, at) - 1
            if index < 0 or self._pieces[index].stop <= at:
                following = self._starts[index + 1] if index + 1 < len(self._starts) else self.size
                self._bring(at, min(stop, following), index)
                continue
            piece = self._pieces[index]
            parts.append(self._content(piece, at, min(stop, piece.stop)))
            at = min(stop, piece.stop)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Forget everything, and the temporary file too."""
        self._starts.clear()
        self._pieces.clear()
        self._held = 0
        if self._file:
            self._file.close()
            self._file = None

    def _bring(self, start: int, stop: int, before: int) -> None:
        """Fetch what is missing from ``start`` to ``stop``, and with it what is likely to be asked for next."""
        lowest = self._pieces[before].stop if before >= 0 else 0
        highest = self._starts[before + 1] if before + 1 < len(self._starts) else self.size
        if before >= 0 and start - lowest <= GAP:
            start = lowest
        if self.requests:
            goes_on = start == self._end and self.requests > 1
            self._ahead = min(2 * self._ahead, FURTHEST) if goes_on else AHEAD
        wanted = start + max(stop - start, self._ahead)
        stop = highest if highest - wanted <= GAP else wanted
        if stop == self.size:  # at the end of the file more is read before it: directories of archives are found there
            start = max(lowest, min(start, stop - self._ahead))
        for at in range(start, stop, LARGEST):
            self._keep(at, min(at + LARGEST, stop))
        self._end = stop

    def _keep(self, start: int, stop: int) -> None:
        content = self._fetch(start, stop)
        self.requests += 1
        self.moved += len(content)
        if len(content) != stop - start:
            raise IntegrityError(
                f"{len(content):,} bytes came where {stop - start:,} were asked for", hint="the store is broken or lies"
            )
        index = bisect_right(self._starts, start)
        self._starts.insert(index, start)
        self._pieces.insert(index, _Piece(start, stop, content))
        self._held += len(content)
        if self._held > self._memory:
            self._spill()

    def _spill(self) -> None:
        """Move what is in memory to the temporary file."""
        try:
            if self._file is None:
                from tempfile import TemporaryFile

                self._file = TemporaryFile()  # noqa: SIM115  (lives as long as the source)
            for piece in self._pieces:
                if piece.content is not None:
                    piece.place = self._file.seek(0, 2)
                    self._file.write(piece.content)
                    piece.content = None
            self._file.flush()
        except OSError as error:
            raise AccessError(
                f"no room for what was fetched: {reason(error)}",
                hint="make room in the temporary directory, or choose another with TMPDIR",
            ) from None
        self._held = 0

    def _content(self, piece: _Piece, start: int, stop: int) -> bytes:
        if piece.content is not None:
            return piece.content[start - piece.start : stop - piece.start]
        assert self._file is not None
        self._file.seek(piece.place + start - piece.start)
        return self._file.read(stop - start)


class _Piece:
    """Bytes from ``start`` to ``stop``: in memory, or at ``place`` in the temporary file."""

    __slots__ = ("content", "place", "start", "stop")

    def __init__(self, start: int, stop: int, content: bytes) -> None:
        self.start = start
        self.stop = stop
        self.content: bytes | None = content
        self.place = -1
