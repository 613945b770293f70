"""torch files from before 0.2: a tar with ``storages``, ``tensors`` and ``pickle``, each a row of pickles and raw data.

Source: ``torch/serialization.py`` (``legacy_load``). Every one of the pickles is loaded without restriction (TOR-03).
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.formats.containers import tar
from weighbridge.formats.node import Child, Stored
from weighbridge.formats.pickle.abstract import Box, Global
from weighbridge.formats.pickle.constants import Constants
from weighbridge.formats.pickle.extract import tail
from weighbridge.formats.pickle.machine import Machine
from weighbridge.formats.pickle.stack import Broken
from weighbridge.formats.pickle.window import Window
from weighbridge.formats.torch_host import ITEM_SIZES, TorchHost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.pickle.abstract import Value

PARTS = frozenset({"storages", "tensors", "pickle"})
ROLE = "torch.tar"


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Give the members of a tar; those of torch's layout are read as its loader reads them."""
    is_torch: bool | None = None
    for item in tar.extract(source, node, bench):
        if isinstance(item, Child) and item.name in PARTS and isinstance(item.content, Stored):
            if is_torch is None:
                names = {one.name for one in tar.extract(source, node, bench) if isinstance(one, Child)}
                is_torch = names >= PARTS
                if is_torch:
                    yield Identity(at=node.at(), format="torch.tar")
            if is_torch:
                formats = ("pickle",) if item.name == "pickle" else (f"torch.tar.{item.name}",)
                item = Child(  # noqa: PLW2901  (the same child, with what the layout knows of it)
                    item.name, item.content, offset=item.offset, role=ROLE, formats=formats, storages={}
                )
        yield item


def storages(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read ``storages``: a count, then for each a pickle of key, location and class, an int64 and the elements."""
    position, count = yield from _count(source, node, bench)
    for _ in range(count):
        position, result = yield from _pickle(source, position, node, bench)
        kind = result.items[2] if isinstance(result, Box) and len(result.items) == 3 else None
        size = ITEM_SIZES.get(kind.name) if isinstance(kind, Global) else None
        if size is None:
            raise Malformed("a storage has no known class", offset=position)
        elements = int.from_bytes(source.read_at(position, 8), "little", signed=True)
        if elements < 0 or position + 8 + elements * size > source.size:
            detail = f"a storage announces {elements} elements, {max(0, source.size - position - 8)} bytes are left"
            yield Inconsistency(at=node.at(position, 8), what="storage size", detail=detail, memory=elements < 0)
            raise Malformed("the storages end too early", offset=position)
        position += 8 + elements * size
    position, _ = yield from _pickle(source, position, node, bench)
    yield from tail(source, position, node, after="the views")


def tensors(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read ``tensors``: a count, then for each a pickle, the number of dimensions, sizes, strides and the offset."""
    position, count = yield from _count(source, node, bench)
    for _ in range(count):
        position, _ = yield from _pickle(source, position, node, bench)
        dims = int.from_bytes(source.read_at(position, 4), "little", signed=True)
        if not 0 <= dims <= (source.size - position) // 16:
            raise Malformed(f"a tensor has {dims} dimensions", offset=position)
        position += 8 + 16 * dims + 8
    yield from tail(source, position, node, after="the last tensor")


def _count(source: ByteSource, node: Node, bench: Bench) -> Generator[Yield, None, tuple[int, int]]:
    position, result = yield from _pickle(source, 0, node, bench)
    number = Constants(source, Window(source, 0)).scalar(result) if isinstance(result, int) else None
    if not isinstance(number, int) or not 0 <= number <= bench.limits.members:
        raise Malformed("the number of entries cannot be", offset=0)
    return position, number


def _pickle(source: ByteSource, start: int, node: Node, bench: Bench) -> Generator[Yield, None, tuple[int, Value]]:
    """Yield the facts of one pickle; returns the offset behind it and what it leaves."""
    machine = Machine(source, start, node, bench.limits, TorchHost(source, bench.limits, node, {}))
    try:
        end = machine.run()
    except Broken as broken:
        yield from machine.ledger.facts()
        raise Malformed(f"the pickle breaks off: {broken.reason}", offset=broken.at) from None
    yield from machine.ledger.facts()
    return end, machine.result
