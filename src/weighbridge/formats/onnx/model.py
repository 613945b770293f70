"""ModelProto: the outermost message of an ONNX file, and how to tell it from other messages.

Source: ``onnx.proto``. The wire has no magic number, so a file is recognised by a graph in field 7 that looks like one.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, MetadataEntry
from weighbridge.formats import bulk
from weighbridge.formats.onnx import schema
from weighbridge.formats.onnx.graph import GraphReader
from weighbridge.formats.onnx.ledger import Ledger
from weighbridge.formats.onnx.program import Program
from weighbridge.formats.protobuf import BYTES, VARINT, fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.protobuf import Field

FORMAT = "onnx"

BEGINNINGS = bytes((0x08, 0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72, 0xA2, 0xCA, 0xD2))
"""First bytes of a ModelProto: the tags of its fields."""

_LOOKED_AT = 1_000  # fields of the outermost message before the graph; libraries write nine at most
_SAMPLE = 32  # fields of a graph that are looked at
_NAME = 4_096


def sniff(head: bytes, source: ByteSource) -> str:  # noqa: ARG001
    """Tell whether a message is a model: field 7 begins as a graph does. Reads a few kilobytes whatever the size."""
    try:
        for field in fields(source, most=_LOOKED_AT):
            if field.number == 7 and field.kind == BYTES:
                return FORMAT if _is_graph(field) else ""
    except (Malformed, OverLimit):
        return ""
    return ""


def _is_graph(graph: Field) -> bool:
    """Tell whether a message has the fields of a graph only, and in one of them what such a field must have."""
    telling = False
    try:
        for part in graph.fields(most=_SAMPLE):
            if part.number not in schema.GRAPH or part.kind != BYTES:
                return telling
            if part.number in _TELLING and not telling:
                table, wanted = _TELLING[part.number]
                inner = [(one.number, one.kind) for one in part.fields()]
                telling = wanted in inner and all(kind in table.get(number, ()) for number, kind in inner)
    except (Malformed, OverLimit):
        return telling
    return telling


_TELLING: Mapping[int, tuple[Mapping[int, tuple[int, ...]], tuple[int, int]]] = {
    1: (schema.NODE, (4, BYTES)),
    5: (schema.TENSOR, (2, VARINT)),
    11: (schema.VALUE_INFO, (2, BYTES)),
    12: (schema.VALUE_INFO, (2, BYTES)),
}


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a model; raises Malformed and OverLimit. What stands before the break is told."""
    yield Identity(at=node.at(), format=FORMAT)
    reader = ModelReader(source, node, bench)
    trouble: Malformed | OverLimit | None = None
    try:
        yield from reader.read()
    except (Malformed, OverLimit) as error:
        trouble = error
    yield from reader.conclude()
    if trouble is not None:
        if reader.graphs and trouble.offset >= reader.done and isinstance(trouble, Malformed):
            yield from bulk.unclaimed(
                source, node, bench, reader.done, source.size, where="tail", after="the last field of the model"
            )
        raise trouble


class ModelReader:
    """The outermost message on its way into facts; ``done`` is where its last whole field ended."""

    def __init__(self, source: ByteSource, node: Node, bench: Bench) -> None:
        self.source, self.node, self.bench = source, node, bench
        self.ledger = Ledger(source, node, bench)
        self.reader = GraphReader(self.ledger)
        self.graphs: list[Program] = []
        self.functions: dict[tuple[str, str], Program] = {}
        self.done = 0

    def read(self) -> Iterator[Yield]:
        """Walk the message."""
        ledger, met = self.ledger, dict[int, int]()
        for field in fields(self.source):
            number = field.number
            if field.kind not in schema.MODEL.get(number, ()):
                ledger.unknown(field, "ModelProto")
            else:
                met[number] = met.get(number, 0) + 1
                yield from self._field(field, number)
            yield from ledger.drained()
            self.done = field.end
        for number in (1, 2, 3, 4, 5, 6, 7):
            if met.get(number, 0) > 1:
                ledger.wrong("repeated field", f"field {number} of the model appears {met[number]} times")
        if not self.graphs:
            raise Malformed("the model has no graph")

    def _field(self, field: Field, number: int) -> Iterator[Yield]:
        ledger = self.ledger
        if number == 7:
            # A message that appears twice is one message to every reader.
            program = self.graphs[0] if self.graphs else Program("graph")
            self.graphs[:1] = [program]
            yield from self.reader.graph(field, program, "graph")
        elif number == 25:
            yield from self.reader.function(field)
            if self.reader.signature in self.functions:
                ledger.wrong("function", f"{ledger.short(self.reader.signature)} is defined twice", field)
            self.functions[self.reader.signature] = self.reader.program
        elif number == 20:
            for part in ledger.known(field, schema.TRAINING, "TrainingInfoProto"):
                if part.number in (1, 2):
                    program = Program(f"training_info {part.number}")
                    yield from self.reader.graph(part, program, program.name)
                    self.graphs.append(program)
                else:
                    ledger.note(part, is_pair=True)
        elif number == 14:
            yield from self._metadata(field)
        elif number == 6:
            ledger.words("doc_string", field)
        elif number in (2, 3, 4):
            ledger.note(field)
        elif number == 8:
            for _ in ledger.known(field, schema.OPSET, "OperatorSetIdProto"):
                pass

    def _metadata(self, field: Field) -> Iterator[Yield]:
        self.bench.meter.spend_member()
        key = ""
        for part in self.ledger.known(field, schema.PAIR, "StringStringEntryProto"):
            if part.number == 1:
                key = part.text(_NAME)
            else:
                yield MetadataEntry(at=self.node.at(part.start, part.length), key=key, text=part.text())
                self.ledger.words(f"metadata {key[:80]}", part)

    def conclude(self) -> Iterator[Yield]:
        """Yield what only the whole model tells: operators, what the graph selects and claims, stretches of weights."""
        ledger = self.ledger
        for domain, name in self.functions:
            if domain in ("", "ai.onnx", "ai.onnx.ml", "com.microsoft"):
                ledger.wrong("function", f"the model defines {ledger.short(name)} of {domain or 'ai.onnx'} itself")
        yield from ledger.operators(set(self.functions))
        if self.graphs:
            from weighbridge.formats.onnx.claims import claims
            from weighbridge.formats.onnx.selection import bypasses

            for program in self.graphs:
                yield from claims(program, self.functions, self.node)
                yield from bypasses(program, self.functions, self.node, "onnx")
        yield from ledger.drained()
        yield from ledger.remainder()
        yield from bulk.probe_heads(self.source, self.node, sorted(ledger.stretches), "tensor")
