"""PDF (ISO 32000-2): actions that a viewer takes by itself or on a click. Nothing is rendered.

Names are looked for in the file and in its compressed streams, with their ``#xx`` escapes resolved (7.3.5); encrypted
documents cannot be looked into.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity
from weighbridge.core.texts import ActiveContent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

LARGEST = 64 << 20
"""Bytes of a document that are looked at; papers with pictures have some ten MB."""

STREAMS = 20_000
"""Compressed streams that are opened."""

STREAM_BYTES = 256 << 10
"""Bytes of one stream: object streams, which hold dictionaries, are shorter; pictures are passed over after this."""

_ACTIONS = {
    b"JavaScript": "a script", b"JS": "a script", b"Launch": "starts a program", b"EmbeddedFile": "a file inside",
    b"RichMedia": "an embedded player", b"ImportData": "reads a file", b"SubmitForm": "sends a form",
    b"XFA": "a form of code",
}  # fmt: skip


def extract(source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Yield the actions of a document."""
    yield Identity(at=node.at(), format="pdf")
    if source.size > LARGEST:
        yield node.gap(GapKind.OVER_LIMIT, f"a PDF of more than {LARGEST} bytes is looked at up to there", LARGEST)
    data = source.read_at(0, LARGEST)
    seen: set[bytes] = set()
    for piece in (data, *_streams(data)):
        for name in _names(piece):
            if name in _ACTIONS and name not in seen:
                seen.add(name)
                yield ActiveContent(at=node.at(), document="PDF", what=_ACTIONS[name], excerpt=f"/{name.decode()}")
    if b"/Encrypt" in data:
        yield node.gap(GapKind.UNSUPPORTED, "the PDF is encrypted, its streams cannot be looked into")


def _names(piece: bytes) -> Iterator[bytes]:
    import re

    for found in re.finditer(rb"/([A-Za-z#][A-Za-z0-9#]{1,40})", piece):
        name = found[1]
        yield re.sub(rb"#([0-9A-Fa-f]{2})", lambda escape: bytes([int(escape[1], 16)]), name) if b"#" in name else name


def _streams(data: bytes) -> Iterator[bytes]:
    """Open what is packed with Flate (7.4.4), each up to a bound."""
    import zlib

    at = 0
    for _ in range(STREAMS):
        at = data.find(b"stream", at)
        if at < 0:
            return
        at += 6
        begin = at + (2 if data[at : at + 2] == b"\r\n" else 1)
        if data[begin : begin + 1] not in (b"x", b"h", b"H", b"8", b"X"):
            continue
        try:
            yield zlib.decompressobj().decompress(data[begin : begin + STREAM_BYTES], STREAM_BYTES)
        except zlib.error:
            continue
