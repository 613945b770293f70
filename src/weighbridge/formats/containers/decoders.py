"""Decompressors of the standard library behind one face: bounded steps, bounded memory, nothing lost before a break."""

from __future__ import annotations

from zlib import crc32

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.containers.oddities import Notes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Protocol

    from weighbridge.core.source import ByteSource

    class Decoder(Protocol):
        """What ``bz2`` and ``lzma`` call a decompressor."""

        @property
        def eof(self) -> bool:
            """Whether the stream has ended."""
            ...

        @property
        def needs_input(self) -> bool:
            """Whether the next step can do nothing without new input."""
            ...

        @property
        def unused_data(self) -> bytes | None:
            """Input after the end of the stream."""
            ...

        def decompress(self, data: bytes, max_length: int) -> bytes:
            """Take input in and give at most ``max_length`` bytes."""
            ...


STEP = 1 << 18
"""Bytes that one step may produce."""
FEED = 1 << 16
"""Bytes that are read for one step."""
_MIDDLE_STEP, _LARGE = 1 << 11, 1 << 25
WINDOW = 128 << 20
"""Largest dictionary that a stream may ask for: `zstd --ultra -22` asks for this much, `xz -9` for half."""


class End:
    """How far a decoder came: bytes taken and given, the CRC-32 of what it gave.

    ``complete``: all that was wanted came out. ``closed``: the stream itself ended, so ``consumed`` is exact.
    """

    __slots__ = ("closed", "complete", "consumed", "crc", "produced")

    def __init__(self) -> None:
        self.consumed = 0
        self.produced = 0
        self.crc = 0
        self.complete = False
        self.closed = False


class Told:
    """What a reader of streams found beside their content: remarks, and where the last whole stream ended."""

    __slots__ = ("end", "notes")

    def __init__(self) -> None:
        self.end: int | None = None
        self.notes = Notes()


class Inflate:
    """Raw deflate (RFC 1951) with the face of ``Decoder``."""

    __slots__ = ("_inner", "_tail")

    def __init__(self) -> None:
        from zlib import decompressobj

        self._inner = decompressobj(-15)
        self._tail = b""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether the next step can do nothing without new input."""
        return not self._tail

    @property
    def unused_data(self) -> bytes:
        """Input after the end of the stream."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take input in and give at most ``max_length`` bytes."""
        found = self._inner.decompress(self._tail + data if self._tail else data, max_length)
        self._tail = self._inner.unconsumed_tail
        return found


def bunzip2() -> Decoder:
    """Make a decoder of one bzip2 stream."""
    from bz2 import BZ2Decompressor

    return BZ2Decompressor()


def unxz() -> Decoder:
    """Make a decoder of one xz stream."""
    import lzma

    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=WINDOW)


def unlzma() -> Decoder:
    """Make a decoder of one stream of LZMA utils, the format before xz."""
    import lzma

    return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=WINDOW)


def unlz4() -> Decoder:
    """Make a decoder of one lz4 frame; needs the extra ``lz4``."""
    from lz4.frame import LZ4FrameDecompressor

    decoder: Decoder = LZ4FrameDecompressor()
    return decoder


def raw_lzma(filters: list[dict[str, Any]]) -> Decoder:
    """Make a decoder of a bare filter chain.

    Raises OverLimit for a dictionary over ``WINDOW`` and Malformed for properties that liblzma refuses.
    """
    import lzma

    if any(one.get("dict_size", 0) > WINDOW for one in filters):
        raise OverLimit(f"a dictionary of more than {WINDOW} bytes is asked for")
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    except (lzma.LZMAError, ValueError, OverflowError) as error:
        raise Malformed(f"impossible filter properties: {error}") from error


def lzma1(properties: bytes, size: int | None = None) -> dict[str, Any]:
    """Read the five property bytes of LZMA; a known unpacked ``size`` keeps the dictionary no larger than needed."""
    import lzma

    if len(properties) < 5 or properties[0] >= 225:
        raise Malformed("bad LZMA properties")
    rest, lc = divmod(properties[0], 9)
    pb, lp = divmod(rest, 5)
    dictionary = int.from_bytes(properties[1:5], "little")
    return {"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": _window(dictionary, size)}


