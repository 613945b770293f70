"""GraphProto, NodeProto and FunctionProto: walked whole, subgraphs included, into facts and a program.

Source: ``onnx.proto``. A graph within a graph costs a reader three messages of depth, and the reference implementation
ends at a hundred.
"""

from __future__ import annotations

from sys import intern

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import OverLimit
from weighbridge.formats.node import Child, Stored
from weighbridge.formats.onnx import schema, tensors
from weighbridge.formats.onnx.program import Constant, Program, Step
from weighbridge.formats.protobuf import BYTES, VARINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.formats.node import Yield
    from weighbridge.formats.onnx.ledger import Ledger
    from weighbridge.formats.protobuf import Field

DEPTH = 32
"""Graphs within each other."""

STEPS = 200_000
"""Nodes that are kept for questions about the graph, some 500 bytes each; unrolled language models have 20,000."""

_NAME = 1_024
_FEW = tensors.FEW
_TEXTS = 4
_SHORT = 120
_STANDARD = ("", "ai.onnx")
_OPAQUE = 1 << 12  # bytes from which a text attribute is handed on
_DECLARED = 16  # elements from which a constant inside the graph is told as a tensor


class _Attributes:
    """What the attributes of one node say."""

    __slots__ = ("bodies", "constants", "numbers", "texts")

    def __init__(self) -> None:
        self.numbers: dict[str, tuple[float, ...]] = {}
        self.texts: list[tuple[str, str]] = []
        self.bodies: dict[str, Program] = {}
        self.constants: dict[str, Constant] = {}

    def shown(self) -> tuple[str, ...]:
        """A few attributes that are text, for people."""
        return tuple(f"{key}={text}"[:_SHORT] for key, text in self.texts[:_TEXTS])

    def all_numbers(self) -> dict[str, tuple[float, ...]]:
        """Numbers, those of small tensors among them (the value of ConstantOfShape)."""
        few = {key: one.numbers for key, one in self.constants.items() if one.numbers is not None}
        return self.numbers | few

    def constant(self) -> Constant:
        """What a Constant node with these attributes gives."""
        for constant in self.constants.values():
            return constant
        for found in self.numbers.values():
            return Constant(len(found), found, () if len(found) == 1 else (len(found),))
        return Constant(len(self.texts), None, (), self.texts[0][1] if self.texts else "")


