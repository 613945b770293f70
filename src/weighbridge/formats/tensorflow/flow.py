"""Where the text comes from that an operator acts on: from a constant of the graph, from whoever runs it, or computed.

A path is followed backwards through operators that pass text on or join it, through variables, calls and arguments of
functions. What the caller gives (a placeholder, an asset that the loader places, an argument that nothing in the
graph binds) is not the file's choice; a constant is; and what is computed in some other way is not known.
"""

from __future__ import annotations

from weighbridge.formats.protobuf import BYTES
from weighbridge.formats.tensorflow import tensors
from weighbridge.formats.tensorflow.acting import ACTING, HARMLESS, PASSING
from weighbridge.formats.tensorflow.messages import TEXT, inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from weighbridge.formats.protobuf import Field
    from weighbridge.formats.tensorflow.graph import Graph, GraphNode, Scope

    Path: TypeAlias = tuple[str, ...]
    """A text in pieces; ``GIVEN`` and ``COMPUTED`` stand for what is not in the file."""

GIVEN, COMPUTED = "<given>", "<computed>"

STEPS = 20_000
"""Nodes that are visited for all paths of a graph."""

_DEPTH = 60  # steps from an operator back to a constant; honest paths take a dozen
_COST = 250  # bytes of a node that count like one more
_WAYS = 16  # texts that one input may have
_SAVER = "model"  # the file name that a Saver of TensorFlow 1 writes into every graph and replaces when it runs
_CONSTANT = frozenset({"Const", "HostConst"})
_OUTSIDE = frozenset({"Placeholder", "PlaceholderV2", "_Arg", "_DeviceArg"})


