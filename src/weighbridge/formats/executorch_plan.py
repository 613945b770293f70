"""Execution plans of an ExecuTorch program: values, instructions, kernels and delegates, and whether indices exist."""

from __future__ import annotations

from weighbridge.core.facts import TensorDecl
from weighbridge.core.programs import Operator
from weighbridge.formats.executorch import SCALARS, extent, shape_lies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weighbridge.formats.executorch import Segments
    from weighbridge.formats.flatbuffers import FlatBuffer, Table
    from weighbridge.formats.node import Bench, Node, Yield

_TENSOR, _INTS, _TENSORS, _OPTIONALS = 5, 7, 10, 11
_INLINE = 0
_EXTERNAL = 1


class Plans:
    """The plans of a program on their way into facts."""

    def __init__(self, buffer: FlatBuffer, segments: Segments, node: Node, bench: Bench) -> None:
        self.buffer, self.segments, self.node, self.bench = buffer, segments, node, bench
        self.constants: list[int] = []
        self.offsets: tuple[int, ...] = ()
        self.room = 0
        self.delegated: list[int] = []
        self._uses: dict[tuple[str, str], int] = {}

    def read(self, root: Table) -> Iterator[Yield]:
        """Yield the facts of a program that was verified."""
        self.constants = [_stored(one) for one in root.tables(2, "a constant")]
        self.delegated = [_stored(one) for one in root.tables(3, "delegate data")]
        held = root.table(5)
        if held is not None:
            self.offsets = held.numbers(1, "Q", 1 << 20)
            yield from self._offsets(held, "the constant segment", needed=bool(self.offsets))
        for one in root.tables(6, "mutable data"):
            if one is not None:
                yield from self._offsets(one, "a mutable data segment", needed=one.count(1) > 0)
        for one in root.tables(7, "named data"):
            if one is not None and one.number(1) >= len(self.segments.spans):
                words = f"{one.text(0, 80)!r} is in segment {one.number(1)} of {len(self.segments.spans)}"
                yield from self.segments.wrong("segment index", words, memory=True)
        for plan in root.tables(1, "a plan"):
            if plan is not None:
                yield from self._plan(plan)
        for (domain, name), count in self._uses.items():
            yield Operator(at=self.node.at(), framework="executorch", domain=domain, name=name, count=count)

    def _offsets(self, held: Table, what: str, *, needed: bool) -> Iterator[Yield]:
        """Hold the offsets into a segment against its size."""
        index = held.number(0)
        if not needed:
            return
        if index >= len(self.segments.spans):
            words = f"{what} is segment {index} of {len(self.segments.spans)}"
            yield from self.segments.wrong("segment index", words, memory=True)
            return
        begin, end = self.segments.spans[index]
        if what.startswith("the"):
            self.room = end - begin
        if any(offset > end - begin for offset in held.numbers(1, "Q", 1 << 20)):
            yield from self.segments.wrong("segment offset", f"{what} has offsets beyond its end", memory=True)

    def _plan(self, plan: Table) -> Iterator[Yield]:
        name = plan.text(0, 80)
        values = plan.count(2)
        memory = plan.numbers(8, "q")
        if any(size < 0 for size in memory):
            yield from self.segments.wrong("memory plan", f"buffers of {list(memory)[:8]} bytes", memory=True)
        for number, value in enumerate(plan.tables(2, "a value")):
            self.bench.meter.spend_member()
            if value is not None:
                yield from self._value(value, f"{name}/{number}", values, memory)
        yield from self._indices(plan.numbers(3), values, "an input of the plan")
        yield from self._indices(plan.numbers(4), values, "an output of the plan")
        kernels = self._kernels(plan)
        delegates = plan.count(7)
        for delegate in plan.tables(7, "a delegate"):
            if delegate is not None:
                yield from self._delegate(delegate)
        for chain in plan.tables(5, "a chain"):
            if chain is not None:
                yield from self._chain(chain, values, kernels, delegates)

    def _kernels(self, plan: Table) -> int:
        """Count the kernels that a plan names, each as an operator; returns how many there are."""
        count = 0
        for operator in plan.tables(6, "an operator"):
            count += 1
            if operator is not None:
                space, _, name = operator.text(0, 256).rpartition("::")
                overload = operator.text(1, 256)
                key = (space.replace("::", "."), f"{name}.{overload}" if overload else name)
                self._uses[key] = self._uses.get(key, 0) + 1
        return count

    def _value(self, value: Table, name: str, values: int, memory: tuple[int, ...]) -> Iterator[Yield]:
        kind, held = value.number(0, "B"), value.table(1)
        if held is None:
            return
        if kind == _TENSOR:
            yield from self._tensor(held, name, memory)
        elif kind in (_TENSORS, _OPTIONALS):
            yield from self._indices(held.numbers(0), values, f"an element of {name}", least=-(kind == _OPTIONALS))
        elif kind == _INTS:
            yield from self._indices(held.numbers(0, "q"), values, f"an element of {name}")

    def _tensor(self, tensor: Table, name: str, memory: tuple[int, ...]) -> Iterator[Yield]:
        scalar, sizes, place = tensor.number(0, "b"), tensor.numbers(2), tensor.number(5)
        extra, room = tensor.table(9), tensor.table(6)
        called = "" if extra is None else extra.text(1, 256)
        dtype = SCALARS.get(scalar, (f"type {scalar}", 1))[0]
        shape = tuple(max(size, 0) for size in sizes)
        yield TensorDecl(at=self.node.at(tensor.at), name=called or name, dtype=dtype, shape=shape)
        lies = list(shape_lies(name, scalar, sizes, tensor.numbers(3, "B")))
        for what, words in lies:
            yield from self.segments.wrong(what, words, memory=True)
        needed = 0 if lies or scalar not in SCALARS else extent(scalar, sizes)
        if room is not None:
            index, offset = room.number(0), room.number(1) | room.number(2) << 32
            if index >= len(memory):
                words = f"{name} is planned into buffer {index} of {len(memory)}"
                yield from self.segments.wrong("memory plan", words, memory=True)
            elif offset + needed > memory[index]:
                words = f"{name} ends at {offset + needed} in buffer {index} of {memory[index]} bytes"
                yield from self.segments.wrong("memory plan", words, memory=True)
        elif place and not (extra is not None and extra.number(2, "b") == _EXTERNAL):
            yield from self._constant(name, place, needed)

    def _constant(self, name: str, place: int, needed: int) -> Iterator[Yield]:
        """Hold a constant against the buffer or the part of the segment that it lies in."""
        count = len(self.offsets) or len(self.constants)
        if place >= count:
            words = f"{name} is constant {place} of {count}"
            yield from self.segments.wrong("constant index", words, memory=True)
            return
        held = self.room - self.offsets[place] if self.offsets else self.constants[place]
        if needed > held:
            words = f"{name} needs {needed} bytes, {max(held, 0)} are there"
            yield from self.segments.wrong("tensor size", words, memory=True)

    def _delegate(self, delegate: Table) -> Iterator[Yield]:
        name, data = delegate.text(0, 256), delegate.table(1)
        key = ("delegate", name)
        self._uses[key] = self._uses.get(key, 0) + 1
        if data is None:
            return
        index = data.number(1)
        count = len(self.delegated) if data.number(0, "b") == _INLINE else len(self.segments.spans)
        if index >= count:
            words = f"the data of {name!r} is number {index} of {count}"
            yield from self.segments.wrong("delegate data", words, memory=True)

    def _chain(self, chain: Table, values: int, kernels: int, delegates: int) -> Iterator[Yield]:
        """Hold the operands of every instruction against what there is."""
        count = chain.count(2)
        yield from self._indices(chain.numbers(0), values, "an input of a chain")
        yield from self._indices(chain.numbers(1), values, "an output of a chain")
        for instruction in chain.tables(2, "an instruction"):
            held = None if instruction is None else instruction.table(1)
            if instruction is None or held is None:
                continue
            kind, first = instruction.number(0, "B"), held.number(0, "i")
            if kind in (1, 2):
                what, most = ("kernel", kernels) if kind == 1 else ("delegate", delegates)
                if not 0 <= first < most:
                    yield from self.segments.wrong(f"{what} index", f"{what} {first} of {most}", memory=True)
                yield from self._indices(held.numbers(1), values, f"an argument of a {what}")
            elif kind == 3:
                yield from self._indices((first, held.number(1, "i")), values, "a value that is moved")
            elif kind == 4:
                yield from self._indices((first,), values, "the condition of a jump")
                yield from self._indices((held.number(1, "i"),), count + 1, "the goal of a jump")
            elif kind == 5:
                yield from self._indices((first,), values, "a value that is freed")

    def _indices(self, indices: Iterable[int], count: int, what: str, *, least: int = 0) -> Iterator[Yield]:
        for index in indices:
            if not least <= index < count:
                yield from self.segments.wrong("value index", f"{what} is number {index} of {count}", memory=True)


def _stored(held: Table | None) -> int:
    vector = None if held is None else held.vector(0, 1)
    return 0 if vector is None else vector.count