class GraphReader:
    """Walks graphs and functions of one model; ``kept`` counts the nodes that are kept."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.kept = 0

    def graph(self, field: Field, program: Program, scope: str, depth: int = 0) -> Iterator[Yield]:
        """Walk a graph; ``program`` takes in what it does."""
        if depth >= DEPTH:
            raise OverLimit(f"more than {DEPTH} graphs within each other", offset=field.offset)
        ledger = self.ledger
        for part in ledger.known(field, schema.GRAPH, "GraphProto"):
            number = part.number
            if number == 1:
                yield from self._node(part, program, scope, depth)
            elif number == 5:
                name, constant = tensors.read(part, ledger, "", declare=True)
                program.constants[intern(name)] = constant
            elif number == 15:
                name, constant = self._sparse(part, "")
                program.constants[name] = constant
            elif number == 11:
                name, shape = self._value(part)
                program.inputs[name] = shape
            elif number == 12:
                program.outputs.append(self._value(part)[0])
            elif number == 13:
                self._value(part)
            elif number == 10:
                ledger.words(f"doc_string of {scope}", part) if depth == 0 else ledger.note(part)
            elif number == 16:
                ledger.note(part, is_pair=True)
            elif number == 14:
                for inner in ledger.known(part, schema.ANNOTATION, "TensorAnnotation"):
                    if inner.number == 2:
                        ledger.note(inner, is_pair=True)
            if ledger.facts:
                yield from ledger.drained()

    def function(self, field: Field) -> Iterator[Yield]:
        """Walk a local function; the program's name is ``domain.name``, see ``signature``."""
        ledger, program = self.ledger, Program()
        domain = name = ""
        nodes: list[Field] = []
        for part in ledger.known(field, schema.FUNCTION, "FunctionProto"):
            number = part.number
            if number == 1:
                name = part.text(_NAME)
            elif number == 10:
                domain = part.text(_NAME)
            elif number == 4:
                program.inputs[intern(part.text(_NAME))] = None
            elif number == 5:
                program.outputs.append(intern(part.text(_NAME)))
            elif number == 7:
                nodes.append(part)
            elif number == 8:
                ledger.note(part)
            elif number == 14:
                ledger.note(part, is_pair=True)
            elif number == 12:
                self._value(part)
            elif number == 11:
                yield from self._attribute(part, _Attributes(), "function attribute", 0)
        self.signature = (domain, name)
        self.program = program
        program.name = f"function {domain}.{name}"
        for part in nodes:
            yield from self._node(part, program, program.name, 0)
        yield from ledger.drained()

    signature: tuple[str, str] = ("", "")
    program: Program = Program()

    def _node(self, field: Field, program: Program, scope: str, depth: int) -> Iterator[Yield]:
        ledger = self.ledger
        inputs: list[str] = []
        outputs: list[str] = []
        name = op = domain = ""
        attributes: list[Field] = []
        for part in field.fields():
            number = part.number
            if part.kind != BYTES or not 0 < number < 11:
                ledger.unknown(part, "NodeProto")
            elif number == 1:
                inputs.append(intern(part.text(_NAME)))
            elif number == 2:
                outputs.append(intern(part.text(_NAME)))
            elif number == 4:
                op = intern(part.text(_NAME))
            elif number == 5:
                attributes.append(part)
            elif number == 3:
                name = part.text(_NAME)
            elif number == 7:
                domain = intern(part.text(_NAME))
            elif number == 6:
                ledger.note(part)
            elif number == 9:
                ledger.note(part, is_pair=True)
        held = _Attributes()
        for part in attributes:
            yield from self._attribute(part, held, f"{scope}/{name or op}", depth)
        standard = domain in _STANDARD
        texts = () if standard or domain == "ai.onnx.ml" else held.shown()
        ledger.operator("ai.onnx" if standard else domain, op, scope, texts, field)
        if op == "EPContext":
            self._context(held, field)
        if standard and op == "Constant" and outputs:
            program.constants[outputs[0]] = held.constant()
        elif self.kept < STEPS:
            self.kept += 1
            step = Step(
                op, tuple(inputs), tuple(outputs), domain="" if standard else domain, name=name,
                numbers=held.all_numbers(), bodies=held.bodies,
            )  # fmt: skip
            program.steps.append(step)
        elif self.kept == STEPS:
            self.kept += 1
            yield ledger.node.gap(GapKind.OVER_LIMIT, f"more than {STEPS} nodes: what they select is not followed")

    def _attribute(self, field: Field, node: _Attributes, scope: str, depth: int) -> Iterator[Yield]:
        """Walk an attribute; its fields may stand in any order, so what they say is filed under its name at the end."""
        ledger = self.ledger
        name = ""
        found: list[float] = []
        words: list[str] = []
        held: list[Constant] = []
        inner: list[Program] = []
        for part in ledger.known(field, schema.ATTRIBUTE, "AttributeProto"):
            number = part.number
            if number == 1:
                name = intern(part.text(_NAME))
            elif number in (2, 3, 7, 8):
                if len(found) < _FEW:
                    found += _numbers(part)
            elif number in (4, 9):
                if len(words) < _FEW:
                    words.append(part.text(_NAME))
                if part.length >= _OPAQUE or _is_telling(part):
                    self._wrapped(name, part)
            elif number in (5, 10):
                held.append(tensors.read(part, ledger, name, declare=part.length > 8 * _DECLARED)[1])
            elif number in (22, 23):
                held.append(self._sparse(part, name)[1])
            elif number in (6, 11):
                inner.append(Program(f"{scope}/{name or 'graph'}"))
                yield from self.graph(part, inner[-1], inner[-1].name, depth + 1)
            elif number == 13:
                ledger.note(part)
        if found:
            node.numbers[name] = tuple(found)
        node.texts += [(name, text) for text in words]
        node.constants.update((name, constant) for constant in held)
        for place, body in enumerate(inner):
            node.bodies[f"{name}[{place}]" if place else name] = body

    def _wrapped(self, name: str, part: Field) -> None:
        """Hand on a text attribute that begins like something else, or is long enough to be anything."""
        child = Child(f"attribute {name}", Stored(part.source), offset=part.start, role="tensor", quiet=True)
        self.ledger.facts.append(child)

    def _context(self, attributes: _Attributes, field: Field) -> None:
        """An EPContext node holds the program of a vendor's compiler, or names the file that does."""
        held = dict(attributes.texts).get("ep_cache_context", "")
        if attributes.numbers.get("embed_mode", (1,)) == (0,) and held:
            at = self.ledger.node.at(field.offset, field.end - field.offset)
            self.ledger.facts.append(tensors.external(at, held, "ep_cache_context", "context"))

    def _sparse(self, field: Field, label: str) -> tuple[str, Constant]:
        """A sparse tensor is two tensors and a shape; its name is that of the values."""
        name, count = label, 0
        for part in self.ledger.known(field, schema.SPARSE, "SparseTensorProto"):
            if part.number == 1:
                name, constant = tensors.read(part, self.ledger, label, declare=True)
                count = constant.count
            elif part.number == 2:
                tensors.read(part, self.ledger, label, declare=True)
        return intern(name), Constant(count)

    def _value(self, field: Field) -> tuple[str, tuple[int, ...] | None]:
        """Read the name of a value and its shape, -1 for what is not fixed; None where no rank is told."""
        name, shape = "", None
        for part in self.ledger.known(field, schema.VALUE_INFO, "ValueInfoProto"):
            if part.number == 1:
                name = intern(part.text(_NAME))
            elif part.number == 2:
                shape = _shape(part)
            elif part.number == 3:
                self.ledger.note(part)
            elif part.number == 4:
                self.ledger.note(part, is_pair=True)
        return name, shape


def _shape(field: Field) -> tuple[int, ...] | None:
    """Read the shape out of a TypeProto of a tensor."""
    for kind in field.fields():
        if kind.number == 1 and kind.kind == BYTES:
            for part in kind.fields():
                if part.number == 2 and part.kind == BYTES:
                    return tuple(_dimension(dim) for dim in part.fields() if dim.number == 1 and dim.kind == BYTES)
    return None


def _dimension(field: Field) -> int:
    for part in field.fields():
        if part.number == 1 and part.kind == VARINT:
            return max(-1, part.signed())
    return -1


def _numbers(part: Field) -> tuple[float, ...]:
    """Read numbers of an attribute: one, or a packed few; more than a few are weights and of no interest here."""
    if part.number in (2, 7):
        if part.kind != BYTES:
            return (part.number_f32(),)
        return tensors.floats(part) if part.length <= 4 * _FEW else ()
    if part.kind == BYTES and part.length > 10 * _FEW:
        return ()
    return tuple(value - (1 << 64) if value >> 63 else value for value in part.packed())


def _is_telling(part: Field) -> bool:
    from weighbridge.formats.bulk import begins_like_something

    return part.length > 16 and begins_like_something(part.source)
