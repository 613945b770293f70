"""A node that holds pickles, one after the other, to the last byte."""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import OverLimit
from weighbridge.core.facts import GlobalReference, Identity, LoaderDisagreement, Statement, StreamBreak, TrailingData
from weighbridge.core.source import SubSource
from weighbridge.formats.node import Child, Stored
from weighbridge.formats.pickle import plain
from weighbridge.formats.pickle.embedded import ConstantSearch
from weighbridge.formats.pickle.machine import Machine
from weighbridge.formats.pickle.probe import holds_pickle
from weighbridge.formats.pickle.stack import Broken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

ZEROS = 1 << 16
"""Bytes read at a time when a tail is checked for being nothing but zeros."""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Yield the facts of every stream in the node and account for what lies behind the last one."""
    yield Identity(at=node.at(), format="pickle")
    position = 0
    for _ in range(bench.limits.streams):
        end = yield from _as_every_loader(source, position, node, bench)
        if end is None:
            return
        position = end
        if position >= source.size or not holds_pickle(source, position):
            yield from tail(source, position, node, after="STOP")
            return
    yield node.gap(GapKind.OVER_LIMIT, f"more than {bench.limits.streams} pickles in a row", position)


def _as_every_loader(source: ByteSource, start: int, node: Node, bench: Bench) -> Generator[Yield, None, int | None]:
    """Read one stream as the loader that the node's role names, or as joblib and the bare unpickler would."""
    if node.storages is not None:
        from weighbridge.formats.torch_host import TorchHost

        torch = TorchHost(source, bench.limits, node, node.storages)
        end = yield from stream(source, start, node, bench, torch)
        yield from torch.problems
        return end
    from weighbridge.formats.joblib import JoblibHost

    host = JoblibHost(source, bench.limits, node)
    end = yield from stream(source, start, node, bench, host)
    for inner in host.nested:
        yield from inner.ledger.facts()
    if host.jumps:
        yield Identity(at=node.at(), format="joblib")
        yield from _without_jumps(source, start, node, bench, host.jumps[0])
    return end


def _without_jumps(source: ByteSource, start: int, node: Node, bench: Bench, jump: int) -> Iterator[Yield]:
    """Find what the bare unpickler would do behind the place where joblib steps over an array.

    In an honest file the array's bytes end the stream at once. Names that only the bare unpickler resolves were put
    there for it (DESIGN, law 2).
    """
    bare = Machine(source, start, node, bench.limits, ConstantSearch(source, bench.limits))
    try:
        bare.run()
    except (Broken, OverLimit):
        pass
    for fact in bare.ledger.facts():
        behind = fact.at.offset is not None and fact.at.offset >= jump
        if behind and not (isinstance(fact, GlobalReference) and not _could_be(fact)):
            yield fact
            if isinstance(fact, GlobalReference):
                what = "joblib steps over these bytes as an array, a bare unpickler runs them"
                yield LoaderDisagreement(at=fact.at, what=what)


def _could_be(fact: GlobalReference) -> bool:
    return all(part.isidentifier() for part in (*fact.module.split("."), *fact.name.split(".")))


def stream(
    source: ByteSource, start: int, node: Node, bench: Bench, host: ConstantSearch
) -> Generator[Yield, None, int | None]:
    """Yield the facts of the stream at ``start``; returns the offset behind it, or None if it does not end there."""
    if not node.trace and plain.is_worth_it(source.size - start):
        found = plain.read(source, start, host.constant)
        if found.stop is not None:
            yield from host.found(node)
            return found.stop
        if found.reason:
            yield from host.found(node)
            yield StreamBreak(at=node.at(found.at), reason=found.reason, calls=0, names=0)
            yield node.gap(GapKind.UNPARSED, f"the pickle breaks off: {found.reason}", found.at)
            return None
        host.forget()
    machine = Machine(source, start, node, bench.limits, host)
    reason, kind, end, at = "", GapKind.UNPARSED, None, start
    try:
        end = machine.run()
    except Broken as broken:
        reason, at = broken.reason, broken.at
    except OverLimit as spent:
        reason, at, kind = str(spent), spent.offset, GapKind.OVER_LIMIT
    ledger = machine.ledger
    yield from ledger.facts()
    yield from host.found(node)
    for offset, text in ledger.program or ():
        yield Statement(at=node.at(offset), text=text)
    if end is None:
        if kind is GapKind.UNPARSED:
            yield StreamBreak(at=node.at(at), reason=reason, calls=ledger.calls, names=len(ledger.names))
        yield node.gap(kind, f"the pickle breaks off: {reason}", at)
        if at < source.size:
            yield from tail(source, at, node, after="the break")
    return end


def tail(source: ByteSource, position: int, node: Node, *, after: str) -> Iterator[Yield]:
    """Account for the bytes from ``position`` to the end: nothing, zeros, or something that is looked at on its own."""
    left = source.size - position
    if left <= 0:
        return
    zero = is_zero(source, position, source.size)
    yield TrailingData(at=node.at(position, left), where="tail", zero=zero, after=after)
    if not zero:
        yield Child(f"tail@{position}", Stored(SubSource(source, position, left)), offset=position, quiet=True)


def is_zero(source: ByteSource, start: int, end: int) -> bool:
    """Tell whether all bytes of a span are zero."""
    while start < end:
        block = source.read_at(start, min(ZEROS, end - start))
        if not block or block.count(0) != len(block):
            return False
        start += len(block)
    return True
