"""The coders of 7z folders (``Methods.txt`` of the LZMA SDK) as steps from blocks to blocks.

Filters such as BCJ exist in the standard library only behind an LZMA decoder. What is to be filtered is therefore
wrapped into uncompressed chunks of LZMA2, which that decoder unwraps and filters.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.formats.containers.decoders import End, Inflate, bunzip2, decode, decoded, lzma1, lzma2, raw_lzma

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from weighbridge.formats.containers.decoders import Decoder
    from weighbridge.formats.containers.sevenz_header import Coder, Folder

COPY, LZMA, LZMA2, DELTA = b"\0", b"\3\1\1", b"\x21", b"\3"
DEFLATE, BZIP2, AES = b"\4\1\x08", b"\4\2\2", b"\x06\xf1\x07\1"
_FILTERS = {
    b"\4": "FILTER_X86", b"\3\3\1\3": "FILTER_X86",
    b"\5": "FILTER_POWERPC", b"\3\3\2\5": "FILTER_POWERPC",
    b"\6": "FILTER_IA64", b"\3\3\4\1": "FILTER_IA64",
    b"\7": "FILTER_ARM", b"\3\3\5\1": "FILTER_ARM",
    b"\x08": "FILTER_ARMTHUMB", b"\3\3\7\1": "FILTER_ARMTHUMB",
    b"\x09": "FILTER_SPARC", b"\3\3\x08\5": "FILTER_SPARC",
}  # fmt: skip
_NAMES = {
    b"\3\3\1\x1b": "BCJ2", b"\3\4\1": "PPMd", b"\x0a": "ARM64 filter", b"\x0b": "RISC-V filter", b"\2\3\2": "Swap2",
    b"\4\1\x09": "Deflate64", b"\4\xf7\x11\1": "Zstandard", b"\4\xf7\x11\2": "Brotli", b"\4\xf7\x11\4": "LZ4",
    b"\4\xf7\x11\5": "LZS", b"\4\xf7\x11\6": "Lizard", AES: "AES-256",
}  # fmt: skip
_CHUNK = 1 << 16


def obstacle(folder: Folder) -> str:
    """Say why a folder cannot be expanded; empty when it can."""
    for coder in folder.coders:
        if coder.method not in (COPY, LZMA, LZMA2, DELTA, DEFLATE, BZIP2, *_FILTERS):
            return f"7z method {_NAMES.get(coder.method, coder.method.hex())}"
        if coder.inputs != 1 or coder.outputs != 1:
            return "7z coders of several streams"
    if len(folder.packed) != 1 or len(chain(folder)) != len(folder.coders):
        return "7z coders that are not bound to a chain"
    return ""


def chain(folder: Folder) -> list[tuple[Coder, int]]:
    """Order simple coders from the packed stream to the content, each with the size of what it gives."""
    feeds = {output: index for index, output in folder.binds}  # which coder the output of a coder goes to
    at: int | None = folder.packed[0]
    found: list[tuple[Coder, int]] = []
    while at is not None and at < len(folder.coders) and len(found) < len(folder.coders):
        found.append((folder.coders[at], folder.sizes[at]))
        at = feeds.get(at)
    return found


def expand(folder: Folder, feed: Callable[[], Iterator[bytes]], end: End) -> Iterator[bytes]:
    """Expand a folder out of its one packed stream; ``end`` is told how much of it the first coder took.

    Raises Malformed or OverLimit for properties that no decoder can be made from, before anything is read.
    """
    (coder, size), *others = chain(folder)
    make, limit = _maker(coder, size)
    if make is None:
        blocks = feed()
    else:
        make()  # a generator would raise only when the first file is read
        plain = (lambda: _wrapped(feed())) if _is_filter(coder) else feed
        blocks = decoded(plain, make, end, limit=limit)
    for coder, size in others:
        make, limit = _maker(coder, size)
        if make is not None:
            blocks = decode(_wrapped(blocks) if _is_filter(coder) else blocks, make(), End(), limit=limit)
    return blocks


def _is_filter(coder: Coder) -> bool:
    return coder.method == DELTA or coder.method in _FILTERS


def _maker(coder: Coder, size: int) -> tuple[Callable[[], Decoder] | None, int | None]:
    """Choose what makes the decoder, and where to stop it if its stream does not say; None for plain copies."""
    method, properties = coder.method, coder.properties
    if method == COPY:
        return None, None
    if method == LZMA:
        return lambda: raw_lzma([lzma1(properties, size)]), size
    if method == LZMA2:
        return lambda: raw_lzma([lzma2(properties, size)]), None
    if method == DEFLATE:
        return Inflate, None
    if method == BZIP2:
        return bunzip2, None
    return lambda: raw_lzma(_filtering(coder)), None


def _filtering(coder: Coder) -> list[dict[str, Any]]:
    import lzma

    plain = {"id": lzma.FILTER_LZMA2, "dict_size": _CHUNK}
    if coder.method != DELTA:
        start = int.from_bytes(coder.properties[:4], "little")
        return [{"id": getattr(lzma, _FILTERS[coder.method]), "start_offset": start}, plain]
    if len(coder.properties) != 1:
        raise Malformed("bad properties of a delta filter")
    return [{"id": lzma.FILTER_DELTA, "dist": coder.properties[0] + 1}, plain]


def _wrapped(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Wrap plain bytes into uncompressed LZMA2 chunks: a control byte (1 resets the dictionary), length less one."""
    for block in blocks:
        for at in range(0, len(block), _CHUNK):
            part = block[at : at + _CHUNK]
            yield b"\1" + (len(part) - 1).to_bytes(2) + part
    yield b"\0"
