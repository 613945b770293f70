"""Compressed streams: gzip, zlib, bzip2, xz, LZMA utils, lz4 and zstd frames, each with one child, what it expands to.

A reader goes on with the next stream of its kind where the last one ended, as the readers of Python do; what is no
such stream is trailing data.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity
from weighbridge.formats.containers.decoders import End, Told, bunzip2, chunks, decoded, unlz4, unlzma, unxz
from weighbridge.formats.containers.gzip_members import gzip_header, ungzip, unzlib
from weighbridge.formats.containers.oddities import Oddities, span
from weighbridge.formats.containers.search import past_zeros
from weighbridge.formats.containers.stream_magic import HEAD, is_skippable, recognise
from weighbridge.formats.containers.zstd_frames import missing, unzstd
from weighbridge.formats.node import Child, Packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.decoders import Decoder
    from weighbridge.formats.node import Bench, Node, Yield

_SUFFIXES = {
    ".gz": "", ".gzip": "", ".bz2": "", ".xz": "", ".lzma": "", ".lz4": "", ".zst": "", ".zstd": "", ".z": "",
    ".zlib": "", ".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tlz": ".tar", ".tzst": ".tar",
}  # fmt: skip


def extract(source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Give what a compressed stream expands to, then what is odd about it and what follows it.

    Raises Malformed when no known stream begins here.
    """
    kind = kind_of(source)
    if not kind:
        raise Malformed("no compressed stream begins here")
    yield Identity(at=node.at(), format=kind)
    hindered = obstacle(kind)
    if hindered:
        yield node.gap(GapKind.UNSUPPORTED, hindered)
        return
    tell, told, name = Oddities(kind, node), Told(), _stripped(node.name)
    if kind == "gzip":
        # Some writers (joblib) store the whole path; nothing that loads models looks at it, and gunzip cuts it off.
        name = gzip_header(source, 0).name.rpartition("/")[2] or name
    yield Child(name, Packed(lambda: expand(kind, source, told), stored=source.size))
    # The child has been drained by now, so `told` is complete unless the stream broke.
    for one in told.notes.said:
        yield from tell.say(one)
    if told.end is not None and told.end < source.size:
        yield from tell.say(span(source, "tail", told.end, source.size, f"{kind} stream"))
    yield from tell.rest()


def kind_of(source: ByteSource) -> str:
    """Name the kind of stream that a file begins with; empty for none."""
    at = 0
    while is_skippable(source.read_at(at, 4)):  # zstd and lz4 share these frames: the first other one decides
        at = _after_skippable(source, at)
    return recognise(source.read_at(at, HEAD)) or ("zstd" if at else "")


def obstacle(kind: str) -> str:
    """Say why streams of a kind cannot be expanded here; empty when they can."""
    if kind == "lz4.legacy":
        return "lz4 legacy frames"
    if kind == "zstd":
        return missing()
    if kind == "lz4":
        from importlib.util import find_spec

        return "" if find_spec("lz4") else "lz4: pip install weighbridge[lz4]"
    return ""


def _stripped(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    ending = _SUFFIXES.get(f".{suffix.lower()}") if dot and stem else None
    return name if ending is None else stem + ending


def _after_skippable(source: ByteSource, at: int) -> int:
    return at + 8 + int.from_bytes(source.read_at(at + 4, 4), "little")


def _each(source: ByteSource, told: Told, kind: str, one: Callable[[int, End], Iterator[bytes]]) -> Iterator[bytes]:
    """Expand the streams of one kind that follow each other; ``one`` expands the stream at an offset."""
    at = 0
    while True:
        told.end = None
        if kind in ("zstd", "lz4") and is_skippable(source.read_at(at, 4)):
            after = _after_skippable(source, at)
            if after > source.size:
                raise Malformed("a skippable frame is cut short", offset=at)
            if after > at + 8:
                told.notes.add(span(source, "gap", at + 8, after, "head of a skippable frame"))
        else:
            end = End()
            yield from one(at, end)
            after = at + end.consumed
        told.end = after
        at = past_zeros(source, after, source.size) if kind == "xz" else after  # xz pads with zeros
        if recognise(source.read_at(at, HEAD)) != kind and not (
            kind in ("zstd", "lz4") and is_skippable(source.read_at(at, 4))
        ):
            return


def _with(kind: str, make: Callable[[], Decoder]) -> Callable[[ByteSource, Told], Iterator[bytes]]:
    def expand(source: ByteSource, told: Told) -> Iterator[bytes]:
        def one(at: int, end: End) -> Iterator[bytes]:
            return decoded(lambda: chunks(source, at, source.size), make, end)

        return _each(source, told, kind, one)

    return expand


def _zstd(source: ByteSource, told: Told) -> Iterator[bytes]:
    return _each(source, told, "zstd", lambda at, end: unzstd(source, at, source.size, end))


_READERS: dict[str, Callable[[ByteSource, Told], Iterator[bytes]]] = {
    "gzip": ungzip,
    "zlib": unzlib,
    "bzip2": _with("bzip2", bunzip2),
    "xz": _with("xz", unxz),
    "lzma": _with("lzma", unlzma),
    "lz4": _with("lz4", unlz4),
    "zstd": _zstd,
}


def expand(kind: str, source: ByteSource, told: Told) -> Iterator[bytes]:
    """Expand the streams of a kind that a file begins with; ``told`` gets what was found beside their content.

    Raises Malformed and OverLimit.
    """
    return _READERS[kind](source, told)
