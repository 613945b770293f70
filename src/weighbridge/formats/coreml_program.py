"""ML programs of CoreML: functions, blocks and operations of MIL, and the files that hold their weights.

Source: ``MIL.proto`` of coremltools 9.0.
"""

from __future__ import annotations

from sys import intern

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import OverLimit
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats.onnx.program import Constant, Program, Step
from weighbridge.formats.paths import escapes
from weighbridge.formats.protobuf import BYTES, VARINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import TypeAlias

    from weighbridge.formats.node import Yield
    from weighbridge.formats.onnx.ledger import Ledger
    from weighbridge.formats.protobuf import Field

    Pair: TypeAlias = tuple[str, Field | None]

DEPTH = 32
"""Blocks within each other."""
STEPS = 200_000
"""Operations that are kept for questions about the graph."""

MODEL_PATH = "@model_path/"
"""Stands for the directory of the model in the names of weight files."""

_NAME = 1_024
_BLOCK = dict.fromkeys((1, 2, 3, 4), (BYTES,))
_OPERATION = dict.fromkeys((1, 2, 3, 4, 5), (BYTES,))
_ORDER = ("cond", "pred", "x", "a", "data", "y", "b", "weight", "indices", "axes", "begin", "end", "updates")
"""Arguments in the order in which ONNX has them; the others follow as they stand."""
_TRANSLATED = {
    "equal": "Equal", "not_equal": "NotEqual", "less": "Less", "less_equal": "LessOrEqual", "greater": "Greater",
    "greater_equal": "GreaterOrEqual", "logical_and": "And", "logical_or": "Or", "logical_not": "Not",
    "logical_xor": "Xor", "select": "Where", "mul": "Mul", "add": "Add", "sub": "Sub", "real_div": "Div", "mod": "Mod",
    "maximum": "Max", "minimum": "Min", "pow": "Pow", "linear": "MatMul", "matmul": "MatMul", "conv": "Conv",
    "conv_transpose": "ConvTranspose", "einsum": "Einsum", "lstm": "LSTM", "gru": "GRU", "rnn": "RNN",
    "batch_norm": "BatchNormalization", "layer_norm": "LayerNormalization", "gather": "Gather",
    "gather_along_axis": "GatherElements", "gather_nd": "GatherND", "slice_by_index": "Slice",
    "slice_by_size": "Slice", "cast": "Cast", "reduce_max": "ReduceMax", "reduce_min": "ReduceMin",
    "reduce_sum": "ReduceSum", "reduce_prod": "ReduceProd", "reduce_mean": "ReduceMean", "reduce_argmax": "ArgMax",
    "reduce_argmin": "ArgMin", "shape": "Shape", "sign": "Sign", "relu": "Relu", "clip": "Clip", "scatter": "Scatter",
    "scatter_along_axis": "ScatterElements", "scatter_nd": "ScatterND", "concat": "Concat", "cond": "If",
}  # fmt: skip


def read(field: Field, ledger: Ledger, scope: str) -> Generator[Yield, None, list[Program]]:
    """Walk a program; gives one graph for each function."""
    reader = _Reader(ledger)
    programs: list[Program] = []
    for part in ledger.known(field, {1: (VARINT,), 2: (BYTES,), 3: (BYTES,), 4: (BYTES,)}, "Program"):
        if part.number == 2:
            name, function = _pair(part)
            if function is not None:
                program = Program(f"{scope}/{name}")
                programs.append(program)
                yield from reader.function(function, program)
        elif part.number == 3:
            ledger.note(part)
    return programs


