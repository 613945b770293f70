"""Pictures, sounds and fonts: walked to their end, so that what hides behind it is seen; nothing is decoded.

Sources: PNG (W3C, third edition), JPEG (ITU-T T.81, annex B), GIF89a, RIFF (Microsoft, IBM 1991) for WebP and WAV,
ISO/IEC 14496-12 (boxes of MP4), Ogg (RFC 3533). Viewers stop at the end mark; bytes behind it are nobody's.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.source import SubSource
from weighbridge.formats import bulk
from weighbridge.formats.node import Child, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

    Walk: TypeAlias = Callable[[ByteSource, Node, Bench], Iterator[Yield]]

PARTS = 1_000_000
"""Chunks, segments, blocks or pages of one file; an hour of Ogg has some ten thousand."""

WORDS = 1 << 16
"""Bytes of text in a picture that are looked at."""

_U32BE, _U32LE, _U16BE = Struct(">I"), Struct("<I"), Struct(">H")
_WINDOW = 1 << 16


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Walk a picture or sound; raises Malformed where its structure breaks before the end mark."""
    head = source.read_at(0, 16)
    for magic, name, walk in _KINDS:
        if head.startswith(magic):
            yield Identity(at=node.at(), format=name)
            if name not in _PICTURES:
                yield from _unpromised(name, node)
            yield from walk(source, node, bench)
            return
    if head[4:8] == b"ftyp":
        yield Identity(at=node.at(), format="mp4")
        yield from _unpromised("mp4", node)
        yield from _boxes(source, node, bench)
        return
    raise Malformed("this is no picture, sound or font")


def _png(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    import zlib

    offset = 8
    for _ in range(PARTS):
        head = source.read_at(offset, 8)
        if len(head) < 8:
            raise Malformed("a PNG chunk breaks off", offset=offset)
        length, kind = _U32BE.unpack_from(head)[0], head[4:8]
        end = offset + 12 + length
        if end > source.size or not kind.isalpha():
            raise Malformed(f"the PNG chunk {kind!r} is not whole", offset=offset)
        if kind in (b"tEXt", b"iTXt", b"eXIf"):
            yield from _words(source.read_at(offset + 8, min(length, WORDS)), node, bench, offset)
        elif kind not in _PNG_KNOWN:
            yield _chunk(source, kind, offset + 8, length)
        if length <= _WINDOW:
            content = source.read_at(offset + 4, 4 + length)
            stated = _U32BE.unpack(source.read_at(offset + 8 + length, 4))[0]
            if zlib.crc32(content) != stated:
                detail = f"the checksum of the chunk {kind.decode()} is wrong"
                yield Inconsistency(at=node.at(offset, 12 + length), what="png checksum", detail=detail)
        offset = end
        if kind == b"IEND":
            yield from _tail(source, node, bench, offset, "the end mark of the PNG")
            return
    yield node.gap(GapKind.OVER_LIMIT, f"more than {PARTS} PNG chunks", offset)


_PNG_KNOWN = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"zTXt", b"bKGD",
    b"hIST", b"pHYs", b"sPLT", b"tIME", b"acTL", b"fcTL", b"fdAT", b"cICP", b"mDCV", b"cLLI", b"caNv", b"orNT",
    b"vpAg", b"oFFs", b"sTER", b"gIFg", b"gIFx", b"iDOT", b"pCAL", b"sCAL", b"caBX", b"mkBF", b"mkTS", b"prVW",
})  # fmt: skip
"""Registered chunks, and those of well-known programs; others are handed on to be looked at."""


def _chunk(source: ByteSource, kind: bytes, begin: int, length: int) -> Child:
    content = Stored(SubSource(source, begin, length))
    return Child(f"chunk {kind.decode()}", content, offset=begin, role="chunk", quiet=True)


