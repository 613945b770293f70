"""GGUF versions 1 to 3, in either byte order: header, metadata, tensors, data.

Source: docs/gguf.md of ggml, read as llama.cpp and gguf-py read it. The same rules hold whatever the file is for: a
model, a vision projector, an adapter, a control vector, a vocabulary, one part of several. Weights are not read beyond
their first bytes (``bulk``).
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, ResourceClaim
from weighbridge.formats.gguf import types
from weighbridge.formats.gguf.fields import LARGEST_CLAIM, Beyond, Cursor
from weighbridge.formats.gguf.layout import Layout
from weighbridge.formats.gguf.metadata import Metadata
from weighbridge.formats.gguf.roles import check_role, check_split
from weighbridge.formats.gguf.told import Told
from weighbridge.formats.gguf.vocabulary import check_vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

FORMAT = "gguf"

ALIGNMENT = 32
"""Where the file does not say otherwise."""

LARGEST_ALIGNMENT = 1 << 20
"""Alignments are a few dozen bytes, at most a page or two; sums with a huge one wrap around in native readers."""

_VERSIONS = (1, 2, 3)


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a GGUF file; raises Malformed and OverLimit where it cannot be read further."""
    if source.read_at(0, 4) != b"GGUF":
        raise Malformed("this is no GGUF header")
    yield Identity(at=node.at(), format=FORMAT)
    raw = source.read_at(4, 4)
    little, big = int.from_bytes(raw, "little"), int.from_bytes(raw, "big")
    version = little if little in _VERSIONS else big
    if version not in _VERSIONS or len(raw) < 4:
        raise Malformed(f"GGUF version {little} is not known", offset=4)
    told = Told(node.at(0, 24))
    cursor = Cursor(source, 8, "<" if version == little else ">", 4 if version == 1 else 8)
    try:
        yield from _body(cursor, node, bench, told)
    except Beyond as lie:
        # A small claim beyond the end is what a broken download looks like; a huge one overflows what adds to it.
        words = f"{lie}, at byte {lie.offset}"
        told.wrong("length", words, node.at(lie.offset, cursor.width), memory=lie.claimed > LARGEST_CLAIM)
        yield from told.remainder()
        raise
    except Malformed:
        yield from told.remainder()
        raise
    yield from told.remainder()


def _body(cursor: Cursor, node: Node, bench: Bench, told: Told) -> Iterator[Yield]:
    tensors, pairs = cursor.length("the count of tensors"), cursor.length("the count of metadata")
    least = pairs * (cursor.width + 5) + tensors * (cursor.width + 16)
    if least > cursor.left:
        for what, claimed in (("metadata entries", pairs), ("tensors", tensors)):
            yield ResourceClaim(at=told.at, what=what, claimed=claimed, limit=cursor.left, unit="entries")
        raise Beyond(f"{pairs} pairs and {tensors} tensors", least, cursor.left, 8)
    metadata = Metadata(cursor, node, bench, told)
    yield from metadata.read(pairs)
    layout = Layout(cursor, node, bench, told)
    yield from layout.read(tensors)
    alignment = _alignment(metadata, told)
    check_vocabulary(metadata.fields, told, cursor.order)
    check_role(metadata.fields, layout.names, told)
    check_split(metadata.fields, tensors, node.name, told)
    yield from told.drained()
    start = cursor.offset + -cursor.offset % alignment
    yield from layout.lay_out(start, alignment)


def _alignment(metadata: Metadata, told: Told) -> int:
    """Give the alignment; a false one is told, and the default taken."""
    field = metadata.fields.get("general.alignment")
    if field is None or field.number is None:
        return ALIGNMENT
    number = int(field.number) if field.kind not in (types.FLOAT32, types.FLOAT64) else 0
    if field.kind == types.UINT32 and 0 < number <= LARGEST_ALIGNMENT and not number & (number - 1):
        return number
    words = f"general.alignment is {field.number:g} as {types.named(field.kind)}, not a power of two within a MiB"
    told.wrong("alignment", words, memory=True)
    return ALIGNMENT
