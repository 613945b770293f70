"""joblib's own container from before 0.10: ``ZF``, the length in hexadecimal padded with spaces, a zlib stream.

Source: ``joblib/numpy_pickle_compat.py`` (``read_zfile``). The length has 19 characters, 20 when Python 2 wrote it.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity
from weighbridge.core.source import SubSource
from weighbridge.formats.node import Child, Packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

MAGIC = b"ZF0x"
FIELD = 19
BLOCK = 1 << 18
"""Bytes read and at most given out in one step."""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Give the zlib stream behind the header."""
    yield Identity(at=node.at(), format="joblib.zfile")
    content = _content(source)
    # A pickle, or the bare elements of an array whose pickle is another file: those are bulk data and no gap.
    held = Packed(lambda: _blocks(content), stored=content.size)
    yield Child("content", held, offset=content.start, quiet=True)


def inflated(source: ByteSource) -> Iterator[bytes]:
    """Expand the zlib stream behind the header; raises Malformed."""
    return _blocks(_content(source))


def _content(source: ByteSource) -> SubSource:
    head = source.read_at(0, 2 + FIELD + 1)
    try:
        int(head[2 : 2 + FIELD].strip(b" L"), 16)
    except ValueError:
        raise Malformed("the length of a ZF container is not hexadecimal", offset=2) from None
    start = 2 + FIELD + (head[2 + FIELD :] in {b" ", b"L"})
    return SubSource(source, start, source.size - start)


def _blocks(content: ByteSource) -> Iterator[bytes]:
    import zlib

    stream, position = zlib.decompressobj(), 0
    while not stream.eof:
        packed = stream.unconsumed_tail or content.read_at(position, BLOCK)
        if not packed:
            raise Malformed("the file ends inside its zlib stream", offset=position)
        if not stream.unconsumed_tail:
            position += len(packed)
        try:
            yield stream.decompress(packed, BLOCK)
        except zlib.error as error:
            raise Malformed(f"the zlib stream is broken: {error}", offset=position) from None