class Flow:
    """Follows the texts of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._steps = 0

    def constants(self, scope: Scope, made: GraphNode) -> tuple[str, ...]:
        """List the texts that the graph itself fixes for an operator, shortened; nothing for what its caller gives."""
        inputs, attributes = ACTING[made.op]
        found: dict[str, None] = {}
        names = made.inputs() if inputs else []
        for number in inputs:
            if number < len(names):
                for path in sorted(self.follow(scope, names[number], 0)):
                    text = told(path)
                    if text:
                        found[text] = None
        for name in attributes:
            value = made.attribute(name)
            for part in inside(value) if value is not None else ():
                found.update((text, None) for text in _texts_of(part) if text not in HARMLESS.get(made.op, ()))
        return tuple(found)[:_WAYS]

    def follow(self, scope: Scope, reference: str, depth: int) -> set[Path]:
        """Say which texts a tensor may hold."""
        self._steps += 1
        if depth > _DEPTH or self._steps > STEPS:
            return {(COMPUTED,)}
        name = reference.split(":", 1)[0].removeprefix("^")
        made = scope.nodes.get(name)
        if made is None:
            return self._argument(scope, name, depth)
        if scope is self.graph.main and name in self.graph.assets:
            return {(GIVEN,)}
        self._steps += made.length // _COST
        if made.op in _CONSTANT:
            return _constant(made)
        if made.op in _OUTSIDE:
            return {(GIVEN,)}
        ways = self._through(scope, name, made, depth + 1)
        return ways if 0 < len(ways) <= _WAYS else {(COMPUTED,), *sorted(ways)[:_WAYS]}

    def _through(self, scope: Scope, name: str, made: GraphNode, depth: int) -> set[Path]:
        inputs = made.inputs()
        if made.op == "PlaceholderWithDefault":
            return _union({(GIVEN,)}, *(self.follow(scope, one, depth) for one in inputs[:1]))
        if made.op in PASSING:
            first, last = PASSING[made.op]
            return _union(*(self.follow(scope, one, depth) for one in inputs[first:last]))
        if made.op == "StringJoin":
            return self._joined(scope, made, inputs, depth)
        if made.op in ("ShardedFilename", "ShardedFilespec"):
            return {(*path, "-of-") for one in inputs[:1] for path in self.follow(scope, one, depth)}
        if made.op == "ReadVariableOp" and inputs:
            return self._variable(scope, inputs[0], depth)
        if made.op in ("VariableV2", "Variable", "VarHandleOp"):
            return self._variable(scope, name, depth)
        functions = [self.graph.functions[name] for name in made.functions() if name in self.graph.functions]
        if functions:
            return _union(
                *(self.follow(one, result, depth) for one in functions[:_WAYS] for result in one.results[:_WAYS])
            )
        return {(COMPUTED,)}

    def _joined(self, scope: Scope, made: GraphNode, inputs: list[str], depth: int) -> set[Path]:
        separator = made.attribute("separator")
        between = "".join(text for part in inside(separator) for text in _texts_of(part)) if separator else ""
        ways: set[Path] = {()}
        for number, one in enumerate(inputs[:_WAYS]):
            following = self.follow(scope, one, depth)
            glue = (between,) if number and between else ()
            ways = {(*path, *glue, *more) for path in ways for more in following}
            if len(ways) > _WAYS:
                return {(COMPUTED,)}
        return ways

    def _variable(self, scope: Scope, reference: str, depth: int) -> set[Path]:
        """Say what is assigned to a variable; what a checkpoint puts into it is not known."""
        name = reference.split(":", 1)[0]
        written = scope.assigned.get(name, ())[:_WAYS]
        return _union(*(self.follow(scope, text, depth) for text in written)) or {(COMPUTED,)}

    def _argument(self, scope: Scope, name: str, depth: int) -> set[Path]:
        if name not in scope.arguments:
            return {(COMPUTED,)}
        place, graph = scope.arguments[name], self.graph
        ways: set[Path] = set()
        for caller, inputs in graph.indirect.get(scope.name, ())[:_WAYS]:
            # What a data set hands to its function is an element of another data set, or something captured.
            ways |= _union(*(self.follow(caller, one, depth + 1) for one in inputs[:_WAYS])) or {(COMPUTED,)}
        for caller, inputs, first in graph.callers.get(scope.name, ())[:_WAYS]:
            if first + place < len(inputs):
                ways |= self.follow(caller, inputs[first + place], depth + 1)
        for count, constants in graph.bound.get(scope.name, ())[:_WAYS]:
            # Captured values are the last arguments of a function.
            captured = constants.get(place - len(scope.arguments) + count)
            if captured:
                ways |= self.follow(graph.main, captured, depth + 1)
        return ways or {(GIVEN,)}

    def cycle(self) -> str:
        """Name a function that calls itself, directly or by way of others; empty if there is none."""
        below: dict[str, list[str]] = {}
        for name, calls in self.graph.callers.items():
            for scope, _, _ in calls:
                if scope is not self.graph.main:
                    below.setdefault(scope.name, []).append(name)
        done: set[str] = set()
        for start, first in below.items():
            if start in done:
                continue
            trail, stack = {start}, [(start, iter(first))]
            while stack:
                name, following = stack[-1]
                step = next(following, None)
                if step is None:
                    stack.pop()
                    trail.discard(name)
                    done.add(name)
                elif step in trail:
                    return step
                elif step in below and step not in done:
                    trail.add(step)
                    stack.append((step, iter(below[step])))
        return ""


def _union(*ways: set[Path]) -> set[Path]:
    together: set[Path] = set()
    for some in ways:
        together |= some
    return together


def told(path: Path) -> str:
    """Write a text that the graph decides; empty when it is the caller's own, with something harmless behind it."""
    if path and path[0] == _SAVER:
        path = (GIVEN, *path[1:])
    text = "".join(path)
    if not text or text == GIVEN:
        return ""
    if path[0] == GIVEN and COMPUTED not in path and ".." not in text:
        return ""
    return text[:TEXT]


def _constant(made: GraphNode) -> set[Path]:
    """Read the texts of a constant; one of numbers has none."""
    value = made.attribute("value")
    for part in inside(value) if value is not None else ():
        if part.number == 8 and part.kind == BYTES:
            texts = [(text.text(TEXT),) for text, _ in zip(tensors.texts(part), range(_WAYS), strict=False)]
            return set(texts) if texts else {()}
    return {()}


def _texts_of(part: Field) -> list[str]:
    """Read the text of an ``AttrValue``: 2 s, 1 list (2 s)."""
    if part.kind != BYTES:
        return []
    if part.number == 2:
        return [part.text(TEXT)] if part.length else []
    if part.number == 1:
        return [one.text(TEXT) for one in inside(part) if one.number == 2 and one.kind == BYTES][:_WAYS]
    return []
