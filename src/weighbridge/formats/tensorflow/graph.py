"""A graph and its library of functions: which operators they use, what each of them names, what is wrong with them.

Every function of a library is walked, whether anything calls it or not. A constant that is itself a graph is walked as
one: data sets are rebuilt from such text while they run.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Inconsistency
from weighbridge.core.programs import Operator
from weighbridge.formats.node import Child, Stored
from weighbridge.formats.protobuf import BYTES, Field, fields
from weighbridge.formats.tensorflow import tensors
from weighbridge.formats.tensorflow.acting import ACTING, DIRECT_CALLS
from weighbridge.formats.tensorflow.kinds import GRAPH, META_GRAPH, SAVED_MODEL, sniff
from weighbridge.formats.tensorflow.messages import TEXT, entries, inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

NODES = 250_000
"""Nodes of one graph, some 300 bytes each; EfficientNet B7 has 32,000, and unrolled graphs a few times that."""

ACTS = 10_000
"""Uses of operators that name something which are told one by one; honest graphs have a handful."""

TOLD = 16
"""Departures of one kind that are told one by one; the rest is counted."""

_ASSIGNING = frozenset({"AssignVariableOp", "Assign"})


class Scope:
    """The main graph or one function: its nodes by name, what it takes and what it gives back."""

    __slots__ = ("arguments", "assigned", "name", "nodes", "results")

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes: dict[str, GraphNode] = {}
        self.arguments: dict[str, int] = {}
        self.results: list[str] = []
        self.assigned: dict[str, list[str]] = {}


class GraphNode:
    """One node, read again when somebody asks: where its message lies is all that is kept."""

    __slots__ = ("_length", "_source", "_start", "op")

    def __init__(self, source: ByteSource, start: int, length: int, op: str) -> None:
        self._source = source
        self._start = start
        self._length = length
        self.op = op

    @property
    def length(self) -> int:
        """Bytes of its message."""
        return self._length

    def _parts(self) -> Iterator[Field]:
        return inside(Field(self._source, 1, BYTES, offset=0, start=self._start, length=self._length))

    def inputs(self) -> list[str]:
        """Name its inputs, those that only order the nodes left out."""
        texts = [part.text(TEXT) for part in self._parts() if part.number == 3 and part.kind == BYTES]
        return [text for text in texts if not text.startswith("^")]

    def functions(self) -> list[str]:
        """Name the functions that its attributes hold."""
        found: list[str] = []
        for part in self._parts():
            if part.number == 5 and part.kind == BYTES:
                _, content = entries(part)
                found += _functions(content) if content is not None else ()
        return found

    def attribute(self, name: str) -> Field | None:
        """Find the value of an attribute."""
        found = None
        for part in self._parts():
            if part.number == 5 and part.kind == BYTES:
                key, content = entries(part)
                if key == name:
                    found = content
        return found


def _functions(value: Field) -> Iterator[str]:
    """Name the functions of an ``AttrValue``: 10 func, 1 list (9 func)."""
    for part in inside(value):
        if part.number == 10 and part.kind == BYTES:
            yield _name(part)
        elif part.number == 1 and part.kind == BYTES:
            for one in inside(part):
                if one.number == 9 and one.kind == BYTES:
                    yield _name(one)


class Graph:
    """One graph with its library on its way into facts.

    ``assets`` are the nodes of the main graph that a loader fills with paths of its own; ``bound`` tells for functions
    how many values they capture, by the object graph of a saved model, and which of those are constants of the graph.
    """

    def __init__(self, node: Node, bench: Bench, *, located: bool, scope: str = "") -> None:
        self.node, self.bench, self.located, self.path = node, bench, located, scope
        self.main = Scope(scope)
        self.functions: dict[str, Scope] = {}
        self.callers: dict[str, list[tuple[Scope, list[str], int]]] = {}
        self.indirect: dict[str, list[tuple[Scope, list[str]]]] = {}
        self.assets: set[str] = set()
        self.bound: dict[str, list[tuple[int, dict[int, str]]]] = {}
        self.acts: list[tuple[Scope, GraphNode, Location]] = []
        self.waiting: list[Yield] = []
        self.inner: list[tuple[str, Field]] = []
        self._uses: dict[str, tuple[Location, str, int]] = {}
        self._told: dict[str, int] = {}
        self._words: dict[str, str] = {}
        self._plain: set[bytes] = set()
        self._nodes = 0

    def another(self) -> Graph:
        """Make an empty graph in the same place: a saved model may hold several."""
        return Graph(self.node, self.bench, located=self.located, scope=self.path)

    # -- reading ---------------------------------------------------------------------------------------------------

    def read(self, source: ByteSource, base: int) -> None:
        """Take in a graph (1: node, 2: library, 4: versions) that begins at ``base``; raises Malformed, OverLimit."""
        broken: Malformed | None = None
        for field in fields(source):
            try:
                if field.number == 1 and field.kind == BYTES:
                    self._node(self.main, source, field, base)
                elif field.number == 2 and field.kind == BYTES:
                    for function in fields(field.source):
                        if function.number == 1 and function.kind == BYTES:
                            self._function(function, base + field.start + function.start)
            except Malformed as error:
                broken = broken or error  # one broken node hides none of the others
        if broken is not None:
            raise broken

    def _spend(self, count: int, offset: int) -> None:
        """Count what is kept of a graph: nodes, arguments of functions, inputs of calls."""
        self._nodes += count
        if self._nodes > NODES:
            raise OverLimit(f"a graph of more than {NODES} nodes and arguments", offset=offset)

    def _function(self, field: Field, base: int) -> None:
        """Take in a function: 1 signature, 3 node_def, 4 ret."""
        self._spend(_FUNCTION, base)
        scope, source = Scope(""), field.source
        parts = list(fields(source))
        for part in parts:
            if part.number == 1 and part.kind == BYTES:
                for one in inside(part):
                    if one.number == 1 and one.kind == BYTES:
                        scope.name = one.text(TEXT)
                    elif one.number == 2 and one.kind == BYTES:
                        self._spend(1, base)
                        scope.arguments.setdefault(_name(one), len(scope.arguments))
        if scope.name in self.functions:
            self.wrong("repeated function", f"there are two functions {scope.name!r}", base)
        for part in parts:
            if part.number == 3 and part.kind == BYTES:
                self._node(scope, source, part, base)
            elif part.number == 4 and part.kind == BYTES:
                _, result = entries(part)
                if result is not None and result.kind == BYTES:
                    self._spend(1, base)
                    scope.results.append(result.text(TEXT))
        self.functions[scope.name] = scope

    def _node(self, scope: Scope, source: ByteSource, field: Field, before: int) -> None:
        base = before + field.start
        self._spend(1, base)
        name, ops, inputs, functions, held = "", [], list[str](), list[str](), list[tuple[str, Field]]()
        for part in inside(field):
            if part.kind != BYTES:
                continue
            if part.number == 5:
                self._attribute(part, functions, held)
            elif part.number == 1:
                name = part.text(TEXT)
            elif part.number == 2:
                op = part.text(TEXT)
                ops.append(self._words.setdefault(op, op))
            elif part.number == 3:
                inputs.append(part.text(TEXT))
        op = ops[-1] if ops else ""
        if not op:
            self.wrong("node", f"{name!r} has no operator", base)
        if name in scope.nodes:
            self.wrong("repeated node", f"there are two nodes {name!r}", base)
        scope.nodes[name] = GraphNode(source, field.start, field.length, op)
        for one in dict.fromkeys(ops):
            if one in ACTING:
                self._act(scope, GraphNode(source, field.start, field.length, one), self.at(base, field.length))
            elif one in self._uses:
                first, where, count = self._uses[one]
                self._uses[one] = (first, where, count + 1)
            else:
                self._uses[one] = (self.at(base, field.length), scope.name, 1)
        if op in _ASSIGNING and len(inputs) > 1:
            self._spend(1, base)
            scope.assigned.setdefault(inputs[0].split(":", 1)[0], []).append(inputs[1])
        plain = [text for text in inputs if not text.startswith("^")]
        for function in functions:
            self._spend(len(plain), base)
            if op in DIRECT_CALLS:
                self.callers.setdefault(function, []).append((scope, plain, DIRECT_CALLS[op]))
            else:
                self.indirect.setdefault(function, []).append((scope, plain))
        for key, content in held:
            self._tensor(name, op, key, content, base)

    def _attribute(self, entry: Field, functions: list[str], held: list[tuple[str, Field]]) -> None:
        """Look at an attribute; the same few types, shapes and flags stand at nearly every node, and are read once."""
        raw = entry.read(_PLAIN) if entry.length < _PLAIN else b""
        if raw in self._plain:
            return
        before = len(functions), len(held), len(self.inner)
        key, content = entries(entry)
        if content is not None:
            self._value(key, content, functions, held)
        if raw and before == (len(functions), len(held), len(self.inner)) and len(self._plain) < _PLAINS:
            self._plain.add(raw)

    def _value(self, key: str, content: Field, functions: list[str], held: list[tuple[str, Field]]) -> None:
        """Look at an ``AttrValue``: 1 list, 2 s, 8 tensor, 10 func; what else there is means nothing by itself."""
        for part in inside(content):
            if part.kind != BYTES:
                continue
            if part.number == 10:
                functions.append(_name(part))
            elif part.number == 8:
                held.append((key, part))
            elif part.number == 2:
                self._text(key, part)
            elif part.number == 1 and part.length:
                for one in inside(part):
                    if one.number == 9 and one.kind == BYTES:
                        functions.append(_name(one))
                    elif one.number == 8 and one.kind == BYTES:
                        held.append((key, one))
                    elif one.number == 2 and one.kind == BYTES:
                        self._text(key, one)

    def _text(self, key: str, text: Field) -> None:
        """A graph may stand in any text: look at what is long enough for one."""
        if text.length < _SHORTEST:
            return
        if text.read(len(_MLIR)) == _MLIR:
            self.waiting.append(Child(key, Stored(text.source), role="mlir", quiet=True))
        elif sniff(b"", text.source) in (GRAPH, META_GRAPH, SAVED_MODEL):
            self.inner.append((key, text))

    def _tensor(self, name: str, op: str, key: str, tensor: Field, base: int) -> None:
        """Hold what a constant claims against what it holds, and look into its text."""
        for what, detail, memory in tensors.departures(tensor):
            self.wrong(what, f"{name or op!r}: {detail}", base, memory=memory)
        for text in tensors.texts(tensor):
            self._text(name or key, text)
        for number, content in enumerate(tensors.contents(tensor)):
            source = content.source
            if _begins_like_something(source):
                held = Child(f"{name or key}.{number}", Stored(source), role="tensor", quiet=True)
                self.waiting.append(held)

    def _act(self, scope: Scope, made: GraphNode, at: Location) -> None:
        if len(self.acts) >= ACTS:
            raise OverLimit(f"more than {ACTS} nodes act on files or addresses", offset=at.offset or 0)
        self.acts.append((scope, made, at))

    # -- telling ---------------------------------------------------------------------------------------------------

    def tell(self) -> Iterator[Yield]:
        """Yield the facts of all that was read."""
        from weighbridge.formats.tensorflow.flow import Flow

        flow = Flow(self)
        counted: dict[tuple[str, str, tuple[str, ...]], tuple[Location, int]] = {}
        for scope, made, at in self.acts:
            key = made.op, scope.name, flow.constants(scope, made)
            first, count = counted.get(key, (at, 0))
            counted[key] = first, count + 1
        for (op, where, constants), (at, count) in counted.items():
            yield self._operator(at, op, where, constants, count)
        for op, (at, where, count) in self._uses.items():
            if op not in self.functions:
                yield self._operator(at, op, where, (), count)
        cycle = flow.cycle()
        if cycle:
            self.wrong("function", f"{cycle!r} calls itself, which ends in a stack overflow", 0)
        yield from self.waiting
        for what, count in self._told.items():
            if count > TOLD:
                yield Inconsistency(at=self.node.at(), what=what, detail=f"{count - TOLD} more")

    def _operator(self, at: Location, op: str, where: str, constants: tuple[str, ...], count: int) -> Operator:
        scope = where if not self.path or where == self.path else f"{self.path}/{where}"
        return Operator(
            at=at, framework="tensorflow", domain="", name=op, scope=scope, constants=constants, count=count
        )

    def at(self, offset: int, length: int | None = None) -> Location:
        """Place a span in the file; text and copies have no places of their own."""
        return self.node.at(offset, length) if self.located else self.node.at()

    def wrong(self, what: str, detail: str, offset: int, *, memory: bool = False) -> None:
        """Note a departure."""
        count = self._told[what] = self._told.get(what, 0) + 1
        if count <= TOLD:
            self.waiting.append(Inconsistency(at=self.at(offset), what=what, detail=detail, memory=memory))


_FUNCTION = 4  # nodes that take as much memory as a function without any
_PLAIN = 200  # bytes of an attribute that may be one of those that are everywhere
_PLAINS = 10_000  # of them that are kept
_MLIR = b"ML\xefR"  # the program of an XlaCallModule
_SHORTEST = 24  # bytes of a graph of one node that does anything


def _name(field: Field) -> str:
    for part in inside(field):
        if part.number == 1 and part.kind == BYTES:
            return part.text(TEXT)
    return ""


def _begins_like_something(source: ByteSource) -> bool:
    from weighbridge.formats.bulk import begins_like_something

    return source.size > 16 and begins_like_something(source)