def _jpeg(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    offset = 2
    for _ in range(PARTS):
        head = source.read_at(offset, 4)
        if head[:1] != b"\xff" or len(head) < 2:
            raise Malformed("a JPEG segment does not begin with a marker", offset=offset)
        code = head[1]
        if code == 0xFF:  # fill
            offset += 1
            continue
        if code == 0xD9:
            if source.read_at(offset + 2, 3) != b"\xff\xd8\xff":  # behind it phones put further pictures (CIPA DC-007)
                yield from _tail(source, node, bench, offset + 2, "the end mark of the JPEG")
            return
        if code == 0x01 or 0xD0 <= code <= 0xD8:
            offset += 2
            continue
        if len(head) < 4:
            break
        length = _U16BE.unpack_from(head, 2)[0]
        if length < 2 or offset + 2 + length > source.size:
            break
        if code in (0xFE, 0xE1):  # comment, Exif and XMP
            yield from _words(source.read_at(offset + 4, length - 2), node, bench, offset)
        offset += 2 + length
        if code == 0xDA:
            offset = _scan_end(source, offset)
    raise Malformed("the JPEG has no end mark", offset=offset)


def _scan_end(source: ByteSource, offset: int) -> int:
    """Find the marker behind entropy-coded data (T.81 B.1.1.5): 0xFF that neither 0x00 nor a restart follows."""
    import re

    marker = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
    while offset < source.size:
        window = source.read_at(offset, _WINDOW)
        found = marker.search(window)
        if found:
            return offset + found.start()
        offset += len(window) - 1 if window[-1:] == b"\xff" and len(window) > 1 else len(window)
    return offset


def _gif(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    flags = source.read_at(10, 1) or b"\0"
    offset = 13 + (3 << (flags[0] & 7) + 1 if flags[0] & 0x80 else 0)
    for _ in range(PARTS):
        code = source.read_at(offset, 1)
        if code == b";":
            yield from _tail(source, node, bench, offset + 1, "the end mark of the GIF")
            return
        if code == b",":
            flags = source.read_at(offset + 9, 1) or b"\0"
            offset = _blocks(source, offset + 11 + (3 << (flags[0] & 7) + 1 if flags[0] & 0x80 else 0))
        elif code == b"!":
            if source.read_at(offset + 1, 1) == b"\xfe":
                yield from _words(source.read_at(offset + 2, 256), node, bench, offset)
            offset = _blocks(source, offset + 2)
        else:
            raise Malformed("the GIF breaks off or holds an unknown block", offset=offset)
    yield node.gap(GapKind.OVER_LIMIT, f"more than {PARTS} GIF blocks", offset)


def _blocks(source: ByteSource, offset: int) -> int:
    for _ in range(PARTS):
        length = source.read_at(offset, 1)
        if not length:
            break
        offset += 1 + length[0]
        if not length[0]:
            return offset
    raise Malformed("a row of GIF blocks has no end", offset=offset)


def _riff(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Account for a RIFF file as a whole: WebP, WAV and AVI have one chunk that holds all others."""
    length = _U32LE.unpack(source.read_at(4, 4).ljust(4, b"\0"))[0]
    end = 8 + length + length % 2
    if 8 + length > source.size:
        # Recorders that are stopped, and streams, leave zero or the largest number here.
        if length not in (0xFFFFFFFF, 0xFFFFFFF7):
            raise Malformed(f"the RIFF chunk claims {length} bytes", offset=4)
        return
    yield from _tail(source, node, bench, min(end, source.size), "the RIFF chunk")


def _boxes(source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    offset = 0
    for _ in range(PARTS):
        if offset == source.size:
            return
        head = source.read_at(offset, 16)
        length = _U32BE.unpack_from(head)[0] if len(head) >= 8 else 0
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:], "big")
        elif length == 0 and len(head) >= 8:
            return  # to the end of the file
        if length < 8 or offset + length > source.size:
            raise Malformed("a box is not whole", offset=offset)
        offset += length
    yield node.gap(GapKind.OVER_LIMIT, f"more than {PARTS} boxes", offset)


def _ogg(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    offset = 0
    for _ in range(PARTS):
        head = source.read_at(offset, 27)
        if head[:4] != b"OggS" or len(head) < 27:
            if not offset:
                raise Malformed("this is no Ogg page")
            if offset < source.size:
                yield from _tail(source, node, bench, offset, "the last Ogg page")
            return
        lengths = source.read_at(offset + 27, head[26])
        offset += 27 + len(lengths) + sum(lengths)
    yield node.gap(GapKind.OVER_LIMIT, f"more than {PARTS} Ogg pages", offset)


_PICTURES = frozenset({"png", "jpeg", "gif"})
_PROMISE = (
    ".mp3", ".flac", ".ttf", ".otf", ".ttc", ".woff", ".woff2", ".mp4", ".m4a", ".m4v", ".mov", ".3gp", ".heic",
    ".heif", ".avif", ".wav", ".webp", ".avi", ".ani", ".ogg", ".oga", ".ogv", ".opus", ".spx", ".soundfont", ".sf2",
    ".mid", ".rmi", ".aif", ".dfont", ".qt", ".jxl", ".cr3",
)  # fmt: skip


def _unpromised(name: str, node: Node) -> Iterator[Yield]:
    """Tell that sound under another name is taken for sound by a few bytes alone: what they hold is not analysed."""
    if not node.name.lower().endswith(_PROMISE):
        yield node.gap(
            GapKind.UNSUPPORTED, f"the content is not analysed: it begins as {name}, its name says otherwise"
        )


def _opaque(_source: ByteSource, _node: Node, _bench: Bench) -> Iterator[Yield]:
    """Take the rest for what it is: players read these to the end of the file, so nothing can lie behind it."""
    yield from ()


_KINDS: tuple[tuple[bytes, str, Walk], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png", _png),
    (b"\xff\xd8\xff", "jpeg", _jpeg),
    (b"GIF87a", "gif", _gif),
    (b"GIF89a", "gif", _gif),
    (b"RIFF", "riff", _riff),
    (b"OggS", "ogg", _ogg),
    (b"fLaC", "flac", _opaque),
    (b"ID3", "mp3", _opaque),
    (b"\x00\x01\x00\x00\x00", "font", _opaque),
    (b"OTTO", "font", _opaque),
    (b"wOFF", "font", _opaque),
    (b"wOF2", "font", _opaque),
)


def _words(content: bytes, node: Node, bench: Bench, offset: int) -> Iterator[Yield]:
    """Look at text in a picture as at any text that an attacker may have written."""
    from weighbridge.formats.pickle.embedded import held_by_text

    yield from held_by_text(content.decode("latin-1"), node.at(offset, len(content)), node, bench.limits)


def _tail(source: ByteSource, node: Node, bench: Bench, begin: int, after: str) -> Iterator[Yield]:
    if begin < source.size:
        yield from bulk.unclaimed(source, node, bench, begin, source.size, where="tail", after=after)
