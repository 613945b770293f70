"""Calls: which function, with what, when; and what calls of the usual ways around a plain call come down to."""

from __future__ import annotations

from weighbridge.core.errors import OverLimit
from weighbridge.core.values import value
from weighbridge.formats.python.expressions import Expressions
from weighbridge.formats.python.syntax import is_dense, parsed
from weighbridge.formats.python.values import (
    Class,
    Collection,
    Constant,
    Function,
    Getter,
    Name,
    Namespace,
    Result,
    Scope,
    made_by,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from weighbridge.formats.python.values import Value

SHOWN = 96
"""Characters of an argument that people see."""

ARGUMENTS = 6
"""Arguments of one call that are kept."""

ALIKE = 48
"""Calls of one function with different constants that are told apart; the rest are counted with the last."""

DEPTH = 8
"""Text in text in text that is executed, and functions inside functions that are followed with their arguments."""

TEXTS = 4 << 20
"""Characters of text inside the source that are parsed as source themselves, all together."""

PLAIN = frozenset({
    "abs", "all", "any", "ascii", "bin", "bool", "bytearray", "bytes", "callable", "chr", "classmethod", "complex",
    "dict", "divmod", "enumerate", "filter", "float", "format", "frozenset", "hasattr", "hash", "hex", "id", "int",
    "isinstance", "issubclass", "iter", "len", "list", "map", "max", "memoryview", "min", "next", "object", "oct",
    "ord", "pow", "print", "property", "range", "repr", "reversed", "round", "set", "slice", "sorted", "staticmethod",
    "str", "sum", "super", "tuple", "type", "unichr", "unicode", "zip", "getattr", "setattr", "delattr", "vars",
    "globals", "locals", "dir",
})  # fmt: skip
"""Builtins whose call says nothing: what they are given is followed instead."""

_EXECUTORS = frozenset({"builtins.exec", "builtins.eval", "builtins.compile", "builtins.execfile"})
_GETTERS = frozenset({"builtins.getattr", "inspect.getattr_static"})
_IMPORTERS = frozenset({"builtins.__import__", "importlib.import_module", "importlib.__import__", "imp.load_module"})
_SPACES = {"builtins.globals": True, "builtins.locals": False, "builtins.vars": False}
_PASSING = frozenset({"functools.partial", "functools.wraps", "builtins.staticmethod", "builtins.classmethod"})
_COMMANDS = frozenset({
    "os.system", "os.popen", "posix.system", "subprocess.run", "subprocess.call", "subprocess.check_call",
    "subprocess.check_output", "subprocess.Popen", "subprocess.getoutput", "subprocess.getstatusoutput",
    "asyncio.create_subprocess_shell", "commands.getoutput", "pty.spawn",
})  # fmt: skip
_LOADERS = frozenset({"marshal.loads", "pickle.loads", "_pickle.loads", "cPickle.loads", "dill.loads",
                      "cloudpickle.loads"})  # fmt: skip
_TAKING = frozenset({"get", "pop", "setdefault", "__getitem__"})
_KEEPING = frozenset({"open", "get", "pop", "setdefault"})


@value
class Found:
    """A call as it is told: ``made_by`` says how its name or its first argument came about."""

    path: str
    phase: str
    arguments: tuple[str, ...]
    literal: bool
    made_by: tuple[str, ...]
    line: int
    inside: int


class Calls(Expressions):
    """Follows calls; ``found`` holds them with how often each was seen, ``texts`` what data they execute."""

    def __init__(self, lines: list[bytes]) -> None:
        super().__init__()
        self.lines = lines
        self.phase = "import"
        self.found: dict[tuple[object, ...], tuple[Found, int]] = {}
        self.alike: dict[tuple[str, str], int] = {}
        self.functions: list[Function] = []
        self.reached: list[Function] = []
        self.carried: list[tuple[int, str, bytes]] = []
        self.inside = 0
        self.following = 0
        self.parsed = 0
        self.unread: list[str] = []

    # -- telling ---------------------------------------------------------------------------------------------------

    def tell(
        self, path: str, node: ast.expr, arguments: Sequence[str] = (), *, literal: bool = False,
        how: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """Take note of a use of a name of another module."""
        if path.startswith((".", "__main__.")) or (path.startswith("builtins.") and path[9:] in PLAIN and not how):
            return
        key: tuple[object, ...] = (path, self.phase, how, literal, tuple(arguments) if literal else ())
        if key not in self.found:
            kind = (path, self.phase)
            self.alike[kind] = self.alike.get(kind, 0) + 1
            if self.alike[kind] > ALIKE:
                key = (path, self.phase)
        if key in self.found:
            known, count = self.found[key]
            self.found[key] = known, count + 1
            return
        made = Found(
            path=path, phase=self.phase, arguments=tuple(arguments[:ARGUMENTS]), literal=literal, made_by=how,
            line=node.lineno, inside=self.inside,
        )  # fmt: skip
        self.found[key] = made, 1

    def replaced(self, path: str, node: ast.expr) -> None:
        """Tell that something of another module is replaced."""
        self.tell("<replaced>." + path if not path.startswith(".") else path, node)

    def shown(self, node: ast.expr, known: Value | None) -> str:
        """Write an argument: data as it is, else the piece of source."""
        if isinstance(known, Constant):
            text = known.value
            if isinstance(text, list):
                return repr(text[:ARGUMENTS])[:SHOWN]
            return repr(text[: SHOWN - 2] + ("…" if len(text) > SHOWN - 2 else "")[: isinstance(text, str)]
                        if isinstance(text, str) else text)[: SHOWN + 2]  # fmt: skip
        if isinstance(known, Name):
            return known.path[:SHOWN]
        return self.excerpt(node)

    def excerpt(self, node: ast.expr) -> str:
        """Cut the piece of source that an expression stands in, shortened to its first line."""
        if self.inside or node.lineno > len(self.lines):
            return "…"
        line = self.lines[node.lineno - 1]
        end = node.end_col_offset if node.end_lineno == node.lineno else len(line)
        return line[node.col_offset : end].decode("utf-8", "replace").strip()[:SHOWN]

    # -- calls -----------------------------------------------------------------------------------------------------

    def on_lambda(self, node: ast.Lambda) -> Value:
        """Take a function; its defaults are evaluated now."""
        return self.function(node, "<lambda>")

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str) -> Function:
        """Take a function of this source, to be walked through later."""
        self.values([one for one in (*node.args.defaults, *node.args.kw_defaults) if one is not None])
        made = Function(node, self.scope, name)
        self.functions.append(made)
        return made

    def on_call(self, node: ast.Call) -> Value | None:
        """Find out what is called, tell it, and say what it returns."""
        import ast

        function = node.func
        base: Value | None = None
        if isinstance(function, ast.Attribute):
            base = self.value(function.value)
            callees = [self.attribute(base, function.attr)]
        elif isinstance(function, ast.Name):
            callees = list(self.candidates(function.id))
        else:
            callees = [self.value(function)]
        arguments = self.values(node.args)
        keywords = {one.arg or "": self.value(one.value) for one in node.keywords}
        self._handed(arguments, keywords, node)
        if isinstance(function, ast.Attribute):
            if isinstance(base, Constant):
                return self.folder.method(base, function.attr, arguments)
            if function.attr in _TAKING and arguments and _is_table(base):
                return self.item(base, arguments[0])
            if isinstance(base, Result) and not _IMPORTERS.isdisjoint(base.how):
                self.tell(f"<imported>.{function.attr}", node)
        made: Value | None = None
        for callee in callees:
            made = self.called(callee, node, arguments, keywords) or made
        return made

    def _handed(self, arguments: Sequence[Value | None], keywords: dict[str, Value | None], node: ast.Call) -> None:
        """Functions that are handed to a call may be called by it: timers, threads, ``map``, exit handlers."""
        for one in (*arguments, *keywords.values()):
            if isinstance(one, Function | Class):
                self.reach(one)
            elif isinstance(one, Name) and "." in one.path:
                self.tell(one.path, node, ("handed over",), how=_hidden(one))
            elif isinstance(one, Collection):
                for item in one.items[:ARGUMENTS]:
                    if isinstance(item, Function):
                        self.reach(item)

    def called(
        self, callee: Value | None, node: ast.Call, arguments: Sequence[Value | None],
        keywords: dict[str, Value | None],
    ) -> Value | None:  # fmt: skip
        """Say what a call of a known value returns, and tell it."""
        if isinstance(callee, Function):
            self.reach(callee)
            return self._through(callee, arguments)
        if isinstance(callee, Class):
            self.reach(callee)
            return callee
        if isinstance(callee, Result):
            if "builtins.getattr" in callee.how and not _IMPORTERS.isdisjoint(callee.how):
                self.tell("<imported>.<computed>", node)
            return Result(made_by(callee, *arguments))
        if isinstance(callee, Getter):
            return self._gotten(callee, node, arguments)
        if not isinstance(callee, Name):
            return None
        path = callee.path
        made = self._meaning(path, arguments)
        if made is not None and (path in _GETTERS or path.endswith(("__getattribute__", "__getattr__"))):
            return made
        first = arguments[0] if arguments else next(iter(keywords.values()), None)
        shown = [self.shown(one, known) for one, known in zip(node.args, arguments, strict=False)]
        shown += [f"{one.arg}={self.shown(one.value, keywords.get(one.arg))}" for one in node.keywords if one.arg]
        how = (*_hidden(callee), *made_by(first))
        self.tell(path, node, shown, literal=isinstance(first, Constant), how=tuple(dict.fromkeys(how)))
        if path in _EXECUTORS and isinstance(first, Constant):
            self._executed(first, node)
        if path in _COMMANDS and isinstance(first, Constant):
            self._command(first, node)
        if path in _LOADERS and isinstance(first, Constant) and isinstance(first.value, bytes):
            self.carried.append((node.lineno, path, first.value))
        return made or self._outcome(path, first, arguments)

    def _command(self, line: Constant, node: ast.expr) -> None:
        """Look at a command line that is known."""
        from weighbridge.formats.text.shell_lines import tells

        words = line.value if isinstance(line.value, list) else [line.value]
        text = " ".join(word for word in words if isinstance(word, str))
        for kind in tells(text):
            self.tell(f"shell.{kind}", node, (text[:SHOWN],), literal=True)

    def _gotten(self, getter: Getter, node: ast.Call, arguments: Sequence[Value | None]) -> Value | None:
        """Take what an ``attrgetter`` takes, and call it if it is a ``methodcaller``."""
        made = arguments[0] if arguments else None
        for part in getter.name.split(".")[:DEPTH]:
            made = self.attribute(made, part, getter.how)
        if not getter.calls:
            return made
        return self.called(made, node, (), {}) if isinstance(made, Name | Function) else None

    def _meaning(self, path: str, arguments: Sequence[Value | None]) -> Value | None:
        """Resolve the functions that look names up; None for all others."""
        texts = [one.value for one in arguments if isinstance(one, Constant) and isinstance(one.value, str)]
        if path in {"operator.attrgetter", "operator.methodcaller"} and texts:
            return Getter(texts[0], made_by(arguments[0]), calls=path.endswith("methodcaller"))
        if path in _GETTERS and len(arguments) > 1:
            name, how = texts[0] if texts else "<computed>", made_by(arguments[1])
            known = isinstance(arguments[1], Constant)
            if not known and not isinstance(arguments[0], Name):
                return None
            return self.attribute(arguments[0], name if known else "<computed>", how)
        if path.endswith((".__getattribute__", ".__getattr__")) and texts:
            owner = arguments[0] if len(arguments) > 1 else Name(path.rpartition(".")[0])
            return self.attribute(owner, texts[0], made_by(arguments[-1]))
        if path in _IMPORTERS or path.endswith(".load_module"):
            if not texts:
                return Result((path,))
            top = texts[0].partition(".")[0] if path == "builtins.__import__" else texts[0]
            return Name(top, made_by(arguments[0])) if top else None
        if path in _SPACES and not arguments:
            return Namespace(self.module if _SPACES[path] else self.scope)
        if path == "builtins.vars" and isinstance(arguments[0], Name):
            return Name(f"{arguments[0].path}.__dict__")
        if path in _PASSING and arguments and isinstance(arguments[0], Name | Function):
            return arguments[0]
        if path == "builtins.map" and len(arguments) == 2:
            return self._mapped(arguments[0], arguments[1])
        return self.folder.call(path, arguments)

    def _mapped(self, function: Value | None, over: Value | None) -> Value | None:
        if not isinstance(function, Name) or not isinstance(over, Constant) or not isinstance(over.value, str | list):
            return None
        made = [self.folder.call(function.path, [Constant(one)]) for one in over.value[: DEPTH * 1024]]
        known = [one.value for one in made if one is not None]
        return Constant(known, (*over.how, function.path)) if len(known) == len(over.value) else None

    def _outcome(self, path: str, first: Value | None, arguments: Sequence[Value | None]) -> Value | None:
        """What a function that is not resolved returns: something that came from it and from what it was given."""
        if path == "builtins.compile" and first is not None:
            return Result(made_by(first))
        return Result((*made_by(*arguments), path) if path.rpartition(".")[2] not in _KEEPING else (path,))

    def _through(self, function: Function, arguments: Sequence[Value | None]) -> Value | None:
        """Follow a call of a function that only returns an expression, with its arguments."""
        import ast

        node = function.node
        body = node.body if isinstance(node, ast.Lambda) else None
        if not isinstance(node, ast.Lambda) and len(node.body) == 1 and isinstance(node.body[0], ast.Return):
            body = node.body[0].value
        if body is None or self.following >= DEPTH:
            return None
        self.following += 1
        outer, self.scope = self.scope, Scope(function.scope)
        for parameter, argument in zip(node.args.args, arguments, strict=False):
            self.bind(parameter.arg, argument)
        made = self.value(body)
        self.scope = outer
        self.following -= 1
        return made

    def reach(self, callee: Function | Class) -> None:
        """Take note that code of this source runs now, or as soon as it is handed to somebody."""
        if self.phase != "import":
            return
        if isinstance(callee, Function):
            self.reached.append(callee)
            return
        for name in ("__init__", "__new__", "__post_init__", "__call__", "__enter__", "run"):
            self.reached += [one for one in callee.body.names.get(name, ()) if isinstance(one, Function)]

    def _executed(self, text: Constant, node: ast.expr) -> None:
        """Read text that is executed as source of its own, in the same place."""
        content = text.value
        if not isinstance(content, str | bytes):
            return
        self.parsed += len(content)
        if self.inside >= DEPTH or self.parsed > TEXTS:
            self.unread.append(f"text that line {node.lineno} executes is nested too deep or too long")
            return
        try:
            tree = None if is_dense(_raw(content)) else parsed(content.strip())
        except OverLimit:
            tree = None
        if tree is None:
            if set(text.how) - {"concatenation"}:
                self.unread.append(f"text that line {node.lineno} executes is no source that can be read")
            return
        self.inside += 1
        self.statements(tree.body)
        self.inside -= 1

    def statements(self, body: Sequence[ast.stmt]) -> None:
        """Walk through statements."""
        raise NotImplementedError


def _raw(content: str | bytes) -> bytes:
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content


def _is_table(value: Value | None) -> bool:
    """Tell whether items of a value are names: a namespace, a literal dict, the table of modules."""
    if isinstance(value, Name):
        return value.path in {"sys.modules", "builtins"} or value.path.endswith(".__dict__")
    return isinstance(value, Namespace | Collection)


def _hidden(name: Name) -> tuple[str, ...]:
    """How the name of a callable was put together; empty when it is written out."""
    return tuple(f"name by {step}" for step in name.how)
