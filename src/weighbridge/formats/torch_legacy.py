"""torch files from before 1.6: five pickles one after the other, then the storages.

Source: ``torch/serialization.py`` (``_legacy_load``). Magic number, protocol version, system information, the object,
the storage keys; then for each key an int64 count of elements and the elements. The order is followed exactly: a
payload in any of the streams runs (GHSA-jgw4-cr84-mqxg, TOR-02).
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.formats.bulk import probe_heads
from weighbridge.formats.hidden_bits import look
from weighbridge.formats.pickle.embedded import ConstantSearch
from weighbridge.formats.pickle.extract import stream, tail
from weighbridge.formats.pickle.probe import holds_pickle
from weighbridge.formats.torch_host import TorchHost
from weighbridge.formats.torch_sparse import Records

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

_PREAMBLE = 3
"""Streams before the object: magic number, protocol version, system information."""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Yield the facts of every stream, then account for the storages."""
    yield Identity(at=node.at(), format="torch.legacy")
    begin = 0
    for _ in range(_PREAMBLE):
        end = yield from stream(source, begin, node, bench, ConstantSearch(source, bench.limits))
        if end is None:
            return
        begin = end
    host = TorchHost(source, bench.limits, node, None)
    position = yield from stream(source, begin, node, bench, host)
    yield from host.problems
    yield from host.tensors
    if position is None:
        return
    if not holds_pickle(source, position):
        yield node.gap(GapKind.UNPARSED, "the list of storage keys is missing", position)
        yield from tail(source, position, node, after="the object")
        return
    position = yield from stream(source, position, node, bench, ConstantSearch(source, bench.limits))
    if position is not None:
        end = yield from _storages(source, position, node, host)
        yield from tail(source, end, node, after="the last storage")


def _storages(source: ByteSource, position: int, node: Node, host: TorchHost) -> Generator[Yield, None, int]:
    """Step over the storages, which lie in the sorted order of their keys; returns the offset behind the last."""
    stretches, places, sizes, declared = [], dict[str, int](), dict[str, int](), host.storages
    for key in sorted(declared):
        storage = declared[key]
        head = source.read_at(position, 8)
        count = int.from_bytes(head, "little", signed=True)
        size = count * storage.item
        if len(head) < 8 or count < 0 or position + 8 + size > source.size:
            detail = f"storage {key!r} announces {count} elements, {max(0, source.size - position - 8)} bytes are left"
            yield Inconsistency(at=node.at(position, len(head)), what="storage size", detail=detail, memory=False)
            yield node.gap(GapKind.UNPARSED, "the storages end too early or are out of order", position)
            return position
        if count != storage.count:
            detail = f"storage {key!r} is declared with {storage.count} elements and stored with {count}"
            yield Inconsistency(at=node.at(position, 8), what="storage size", detail=detail, memory=True)
        stretches.append((position + 8, position + 8 + size, f"storage {key}"))
        places[key], sizes[key] = position + 8, size
        position += 8 + size
    if host.sparse:
        told = len(host.problems)
        yield from host.unchecked(Records(sizes, source, places.get), position)
        yield from host.problems[told:]
    yield from probe_heads(source, node, stretches, "tensor")
    yield from look(source, node, stretches, (4, 2))
    return position
