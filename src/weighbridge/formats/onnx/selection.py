"""Backdoors built of operators (ShadowLogic): a sign in the input is recognised, and chooses the answer.

The criterion. Values are followed from the inputs of the graph in order, with what they depend on:

* *raw*: the values of inputs, moved, cut or computed with, but not yet compared, and met by no learned operator;
* *mask*: the outcome of a comparison that still has a position: one answer for each token, pixel or step;
* *flag*: an outcome that stands for a whole example: the comparison of a reduction, of a checksum, of an element at a
  fixed place, or a reduction of a mask (any, all, product);
* *learned*: what a learned operator gave, one that multiplies with, or looks up in, a constant of ``WEIGHTS`` elements.

What depends on the shape of an input only is none of these. It is told when a *flag* that depends on an input which
also goes into a learned operator, so on what the model is asked and not on a switch of its own,

* is the condition of a Where or If of which a side is learned, or that puts a constant of ``PATTERN`` elements in the
  place of an input; or is the index of a Gather out of learned values;
* or is joined by arithmetic, a scatter or a concatenation with learned values, and what comes out reaches an output of
  the graph without another learned operator.

So honest graphs are silent that mask with comparisons (a mask has positions), that count tokens, that shift or clip
indices before a look-up, that branch on shapes, or on an input which nothing but the branch reads (a sample rate, a
cache switch), or whose comparisons begin behind the first learned operator (thresholds, suppression, routing).

Limits, none of which a static look can lift: a trigger that a learned operator recognises (a convolution that somebody
built is as good as a trained one), a mask that overrides the answer position by position, an input made for the
trigger, and comparisons built of other operators than those listed.

Source: ShadowLogic (HiddenLayer 2024), arXiv:2511.00664.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.programs import SelectionBypass
from weighbridge.formats.onnx.program import ordered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from weighbridge.formats.node import Node, Yield
    from weighbridge.formats.onnx.program import Constant, Program, Step

    Functions: TypeAlias = Mapping[tuple[str, str], Program]

WEIGHTS = 32
"""Elements from which a constant is taken for weights; colour matrices and window sums have fewer."""
PATTERN = 32
"""Elements from which a constant in the place of an input is another input and not a filler."""
EVALUATED = 200_000
"""Steps that are followed, those of a function or body each time that it is met."""
DEPTH = 32
"""Bodies and functions within each other that are followed."""

_TOLD = 8
_RANK = 64  # axes that a reduction can have
_ANY_RANK = 2  # dimensions with a position that an input has of which no shape is told

_COMPARE = frozenset(
    {"Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "NotEqual", "IsNaN", "IsInf", "Sign", "StringEqual"}
)
_LOGIC = frozenset({"Not", "And", "Or", "Xor", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseNot"})
_STEPLIKE = frozenset({"Relu", "Sign", "Floor", "Ceil", "Round", "Mod", "Clip", "HardSigmoid", "Sigmoid", "Min"})
"""What makes a yes or no of a count."""
_SHAPES = frozenset({"Shape", "Size", "RandomNormalLike", "RandomUniformLike", "Bernoulli", "EyeLike"})
_MULTIPLY = frozenset(
    {"Conv", "ConvTranspose", "MatMul", "Gemm", "MatMulInteger", "ConvInteger", "QLinearConv", "QLinearMatMul", "LSTM",
     "GRU", "RNN", "Einsum", "DeformConv", "Gather", "GatherElements", "GatherND", "BatchNormalization",
     "LayerNormalization", "InstanceNormalization", "GroupNormalization", "Attention"}
)  # fmt: skip
_LOOKUP = frozenset({"Gather", "GatherElements", "GatherND"})
_IN_ATTRIBUTES = frozenset(
    {"TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor", "LinearClassifier", "LinearRegressor",
     "SVMClassifier", "SVMRegressor"}
)  # fmt: skip
_ANY_ALL = frozenset({"ReduceMax", "ReduceMin", "ReduceProd", "ReduceLogicalAnd", "ReduceLogicalOr"})
_REDUCE = frozenset(
    {"ReduceSum", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp", "ArgMax",
     "ArgMin", "GlobalMaxPool", "GlobalAveragePool", "TopK"}
) | _ANY_ALL  # fmt: skip
_JOIN = frozenset(
    {"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "Mod", "ScatterElements", "ScatterND", "Scatter",
     "Concat", "Clip", "BitwiseXor", "BitwiseOr", "BitwiseAnd"}
)  # fmt: skip


class _State:
    """What a value depends on: sets of inputs as bits; ``places`` are dimensions that still have a position."""

    __slots__ = ("count", "flag", "learned", "mask", "origin", "pending", "places", "raw", "table")

    def __init__(self) -> None:
        self.raw = self.mask = self.count = self.flag = 0
        self.places = 0
        self.learned = False
        self.table = 0
        self.origin: tuple[str, str] = ("", "")
        self.pending: tuple[_Candidate, ...] = ()

    @property
    def compared(self) -> int:
        return self.mask | self.flag


class _Candidate:
    """A selection that is told if its inputs turn out to be data, at once or when it reaches an output."""

    __slots__ = ("bits", "compare", "constant", "output", "select")

    def __init__(self, bits: int, state: _State, select: str) -> None:
        self.bits = bits
        self.compare, self.constant = state.origin
        self.select = select
        self.output = ""


_PLAIN = _State()


class _Scope:
    __slots__ = ("constants", "outer", "states")

    def __init__(self, constants: Mapping[str, Constant], outer: _Scope | None) -> None:
        self.constants = constants
        self.outer = outer
        self.states: dict[str, _State] = {}

    def state(self, name: str) -> _State:
        scope: _Scope | None = self
        while scope is not None:
            found = scope.states.get(name)
            if found is not None:
                return found
            constant = scope.constants.get(name)
            if constant is not None:
                made = _PLAIN
                if constant.count > 1:
                    made = _State()
                    made.table = constant.count
                return made
            scope = scope.outer
        return _PLAIN

    def constant(self, name: str) -> Constant | None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.states:
                return None
            if name in scope.constants:
                return scope.constants[name]
            scope = scope.outer
        return None


def bypasses(program: Program, functions: Functions, node: Node, framework: str) -> Iterator[Yield]:
    """Yield the selections of a graph that its inputs' values decide before anything learned sees them."""
    follower = _Follower(functions)
    scope = _Scope(program.constants, None)
    bits: dict[str, int] = {}
    for name, shape in program.inputs.items():
        if name in program.constants:
            continue
        state = _State()
        state.raw = bits[name] = 1 << len(bits)
        state.places = _ANY_RANK if shape is None else sum(dim != 1 for dim in shape[1:]) or int(len(shape) == 1)
        scope.states[name] = state
    if not bits or not program.outputs:
        return
    follower.program(program, scope, 0)
    if follower.evaluated > EVALUATED:
        yield node.gap(
            GapKind.OVER_LIMIT, f"more than {EVALUATED} steps: what the graph selects is followed up to there"
        )
    reached = [(name, candidate) for name in program.outputs for candidate in scope.state(name).pending]
    for name, candidate in reached:
        candidate.output = candidate.output or name
    found = [*follower.candidates, *(candidate for _, candidate in reached)]
    told: set[tuple[str, str]] = set()
    for candidate in found:
        key = (candidate.compare, candidate.select)
        if not candidate.bits & follower.data or key in told or len(told) >= _TOLD:
            continue
        told.add(key)
        yield SelectionBypass(
            at=node.at(),
            framework=framework,
            compare=candidate.compare,
            select=candidate.select,
            output=candidate.output or ", ".join(program.outputs[:3])[:120],
            constant=candidate.constant,
        )