class _Reader:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.kept = 0
        self.dims: dict[str, tuple[int, ...]] = {}

    def function(self, field: Field, program: Program) -> Iterator[Yield]:
        """Walk a function: its inputs, and its block for each operation set."""
        for part in self.ledger.known(field, dict.fromkeys((1, 2, 3, 4), (BYTES,)), "Function"):
            if part.number == 1:
                name, dims = _typed(part)
                program.inputs[name] = dims
                self.dims[name] = dims or ()
            elif part.number == 3:
                block = _pair(part)[1]
                if block is not None:
                    yield from self.block(block, program, 0)

    def block(self, field: Field, program: Program, depth: int) -> Iterator[Yield]:
        """Walk a block."""
        if depth > DEPTH:
            raise OverLimit(f"more than {DEPTH} blocks within each other", offset=field.offset)
        for part in self.ledger.known(field, _BLOCK, "Block"):
            if part.number == 2:
                program.outputs.append(intern(part.text(_NAME)))
            elif part.number == 3:
                yield from self._operation(part, program, depth)
                yield from self.ledger.drained()

    def _operation(self, field: Field, program: Program, depth: int) -> Iterator[Yield]:
        ledger = self.ledger
        kind = text = ""
        arguments: dict[str, list[str]] = {}
        outputs: list[str] = []
        bodies: dict[str, Program] = {}
        for part in ledger.known(field, _OPERATION, "Operation"):
            if part.number == 1:
                kind = intern(part.text(_NAME))
            elif part.number == 3:
                name, dims = _typed(part)
                outputs.append(name)
                self.dims[name] = dims or ()
            elif part.number == 4:
                body = bodies[f"block {len(bodies)}"] = Program(f"{program.name}/{kind}")
                yield from self.block(part, body, depth + 1)
            else:
                key, held = _pair(part)
                if held is None:
                    continue
                if part.number == 2:
                    arguments[key] = list(self._bound(held, program))
                elif key == "val":
                    text = self._value(held)
                else:
                    self._value(held)
        ledger.operator("mil", kind, program.name, (), field)
        if kind == "const" or kind.startswith("constexpr"):
            for name in outputs:
                program.constants[name] = Constant(_count(self.dims[name]), text=text)
        elif self.kept < STEPS:
            self.kept += 1
            program.steps.append(self._step(kind, arguments, outputs, bodies, program))
        elif self.kept == STEPS:
            self.kept += 1
            reason = f"more than {STEPS} operations: what they select is not followed"
            yield ledger.node.gap(GapKind.OVER_LIMIT, reason)

    def _step(
        self,
        kind: str,
        arguments: dict[str, list[str]],
        outputs: list[str],
        bodies: dict[str, Program],
        program: Program,
    ) -> Step:
        ordered = [*(key for key in _ORDER if key in arguments), *(key for key in arguments if key not in _ORDER)]
        inputs = [name for key in ordered for name in arguments[key]]
        op = _TRANSLATED.get(kind, "Body" if bodies else kind)
        numbers: dict[str, tuple[float, ...]] = {}
        if op == "Cast":
            wanted = [program.constants[name].text for name in arguments.get("dtype", ()) if name in program.constants]
            numbers["to"] = (9.0,) if wanted == ["bool"] else ()
        elif op == "Slice" and outputs and inputs:
            before, after = self.dims.get(inputs[0], ()), self.dims.get(outputs[0], ())
            ones = max(0, after.count(1) - before.count(1) + len(before) - len(after))
            numbers = {"starts": (0.0,) * ones, "ends": (1.0,) * ones}
        return Step(op, inputs, outputs, numbers=numbers, bodies=bodies)

    def _bound(self, field: Field, program: Program) -> Iterator[str]:
        """Yield the names that an argument is bound to; a value given in place becomes a constant."""
        for binding in field.fields():
            for part in binding.fields() if binding.number == 1 and binding.kind == BYTES else ():
                if part.number == 1 and part.kind == BYTES:
                    yield intern(part.text(_NAME))
                elif part.number == 2 and part.kind == BYTES:
                    name = f"value at {part.start}"
                    program.constants[name] = Constant(max(1, part.length // 4), text=self._value(part))
                    yield name

    def _value(self, field: Field) -> str:
        """See a value: one that lies in another file names it; give the text of one that is a single text."""
        text = ""
        for part in field.fields():
            if part.kind != BYTES:
                self.ledger.unknown(part, "Value")
            elif part.number == 1:
                self.ledger.note(part)
            elif part.number == 3 and part.length <= _NAME:
                text = _text(part)
            elif part.number == 5:
                for inner in part.fields():
                    if inner.number == 1 and inner.kind == BYTES:
                        self._file(inner)
        return text

    def _file(self, field: Field) -> None:
        name = field.text(_NAME)
        if name in self.ledger.files or len(self.ledger.files) >= self.ledger.MOST:
            return
        self.ledger.files.add(name)
        self.ledger.facts.append(
            Reference(
                at=self.ledger.node.at(field.start, field.length), relation="weights", kind=Target.PATH, target=name,
                key="blobFileValue", escapes=escapes(name.removeprefix(MODEL_PATH)), when=When.LOAD,
            )
        )  # fmt: skip


def _pair(field: Field) -> Pair:
    """Read an entry of a map."""
    key, held = "", None
    for part in field.fields():
        if part.number == 1 and part.kind == BYTES:
            key = intern(part.text(_NAME))
        elif part.number == 2 and part.kind == BYTES:
            held = part
    return key, held


def _typed(field: Field) -> tuple[str, tuple[int, ...] | None]:
    """Read a NamedValueType: a name, and the dimensions if it is a tensor, -1 for those not fixed."""
    name, dims = "", None
    for part in field.fields():
        if part.number == 1 and part.kind == BYTES:
            name = intern(part.text(_NAME))
        elif part.number == 2 and part.kind == BYTES:
            for kind in part.fields():
                if kind.number == 1 and kind.kind == BYTES:
                    dims = tuple(_dimension(dim) for dim in kind.fields() if dim.number == 3 and dim.kind == BYTES)
    return name, dims


def _text(immediate: Field) -> str:
    """Read ``ImmediateValue.tensor.strings.values``, if that is what it holds."""
    inner: list[Field] = [immediate]
    for number in (1, 4, 1):
        inner = [part for field in inner for part in field.fields() if part.number == number and part.kind == BYTES]
    return inner[0].text(_NAME) if inner else ""


def _count(dims: tuple[int, ...]) -> int:
    count = 1
    for dim in dims:
        count *= max(dim, 1)
    return count


def _dimension(field: Field) -> int:
    for part in field.fields():
        if part.number == 1 and part.kind == BYTES:
            for size in part.fields():
                if size.number == 1 and size.kind == VARINT:
                    return min(size.value, 1 << 40)
    return -1
