"""Gzip members (RFC 1952) and zlib streams (RFC 1950): headers and sums read here, deflate by the decoder.

A wrong sum is an oddity and no break: loaders that stop reading at the end of a pickle never come to it.
"""

from __future__ import annotations

from zlib import adler32

from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Oddity
from weighbridge.core.values import value
from weighbridge.formats.containers.decoders import End, Inflate, chunks, decoded
from weighbridge.formats.containers.oddities import Remark, comment, span
from weighbridge.formats.containers.search import find, past_zeros
from weighbridge.formats.containers.stream_magic import GZIP, HEAD, recognise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.decoders import Told
    from weighbridge.formats.containers.oddities import Span

_FHCRC, _FEXTRA, _FNAME, _FCOMMENT, _RESERVED = 2, 4, 8, 16, 0xE0
_FIXED = 10
_LONGEST_NAME = 4096
_BGZF = b"BC\x02\0"


@value
class Header:
    """A member header: its length, the name it gives and what is odd about it."""

    length: int
    name: str
    said: tuple[Remark | Span, ...]


def gzip_header(source: ByteSource, at: int) -> Header:
    """Read the header of the member at ``at`` (2.3); raises Malformed where it is cut short."""
    fixed = source.read_at(at, _FIXED)
    if len(fixed) < _FIXED or not fixed.startswith(GZIP):
        raise Malformed("no gzip header", offset=at)
    flags, here, name = fixed[3], at + _FIXED, ""
    said: list[Remark | Span] = []
    if flags & _RESERVED:
        said.append(Remark(kind=Oddity.BAD_HEADER, member="", detail=f"reserved flags {flags:#x}", offset=at))
    if flags & _FEXTRA:
        length = int.from_bytes(source.read_at(here, 2), "little")
        extra = source.read_at(here + 2, length)
        if not (len(extra) == 6 and extra.startswith(_BGZF)):
            said.append(span(source, "gap", here + 2, here + 2 + length, "gzip header"))
        here += 2 + length
    if flags & _FNAME:
        stop = _text_end(source, here)
        name = source.read_at(here, min(stop - here, _LONGEST_NAME)).decode("latin-1")
        if stop - here > _LONGEST_NAME:
            said.append(span(source, "gap", here, stop, "gzip header"))
        here = stop + 1
    if flags & _FCOMMENT:
        stop = _text_end(source, here)
        detail = f"{stop - here} bytes"
        said.append(Remark(kind=Oddity.COMMENT, member=name, detail=detail, offset=here, length=stop - here))
        said.append(comment(source, "gap", here, stop, "gzip header"))
        here = stop + 1
    if flags & _FHCRC:
        here += 2
    if here > source.size:
        raise Malformed("the gzip header is cut short", offset=at)
    return Header(length=here - at, name=name, said=tuple(said))


def _text_end(source: ByteSource, at: int) -> int:
    stop = find(source, b"\0", at, source.size)
    if stop < 0:
        raise Malformed("the gzip header is cut short", offset=at)
    return stop


def ungzip(source: ByteSource, told: Told) -> Iterator[bytes]:
    """Expand all members one after the other, with zero bytes between them as Python's reader allows."""
    at: int | None = 0
    while at is not None:
        told.end = None
        header, end = gzip_header(source, at), End()
        told.notes.add(*header.said)
        start = at + header.length
        yield from decoded(lambda start=start: chunks(source, start, source.size), Inflate, end)  # type: ignore[misc]
        stop = start + end.consumed
        trailer = source.read_at(stop, 8)
        if len(trailer) < 8:
            raise Malformed("the gzip trailer is cut short", offset=stop)
        crc, size = int.from_bytes(trailer[:4], "little"), int.from_bytes(trailer[4:], "little")
        if crc != end.crc or size != end.produced & 0xFFFFFFFF:
            told.notes.add(_mismatch(f"CRC-32 {end.crc:#010x} and {end.produced} bytes", stop, 8))
        told.end = stop + 8
        after = past_zeros(source, told.end, source.size)
        at = after if source.read_at(after, len(GZIP)) == GZIP else None


def unzlib(source: ByteSource, told: Told) -> Iterator[bytes]:
    """Expand a zlib stream and those that follow it, as joblib's reader does."""
    at: int | None = 0
    while at is not None:
        told.end = None
        start, end, total = at + 2, End(), 1
        for block in decoded(lambda start=start: chunks(source, start, source.size), Inflate, end):  # type: ignore[misc]
            total = adler32(block, total)
            yield block
        stop = start + end.consumed
        trailer = source.read_at(stop, 4)
        if len(trailer) < 4:
            raise Malformed("the zlib trailer is cut short", offset=stop)
        if int.from_bytes(trailer) != total:
            told.notes.add(_mismatch(f"Adler-32 {total:#010x}", stop, 4))
        told.end = stop + 4
        at = told.end if recognise(source.read_at(told.end, HEAD)) == "zlib" else None


def _mismatch(found: str, offset: int, length: int) -> Remark:
    detail = f"{found}, not what the trailer says"
    return Remark(kind=Oddity.CHECKSUM_MISMATCH, member="", detail=detail, offset=offset, length=length)
