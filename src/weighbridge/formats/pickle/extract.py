"""A node that holds pickles, one after the other, to the last byte."""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import OverLimit
from weighbridge.core.facts import (
    Call,
    GlobalReference,
    Identity,
    ItemChange,
    LoaderDisagreement,
    StateChange,
    Statement,
    StreamBreak,
    TrailingData,
)
from weighbridge.core.source import SubSource
from weighbridge.core.values import replace
from weighbridge.formats.node import Child, Stored
from weighbridge.formats.pickle import opcodes as op
from weighbridge.formats.pickle import plain
from weighbridge.formats.pickle.embedded import ConstantSearch
from weighbridge.formats.pickle.frames import READINGS, Spliced
from weighbridge.formats.pickle.machine import Machine
from weighbridge.formats.pickle.probe import holds_pickle
from weighbridge.formats.pickle.stack import Broken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from weighbridge.core.facts import Fact
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.joblib import JoblibHost
    from weighbridge.formats.node import Bench, Node, Yield

ZEROS = 1 << 16
"""Bytes read at a time when a tail is checked for being nothing but zeros."""


TAIL_SEARCHED = 1 << 20
"""Bytes of a tail that are searched for the beginning of another pickle."""

_NATIVE_CLASSES = "__torch__.torch.classes."
"""Where TorchScript finds classes that native libraries register: their constructors and ``__setstate__`` run."""

TAIL_TRIES = 64
"""Places in a tail where a pickle is looked for."""


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


def _run_as_far_as_it_goes(machine: Machine) -> None:
    try:
        machine.run()
    except (Broken, OverLimit):
        return  # what it saw until then is in its ledger


def _as_every_loader(source: ByteSource, start: int, node: Node, bench: Bench) -> Generator[Yield, None, int | None]:
    """Read one stream as the loader that the node's role names, or as joblib and the bare unpickler would."""
    if node.storages is not None:
        from weighbridge.formats.torch_host import TorchHost

        torch = TorchHost(source, bench.limits, node, node.storages)
        end = yield from stream(source, start, node, bench, torch)
        if torch.sparse:
            yield from torch.unchecked(node.storages, start)
        yield from torch.problems
        yield from torch.tensors
        return end
    from weighbridge.formats.joblib import JoblibHost

    host = JoblibHost(source, bench.limits, node)
    end = yield from stream(source, start, node, bench, host)
    yield from host.problems
    yield from host.escapes
    for inner in host.nested:
        yield from inner.ledger.facts()
    if host.jumps:
        yield Identity(at=node.at(), format="joblib")
        yield from _without_jumps(source, start, node, bench, host)
    return end


def _without_jumps(source: ByteSource, start: int, node: Node, bench: Bench, host: JoblibHost) -> Iterator[Yield]:
    """Find what the bare unpickler would do behind the place where joblib steps over an array.

    In an honest file the array's bytes end the stream, at once or when they lead into the middle of what follows, where
    memo entries and so names are mixed up. A dangerous name among them was put there for it (DESIGN, law 2).
    """
    bare = Machine(source, start, node, bench.limits, ConstantSearch(source, bench.limits))
    _run_as_far_as_it_goes(bare)
    known = {name.dotted for machine in host.machines for name in machine.ledger.names.values()}
    for fact in bare.ledger.facts():
        if isinstance(fact, GlobalReference | Call) and (fact.at.offset or 0) >= host.jumps[0]:
            dotted = f"{fact.module}.{fact.name}"
            if dotted not in known and all(part.isidentifier() for part in dotted.split(".")):
                yield replace(fact, only="the bare unpickler")
                what = "joblib steps over these bytes as an array, a bare unpickler reads them"
                yield LoaderDisagreement(at=fact.at, what=what, benign=True)


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
    host.machines.append(machine)
    reason, kind, end, at = "", GapKind.UNPARSED, None, start
    try:
        end = machine.run()
    except Broken as broken:
        reason, at = broken.reason, broken.at
    except OverLimit as spent:
        reason, at, kind = str(spent), spent.offset, GapKind.OVER_LIMIT
    ledger = machine.ledger
    for fact in ledger.facts():
        if node.role != "torch.script" or not _is_script_type(fact):
            yield fact
        elif isinstance(fact, GlobalReference) and fact.module.startswith(_NATIVE_CLASSES):
            from weighbridge.core.programs import Operator

            domain = fact.module.removeprefix("__torch__.")
            yield Operator(at=fact.at, framework="torchscript", domain=domain, name=fact.name, count=fact.count)
    if machine.dropped:
        yield from _as_a_file(machine, start, node, bench)
    yield from host.found(node)
    for offset, text in ledger.program or ():
        yield Statement(at=node.at(offset), text=text)
    if end is None:
        if kind is GapKind.UNPARSED:
            yield StreamBreak(at=node.at(at), reason=reason, calls=ledger.calls, names=len(ledger.names))
        yield node.gap(kind, f"the pickle breaks off: {reason}", at)
    return end