class _Follower:
    """Follows values through a program; ``data`` are the inputs that learned operators see."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self.candidates: list[_Candidate] = []
        self.data = 0
        self.evaluated = 0

    def program(self, program: Program, scope: _Scope, depth: int) -> None:
        for step in ordered(program):
            self.evaluated += 1
            if self.evaluated > EVALUATED:
                return
            self.step(step, scope, depth)

    def step(self, step: Step, scope: _Scope, depth: int) -> None:
        states = [scope.state(name) for name in step.inputs if name]
        function = self.functions.get((step.domain or "ai.onnx", step.op)) or self.functions.get((step.domain, step.op))
        if function is not None:
            if depth < DEPTH:
                self._call(step, function, scope, depth)
            return
        if step.bodies:
            if depth < DEPTH:
                self._bodies(step, states, scope, depth)
            return
        if all(state is _PLAIN for state in states):
            return
        for name in step.outputs:
            scope.states[name] = self._result(step, states, scope)

    # -- bodies ---------------------------------------------------------------------------------------------------

    def _call(self, step: Step, function: Program, scope: _Scope, depth: int) -> None:
        inner = _Scope(function.constants, None)
        for formal, given in zip(function.inputs, step.inputs, strict=False):
            inner.states[formal] = scope.state(given)
        self.program(function, inner, depth + 1)
        for formal, given in zip(function.outputs, step.outputs, strict=False):
            scope.states[given] = inner.state(formal)

    def _bodies(self, step: Step, states: list[_State], scope: _Scope, depth: int) -> None:
        results: list[list[_State]] = []
        for body in step.bodies.values():
            inner = _Scope(body.constants, scope)
            given = list(step.inputs)
            if step.op == "Loop":
                given[:2] = ["", ""]  # the body counts turns and hands on a condition
            for formal, name in zip(body.inputs, given, strict=False):
                inner.states[formal] = scope.state(name) if name else _PLAIN
            self.program(body, inner, depth + 1)
            results.append([inner.state(name) for name in body.outputs])
        if step.op == "Loop":
            results = [found[1:] for found in results]
        condition = states[0] if step.op == "If" and states else _PLAIN
        for place, name in enumerate(step.outputs):
            sides = [found[place] for found in results if place < len(found)]
            scope.states[name] = self._chosen(step, condition, sides)

    def _chosen(self, step: Step, condition: _State, sides: list[_State]) -> _State:
        """What a Where or If gives."""
        made = _merged([*sides, condition] if not condition.learned else sides)
        made.raw = made.raw & ~condition.raw | _bits(sides, "raw")
        if condition.flag and not condition.learned:
            learned = [side.learned for side in sides]
            replaced = any(side.raw for side in sides) and any(side.table >= PATTERN and not side.raw for side in sides)
            if any(learned) or replaced:
                self.candidates.append(_Candidate(condition.flag, condition, step.named()))
        made.learned = made.learned or condition.learned
        return made

    # -- single steps ---------------------------------------------------------------------------------------------

    def _result(self, step: Step, states: list[_State], scope: _Scope) -> _State:
        op = step.op
        if op in _SHAPES:
            return _PLAIN
        if op == "Where" and len(states) == 3:
            return self._chosen(step, states[0], states[1:])
        if self._is_learned(step, states):
            return self._learned(states)
        made = _merged(states)
        if made.learned:
            flags = _bits(states, "flag")
            if flags and (op in _JOIN or op in _LOOKUP):
                self._join(step, states, made)
            made.raw = made.mask = made.flag = made.count = 0
            return made
        if op in _COMPARE or (op == "Cast" and step.numbers.get("to") == (9,)):
            _compare(step, made, scope)
        elif op in _LOGIC:
            if made.raw and not made.compared:  # a boolean input
                _compare(step, made, scope)
        elif op in _REDUCE:
            _reduce(step, made, scope)
        elif op in {"Slice", "Gather", "GatherND", "GatherElements", "Squeeze", "Split"}:
            _pick(step, made, scope)
        if made.count and op in _STEPLIKE and not made.places and _is_step(step, scope):
            made.flag |= made.count
            made.count = 0
        _settle(made)
        return made

    @staticmethod
    def _is_learned(step: Step, states: list[_State]) -> bool:
        op = step.op
        if op in _IN_ATTRIBUTES:
            return True
        if op in _LOOKUP:
            return bool(states) and states[0].table >= WEIGHTS and not states[0].raw and not states[0].learned
        return (op in _MULTIPLY or step.domain != "") and any(
            state.learned or (state.table >= WEIGHTS and not state.raw and not state.compared) for state in states
        )

    def _learned(self, states: list[_State]) -> _State:
        made = _State()
        made.learned = True
        if all(not (state.raw or state.compared or state.count or state.learned) for state in states):
            made = _State()  # constants only
            made.table = max((state.table for state in states), default=0)
            return made
        for state in states:
            if not state.learned:
                self.data |= state.raw | state.mask
        return made

    def _join(self, step: Step, states: list[_State], made: _State) -> None:
        for state in states:
            if state.flag and not state.learned:
                candidate = _Candidate(state.flag, state, step.named())
                if step.op in _LOOKUP:
                    if state is not states[0]:
                        self.candidates.append(candidate)
                elif len(made.pending) < _TOLD:
                    made.pending = (*made.pending, candidate)


def _bits(states: Sequence[_State], kind: str) -> int:
    found = 0
    for state in states:
        found |= getattr(state, kind)
    return found


def _merged(states: Sequence[_State]) -> _State:
    """What depends on several values, where nothing else is known."""
    made = _State()
    for state in states:
        made.raw |= state.raw
        made.mask |= state.mask
        made.count |= state.count
        made.flag |= state.flag
        made.learned = made.learned or state.learned
        made.places = max(made.places, state.places)
        made.table = max(made.table, state.table)
        if state.compared and not state.learned:
            made.origin = state.origin
        if state.pending:
            made.pending = tuple(dict.fromkeys((*made.pending, *state.pending)))[:_TOLD]
    return made


def _settle(made: _State) -> None:
    """Keep to one kind: a yes or no that is computed with raw values is a value again, one among masks a mask."""
    if made.flag and made.mask:
        made.mask |= made.flag
        made.flag = 0
    if made.mask and not made.places:
        made.flag |= made.mask
        made.mask = 0
    if made.raw and made.compared:
        made.raw |= made.mask
        made.mask = 0


def _compare(step: Step, made: _State, scope: _Scope) -> None:
    bits = made.raw | made.count | made.flag | made.mask
    if made.raw or made.count:
        constant = next((found for found in map(scope.constant, step.inputs) if found is not None), None)
        made.origin = (step.named(), _shown(constant))
    made.raw = made.count = made.mask = made.flag = 0
    if made.places:
        made.mask = bits
    else:
        made.flag = bits


def _shown(constant: Constant | None) -> str:
    if constant is None:
        return ""
    if constant.numbers:
        words = ", ".join(f"{number:g}" for number in constant.numbers[:4])
        return words + (", …" if constant.count > 4 else "")
    return constant.text[:80]


def _reduce(step: Step, made: _State, scope: _Scope) -> None:
    axes: Sequence[float] | None = step.numbers.get("axes") or step.numbers.get("axis")
    if axes is None and len(step.inputs) > 1:
        held = scope.constant(step.inputs[1])
        if held is not None and step.op != "TopK":
            axes = held.numbers or (-1,) * min(held.count, _RANK)
    if step.op in {"ArgMax", "ArgMin", "TopK"} and axes is None:
        axes = (0,) if step.op != "TopK" else (-1,)
    made.places = max(0, made.places - len(axes)) if axes else 0
    if step.op not in _ANY_ALL:
        made.count |= made.mask
        made.mask = 0
        if step.op in {"ArgMax", "ArgMin", "TopK"}:  # a place, not a yes or no
            made.raw |= made.count | made.flag
            made.count = made.flag = 0


def _pick(step: Step, made: _State, scope: _Scope) -> None:
    """A cut that leaves one element of a dimension leaves a fixed place."""
    if step.op == "Slice":
        bounds = [scope.constant(name) for name in step.inputs[1:3]]
        starts = step.numbers.get("starts") or (bounds[0].numbers if bounds and bounds[0] else None)
        ends = step.numbers.get("ends") or (bounds[1].numbers if len(bounds) > 1 and bounds[1] else None)
        if starts and ends:
            ones = sum(_is_one(begin, end) for begin, end in zip(starts, ends, strict=False))
            made.places = max(0, made.places - ones)
    elif step.op in _LOOKUP and len(step.inputs) > 1:
        index = scope.constant(step.inputs[1])
        if index is not None and index.count == 1:
            made.places = max(0, made.places - 1)


def _is_one(begin: float, end: float) -> bool:
    return end - begin == 1 or (begin == -1 and end > 1 << 30)


def _is_step(step: Step, scope: _Scope) -> bool:
    """Tell whether a step bounds what it is given from above; one that only keeps a count from being zero does not."""
    if step.op == "Clip":
        if len(step.inputs) > 2 and step.inputs[2]:
            top = scope.constant(step.inputs[2])
            return top is None or not top.numbers or top.numbers[0] < 1e6
        return step.numbers.get("max", (1e9,))[0] < 1e6
    return True
