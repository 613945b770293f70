"""Operators that blow up: constants that make a step give far more than the file holds (ONX-11).

Shapes, repeats and scales are followed through constants, the few operators that exporters compute shapes with, and
sizes from step to step. What depends on an input's values or on dimensions that are not fixed counts as one.
"""

from __future__ import annotations

from weighbridge.core.facts import ResourceClaim
from weighbridge.formats.onnx.program import ordered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import TypeAlias

    from weighbridge.formats.node import Node, Yield
    from weighbridge.formats.onnx.program import Constant, Program, Step

    Numbers: TypeAlias = tuple[float, ...]
    Functions: TypeAlias = Mapping[tuple[str, str], Program]

ELEMENTS = 1 << 30
"""Elements that one step may give by constants alone, four gigabytes of floats; honest ones stay below a hundredth."""
ITERATIONS = 1 << 40
"""Turns of a loop; exporters write the largest number of 64 bits, alone, for a loop that ends by its condition."""
EVALUATED = 200_000
"""Steps that are followed, those of a function each time that it is called."""

_TOLD = 8
_FEW = 64
_ENDLESS = 1 << 62
_PASSING = frozenset({"Identity", "Cast", "Unsqueeze", "Squeeze", "Reshape", "Flatten", "Transpose", "CastLike"})
_ELEMENTWISE = frozenset(
    {"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Relu", "Sigmoid", "Tanh", "Neg", "Abs", "Exp", "Where", "Clip",
     "Equal", "Less", "Greater", "Not", "And", "Or", "Sin", "Cos", "Sqrt", "Softmax", "Gelu", "Erf", "Dropout"}
)  # fmt: skip


class _Scope:
    """Values of one graph; what it does not have is asked of the graph around it."""

    __slots__ = ("constants", "outer", "sizes", "values")

    def __init__(self, constants: Mapping[str, Constant], outer: _Scope | None) -> None:
        self.constants = constants
        self.outer = outer
        self.values: dict[str, Numbers] = {}
        self.sizes: dict[str, int] = {}

    def value(self, name: str) -> Numbers | None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            if name in scope.constants:
                return scope.constants[name].numbers
            scope = scope.outer
        return None

    def size(self, name: str) -> int:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.sizes:
                return scope.sizes[name]
            if name in scope.constants:
                return max(1, scope.constants[name].count)
            scope = scope.outer
        return 1


class _Claims:
    def __init__(self, functions: Functions, node: Node) -> None:
        self.functions = functions
        self.node = node
        self.steps = 0
        self.told = 0

    def program(self, program: Program, scope: _Scope, depth: int) -> Iterator[Yield]:
        for name, shape in program.inputs.items():
            if shape is not None and name not in program.constants:
                scope.sizes.setdefault(name, _product(shape))
        for step in ordered(program):
            self.steps += 1
            if self.steps > EVALUATED or self.told >= _TOLD:
                return
            yield from self._step(step, scope, depth)

    def _step(self, step: Step, scope: _Scope, depth: int) -> Iterator[Yield]:
        if depth < _FEW:
            for body in step.bodies.values():
                yield from self.program(body, _Scope(body.constants, scope), depth + 1)
        function = self.functions.get((step.domain or "ai.onnx", step.op)) or self.functions.get((step.domain, step.op))
        if function is not None and depth < _FEW:
            inner = _Scope(function.constants, None)
            for formal, given in zip(function.inputs, step.inputs, strict=False):
                inner.sizes[formal] = scope.size(given)
                numbers = scope.value(given)
                if numbers is not None:
                    inner.values[formal] = numbers
            yield from self.program(function, inner, depth + 1)
            for formal, given in zip(function.outputs, step.outputs, strict=False):
                scope.sizes[given] = inner.size(formal)
            return
        if step.domain or not step.outputs:
            return
        if step.op == "Loop" and step.inputs:
            turns = _first(scope.value(step.inputs[0]))
            if ITERATIONS < turns < _ENDLESS:
                yield self._told(f"turns of {step.named()[:120]}", turns, ITERATIONS, "turns")
        folded = _folded(step, scope)
        if folded is not None and len(folded) <= _FEW:
            scope.values[step.outputs[0]] = folded
        size = min(_given(step, scope), _ENDLESS)
        if size > 1:
            for name in step.outputs[:1]:
                scope.sizes[name] = size
        if size > ELEMENTS and size > 2 * max((scope.size(name) for name in step.inputs), default=1):
            yield self._told(f"output of {step.named()[:120]}", size, ELEMENTS, "elements")

    def _told(self, what: str, claimed: int, limit: int, unit: str) -> ResourceClaim:
        self.told += 1
        return ResourceClaim(at=self.node.at(), what=what, claimed=claimed, limit=limit, unit=unit)


