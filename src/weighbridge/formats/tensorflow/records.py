"""TFRecord files, which hold data sets and the events of TensorBoard: lengths, checksums, messages.

Source: ``tensorflow/core/lib/io/record_writer.h``: 8 bytes of length, a masked CRC-32C of them, the data, a masked
CRC-32C of that. The data of a record is not looked at: it is what a training reads, not what a load runs.
"""

from __future__ import annotations

from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.formats import bulk
from weighbridge.formats.tensorflow.table import masked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

FORMAT = "tfrecord"

CHECKED = 20_000
"""Records whose lengths are held against their checksums; the rest are stepped over by their lengths alone."""

_HEADER, _AROUND = 12, 16


def sniff(head: bytes, source: ByteSource) -> str:
    """Tell a record by the checksum of its length."""
    if source.size < _AROUND or not _is_header(head) or int.from_bytes(head[:8], "little") > source.size - _AROUND:
        return ""
    return FORMAT


def _is_header(head: bytes) -> bool:
    return masked(head[:8]) == int.from_bytes(head[8:_HEADER], "little")


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Step from record to record; what follows the last sound one is told of."""
    yield Identity(at=node.at(), format=FORMAT)
    at = count = 0
    while at < source.size:
        head = source.read_at(at, _HEADER)
        length = int.from_bytes(head[:8], "little")
        sound = len(head) == _HEADER and length <= source.size - at - _AROUND
        if not sound or (count < CHECKED and not _is_header(head)):
            if sound:
                yield Inconsistency(at=node.at(at), what="checksum", detail=f"the length of record {count} is false")
            yield from bulk.unclaimed(source, node, bench, at, source.size, where="tail", after="the last record")
            return
        at += _AROUND + length
        count += 1