def _is_script_type(fact: Fact) -> bool:
    """Tell whether a fact is about a type that the TorchScript archive itself defines in ``code/``.

    Such archives are read by torch's own unpickler in C++, which imports no Python module; what their code reaches is
    told by the archive. Classes of native libraries are operators of the script.
    """
    if isinstance(fact, GlobalReference | Call | StateChange | ItemChange):
        return fact.module == "__torch__" or fact.module.startswith("__torch__.")
    return False


def _as_a_file(first: Machine, start: int, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read the stream as loaders do that drop what a frame cuts off; offsets count without the dropped bytes."""
    machine = first
    for _ in range(READINGS):
        if machine.dropped is None:
            return
        dropped = machine.dropped
        length = dropped.end - dropped.begin
        what = f"a FRAME ends inside an operand: loaders from a file drop {length} bytes, others do not"
        yield LoaderDisagreement(at=node.at(dropped.begin, length), what=what)
        source = Spliced(machine.source, dropped)
        machine = Machine(source, start, node, bench.limits, ConstantSearch(source, bench.limits))
        _run_as_far_as_it_goes(machine)
        yield from machine.ledger.facts()
    yield node.gap(GapKind.OVER_LIMIT, f"more than {READINGS} frames end inside an operand", start)


def tail(source: ByteSource, position: int, node: Node, *, after: str) -> Iterator[Yield]:
    """Account for the bytes from ``position`` to the end: nothing, zeros, or something that is looked at on its own."""
    left = source.size - position
    if left <= 0:
        return
    zero = is_zero(source, position, source.size)
    yield TrailingData(at=node.at(position, left), where="tail", zero=zero, after=after)
    if zero:
        return
    for start in (position, *_pickles_behind(source, position)):
        rest = SubSource(source, start, source.size - start)
        yield Child(f"tail@{start}", Stored(rest), offset=start, quiet=True)


def _pickles_behind(source: ByteSource, position: int) -> Iterator[int]:
    """Find where pickles of protocol 2 and later begin in a tail that does not begin with one (PKL-30)."""
    head = source.read_at(position, TAIL_SEARCHED)
    at, tried = head.find(b"\x80"), 0
    while at >= 0 and tried < TAIL_TRIES:
        if at and 2 <= (head[at + 1] if at + 1 < len(head) else 0) <= op.HIGHEST_PROTOCOL:
            tried += 1
            if holds_pickle(source, position + at):
                yield position + at
                return
        at = head.find(b"\x80", at + 1)


def is_zero(source: ByteSource, start: int, end: int) -> bool:
    """Tell whether all bytes of a span are zero."""
    while start < end:
        block = source.read_at(start, min(ZEROS, end - start))
        if not block or block.count(0) != len(block):
            return False
        start += len(block)
    return True
