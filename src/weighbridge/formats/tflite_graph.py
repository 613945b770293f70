"""The operators of a TFLite model: which there are, what they carry, and whether their indices exist."""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import OverLimit
from weighbridge.core.facts import Inconsistency
from weighbridge.core.programs import Operator
from weighbridge.formats import tflite_schema as schema
from weighbridge.formats.tflite_bypass import Bypass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.flatbuffers import FlatBuffer, Table
    from weighbridge.formats.node import Node, Yield

FLEX = "Flex"
"""Begins the names of custom operators that run an operator of TensorFlow itself, by the Flex delegate."""

OPTIONS = 1 << 20
"""Bytes of the options of one custom operator that are read."""

_KINDS = 10_000  # operators of different kinds that are told; the rest is a gap
_OPTIONS_READ = 2_000
_SHOWN = 8
_RESHAPE, _RESHAPE_OPTIONS = "RESHAPE", 17
_WITH_FLEXBUFFER = ("TFLite_Detection_PostProcess", "AudioSpectrogram", "Mfcc", "NumericVerify")


class Graphs:
    """What the subgraphs use.

    ``sizes`` are the numbers of tensors of all, ``shapes`` and ``names`` belong to the one at hand: ``begin`` starts
    it, ``tensor`` adds to it, ``operators`` reads it.
    """

    def __init__(self, buffer: FlatBuffer, source: ByteSource, node: Node) -> None:
        self.buffer, self.source, self.node = buffer, source, node
        self.sizes: list[int] = []
        self.begin()
        self._codes: list[tuple[str, str]] = []
        self._uses: dict[tuple[str, str, tuple[str, ...]], int] = {}
        self._told: dict[str, int] = {}
        self._options = 0

    def begin(self) -> None:
        """Start with the next subgraph."""
        self.shapes: list[tuple[int, ...]] = []
        self.names: list[str] = []
        self._constants: set[int] = set()

    def tensor(self, name: str, shape: tuple[int, ...], *, constant: bool) -> None:
        """Add the next tensor of the subgraph."""
        if constant:
            self._constants.add(len(self.shapes))
        self.shapes.append(shape)
        self.names.append(name)

    def codes(self, root: Table) -> Iterator[Yield]:
        """Name the operators that the model says it uses."""
        for number, code in enumerate(root.tables(1, "an operator code")):
            if code is None:
                self._codes.append(("", "unknown"))
                continue
            builtin = max(code.number(0, "b"), code.number(3, "i"))
            if not 0 <= builtin < len(schema.BUILTINS):
                self._codes.append(("builtin", str(builtin)))
            elif builtin == schema.CUSTOM:
                name = code.text(1, 256)
                if not name:
                    yield from self._wrong("operator code", f"code {number} is custom and has no name")
                if name.startswith(FLEX):
                    self._codes.append((FLEX, name.removeprefix(FLEX)))
                else:
                    self._codes.append(("custom", name))
            else:
                self._codes.append(("", schema.BUILTINS[builtin]))

    def operators(self, graph: Table, number: int) -> Iterator[Yield]:
        """Count what a subgraph uses, and hold its indices against the tensors and codes that there are."""
        size = self.sizes[number]
        for field, what in ((1, "an input"), (2, "an output")):
            yield from self._indices(graph, field, size, f"{what} of subgraph {number}", optional=False)
        bypass = Bypass(graph.numbers(1), self._constants)
        for place, operator in enumerate(graph.tables(3, "an operator")):
            if operator is None:
                continue
            index = operator.number(0)
            if index >= len(self._codes):
                words = f"an operator has code {index} of {len(self._codes)}"
                yield from self._wrong("operator code", words, memory=True)
                continue
            domain, name = self._codes[index]
            if name == _RESHAPE:
                yield from self._reshaped(operator)
            for field in (1, 2, 8):
                yield from self._indices(operator, field, size, f"an operand of {name}", optional=field == 1)
            bypass.step(name, operator.numbers(1), operator.numbers(2), place)
            yield from self._subgraphs(operator, name)
            texts = yield from self._carried(operator, domain, name)
            key = (domain, name, texts)
            if key in self._uses or len(self._uses) < _KINDS:
                self._uses[key] = self._uses.get(key, 0) + 1
            elif len(self._uses) == _KINDS:
                self._uses[key] = 1
                yield self.node.gap(GapKind.OVER_LIMIT, f"more than {_KINDS} kinds of operators", operator.at)
        yield from bypass.found(graph.numbers(2), self.names, self.node.at(graph.at))

    def summary(self) -> Iterator[Yield]:
        """Yield every operator once."""
        for (domain, name, texts), count in self._uses.items():
            yield Operator(
                at=self.node.at(), framework="tflite", domain=domain, name=name, constants=texts, count=count
            )

    def signatures(self, root: Table) -> Iterator[Yield]:
        """Hold the tensors that signatures name against those that there are."""
        for signature in root.tables(7, "a signature"):
            if signature is None:
                continue
            number = signature.number(4)
            if number >= len(self.sizes):
                words = f"a signature is for subgraph {number} of {len(self.sizes)}"
                yield from self._wrong("subgraph index", words, memory=True)
                continue
            for field in (0, 1):
                for entry in signature.tables(field, "a signature's tensor"):
                    if entry is not None and entry.number(1) >= self.sizes[number]:
                        words = f"a signature names tensor {entry.number(1)} of {self.sizes[number]}"
                        yield from self._wrong("tensor index", words, memory=True)

    def _indices(self, table: Table, field: int, size: int, what: str, *, optional: bool) -> Iterator[Yield]:
        least = -1 if optional else 0
        for index in table.numbers(field):
            if not least <= index < size:
                yield from self._wrong("tensor index", f"{what} is tensor {index} of {size}", memory=True)

    def _reshaped(self, operator: Table) -> Iterator[Yield]:
        """Hold the dimensions that a reshape asks for against those that its output has room for.

        The interpreter copies the former into the latter before it compares anything (tensorflow#124982).
        """
        outputs, inputs, options = operator.numbers(2), operator.numbers(1), operator.table(4)
        rank = self._rank(outputs[0]) if outputs else 0
        asked = options.count(0) if options is not None and operator.number(3, "B") == _RESHAPE_OPTIONS else 0
        if len(inputs) > 1 and 0 <= inputs[1] < len(self.shapes) and len(self.shapes[inputs[1]]) == 1:
            asked = max(asked, self.shapes[inputs[1]][0])
        if 0 < rank < asked:
            words = f"a reshape to {asked} dimensions, its output has {rank}"
            yield from self._wrong("reshape", words, memory=True)

    def _rank(self, index: int) -> int:
        return len(self.shapes[index]) if 0 <= index < len(self.shapes) else 0

    def _subgraphs(self, operator: Table, name: str) -> Iterator[Yield]:
        for field, places in ((3, schema.SUBGRAPHS), (11, schema.SUBGRAPHS2)):
            fields = places.get(operator.number(field, "B"), ())
            options = operator.table(field + 1) if fields else None
            for place in fields if options is not None else ():
                index = options.number(place, "i") if options is not None else 0
                # A composite may have no decomposition, a scatter no region of its own.
                if not (0 <= index < len(self.sizes) or (index == -1 and field == 11)):
                    words = f"{name} runs subgraph {index} of {len(self.sizes)}"
                    yield from self._wrong("subgraph index", words, memory=True)

    def _carried(self, operator: Table, domain: str, name: str) -> Generator[Yield, None, tuple[str, ...]]:
        """Read what an operator carries beside its operands: options of its own, the target of a call."""
        second = operator.number(11, "B")
        if second in (schema.STABLEHLO_CUSTOM_CALL, schema.STABLEHLO_COMPOSITE):
            options = operator.table(12)
            if options is not None:
                return (options.text(0, 256),)
        if not domain or domain == "builtin":
            return ()
        vector = operator.vector(5, 1)
        offset, size = operator.number(9, "Q"), operator.number(10, "Q")
        if vector is not None and vector.count:
            size, content = vector.count, vector.read(OPTIONS)
        elif offset > 1:
            if offset + size > self.source.size:
                words = f"options of {name} at {offset} with {size} bytes, the file has {self.source.size}"
                yield from self._wrong("options out of bounds", words, memory=True)
                return ()
            content = self.source.read_at(offset, min(size, OPTIONS))
        else:
            return ()
        self._options += 1
        if size > OPTIONS or self._options > _OPTIONS_READ:
            yield self.node.gap(GapKind.OVER_LIMIT, f"the options of {name} are not read", operator.at)
            return ()
        return (yield from self._flexible(content, domain, name, operator.at))

    def _flexible(self, content: bytes, domain: str, name: str, at: int) -> Generator[Yield, None, tuple[str, ...]]:
        from weighbridge.formats.flexbuffers import FlexReader

        reader = FlexReader(content)
        try:
            reader.read()
        except OverLimit as spent:
            yield self.node.gap(GapKind.OVER_LIMIT, f"the options of {name}: {spent}", at)
        known = domain == FLEX or name in _WITH_FLEXBUFFER
        if reader.lies and known:
            # Other custom operators keep structures of their own there.
            yield from self._wrong("FlexBuffer", f"the options of {name}: {reader.lies[0]}", memory=True)
        return () if reader.lies else tuple(reader.texts)

    def _wrong(self, what: str, detail: str, *, memory: bool = False) -> Iterator[Yield]:
        if not self.buffer.is_sound():  # what does not fit together then is that lie's doing
            return
        count = self._told[what] = self._told.get(what, 0) + 1
        if count <= _SHOWN:
            yield Inconsistency(at=self.node.at(), what=what, detail=detail, memory=memory)