def claims(program: Program, functions: Functions, node: Node) -> Iterator[Yield]:
    """Yield the steps of a graph that give far more than an honest one."""
    yield from _Claims(functions, node).program(program, _Scope(program.constants, None), 0)


def _given(step: Step, scope: _Scope) -> int:
    """Say how many elements a step gives at least."""
    op, inputs = step.op, step.inputs
    own = scope.size(inputs[0]) if inputs else 1
    values = [scope.value(name) if name else None for name in inputs]
    second = values[1] if len(values) > 1 else None
    found = 1
    if op == "ConstantOfShape":
        found = _product(values[0]) if values else 1
    elif op == "Expand":
        found = max(own, _product(second))
    elif op == "Tile":
        found = own * _product(second)
    elif op == "OneHot":
        found = own * max(1, _first(second))
    elif op == "Range" and len(values) == 3 and all(values):
        start, limit, delta = (number[0] for number in values if number)
        found = _whole((limit - start) / delta) if delta else 1
    elif op in ("RandomNormal", "RandomUniform"):
        found = _product(step.numbers.get("shape"))
    elif op in ("Resize", "Upsample"):
        scales = next((numbers for numbers in (*values[1:3], step.numbers.get("scales")) if numbers), None)
        found = max(own * _product(scales), _product(values[3] if len(values) > 3 else None))
    elif op == "Pad":
        found = own + max((_whole(number) for number in second or ()), default=0)
    elif op == "Concat":
        found = sum(scope.size(name) for name in inputs)
    elif op in _PASSING:
        found = own
    elif op in _ELEMENTWISE:
        found = max((scope.size(name) for name in inputs), default=1)
    return found


def _folded(step: Step, scope: _Scope) -> Numbers | None:
    """Compute the few operators that shapes are computed with."""
    op, inputs = step.op, step.inputs
    if op in _PASSING and inputs:
        return scope.value(inputs[0])
    if op == "Shape" and inputs:
        constant = scope.constants.get(inputs[0])
        return tuple(constant.shape) if constant is not None and not step.numbers else None
    if op not in ("Concat", "Mul", "Add", "Sub", "Div"):
        return None
    known = [scope.value(name) for name in inputs]
    values = [numbers for numbers in known if numbers]
    if len(values) != len(known) or not values:
        return None
    if op == "Concat":
        return tuple(number for numbers in values for number in numbers[:_FEW])[: _FEW + 1]
    if len(values) != 2:
        return None
    left, right = values
    length = max(len(left), len(right))
    if {len(left), len(right)} - {1, length}:
        return None
    pairs = [(left[at % len(left)], right[at % len(right)]) for at in range(length)]
    return tuple(_computed(op, one, other) for one, other in pairs)


def _computed(op: str, one: float, other: float) -> float:
    if op == "Mul":
        return _bounded(one * other)
    if op == "Add":
        return _bounded(one + other)
    if op == "Sub":
        return _bounded(one - other)
    return _bounded(one / other) if other else 0


def _bounded(number: float) -> float:
    return number if -_ENDLESS < number < _ENDLESS else (_ENDLESS if number > 0 else -_ENDLESS)


def _product(numbers: Iterable[float] | None) -> int:
    """Multiply dimensions or scales; what is not fixed counts as one."""
    product: float = 1
    for number in numbers or ():
        if number > 0:
            product = min(product * number, _ENDLESS)
    return _whole(product)


def _first(numbers: Numbers | None) -> int:
    return _whole(numbers[0]) if numbers else 1


def _whole(number: float) -> int:
    """Round to a whole number; what is none, or endless, is bounded."""
    return int(number) if -_ENDLESS < number < _ENDLESS else (_ENDLESS if number > 0 else 1)