def lzma2(properties: bytes, size: int | None = None) -> dict[str, Any]:
    """Read the property byte of LZMA2."""
    import lzma

    if len(properties) != 1 or properties[0] > 40:
        raise Malformed("bad LZMA2 properties")
    bits = properties[0]
    dictionary = 0xFFFFFFFF if bits == 40 else (2 | (bits & 1)) << (bits // 2 + 11)
    return {"id": lzma.FILTER_LZMA2, "dict_size": _window(dictionary, size)}


def _window(asked: int, size: int | None) -> int:
    return max(4096, asked if size is None else min(asked, size))


class _Broken(Exception):  # noqa: N818  (a statement about bytes)
    """A decoder refused its input."""


def _step(decoder: Decoder, data: bytes, room: int) -> bytes:
    try:
        return decoder.decompress(data, room)
    except MemoryError as error:
        raise OverLimit("the decoder cannot have the memory it asks for") from error
    except _failures() as error:
        if "emory" in str(error):  # liblzma's words for a dictionary over the limit
            raise OverLimit(f"a dictionary of more than {WINDOW} bytes is asked for") from error
        raise _Broken(str(error)) from error


def _failures() -> tuple[type[Exception], ...]:
    from lzma import LZMAError
    from zlib import error

    # bz2 raises OSError or ValueError, lz4 RuntimeError.
    return OSError, ValueError, EOFError, RuntimeError, LZMAError, error


def _steps(feed: Iterator[bytes], decoder: Decoder, end: End, step: int, limit: int | None) -> Iterator[bytes]:
    idle = 0
    while not decoder.eof and (limit is None or end.produced < limit):
        data = next(feed, b"") if decoder.needs_input else b""
        end.consumed += len(data)
        block = _step(decoder, data, step if limit is None else min(step, limit - end.produced))
        if block:
            end.produced += len(block)
            end.crc = crc32(block, end.crc)
            idle = 0
            yield block
        elif not data:
            # A decoder may finish what it holds in a step that gives nothing, but not two in a row.
            idle += 1
            if idle > 1:
                raise Malformed("the stream is cut short", offset=end.consumed)
    end.closed = decoder.eof
    end.consumed -= len(decoder.unused_data or b"") if end.closed else 0
    end.complete = True


def decoded(
    feed: Callable[[], Iterator[bytes]], make: Callable[[], Decoder], end: End, *, limit: int | None = None
) -> Iterator[bytes]:
    """Decode one stream in blocks of at most ``STEP`` bytes; ``limit`` ends streams that do not say where they end.

    Raises Malformed where the stream is cut or broken. A loader that reads in small steps gets everything before a
    break, the last bytes of a large step included; so the stream is then decoded again in ever smaller steps.
    """
    try:
        yield from _steps(feed(), make(), end, STEP, limit)
    except _Broken as error:
        # Fine steps over a whole large step are cheaper than one more pass over a large stream.
        for step in (1,) if end.produced > _LARGE else (_MIDDLE_STEP, 1):
            yield from _before_break(feed(), make(), end, step, limit)
        raise Malformed(f"the stream is broken: {error}", offset=end.consumed) from error


def decode(feed: Iterator[bytes], decoder: Decoder, end: End, *, limit: int | None = None) -> Iterator[bytes]:
    """Decode what can be read only once; a step that breaks is lost. Raises Malformed as ``decoded`` does."""
    try:
        yield from _steps(feed, decoder, end, STEP, limit)
    except _Broken as error:
        raise Malformed(f"the stream is broken: {error}", offset=end.consumed) from error


def _before_break(feed: Iterator[bytes], decoder: Decoder, end: End, step: int, limit: int | None) -> Iterator[bytes]:
    """Decode once more up to what was given already, then on in small steps to the break, in one block."""
    found = bytearray()
    try:
        for _ in _steps(feed, decoder, End(), STEP, end.produced):
            pass
        for block in _steps(feed, decoder, End(), step, None if limit is None else limit - end.produced):
            found += block
    except _Broken:
        pass  # it breaks here as before; what came until then is the result
    end.produced += len(found)
    end.crc = crc32(found, end.crc)
    if found:
        yield bytes(found)


def chunks(source: ByteSource, start: int, end: int) -> Iterator[bytes]:
    """Read a span in pieces of up to ``FEED`` bytes, as far as the source holds it; the first ones are small."""
    room = FEED >> 5  # a file may hold a stream in every 20 bytes
    while start < end:
        data = source.read_at(start, min(room, end - start))
        if not data:
            return
        start += len(data)
        room = min(2 * room, FEED)
        yield data
