"""What an expression of Python source stands for, as far as names, plain assignments and constants tell.

Each expression is looked at once, in the order in which Python evaluates; calls are told to ``Calls`` on the way.
"""

from __future__ import annotations

from weighbridge.formats.python.folding import Folder
from weighbridge.formats.python.values import (
    Class,
    Collection,
    Constant,
    Function,
    Name,
    Namespace,
    Result,
    Scope,
    made_by,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Sequence
    from typing import Any

    from weighbridge.formats.python.values import Value

ALTERNATIVES = 6
"""Values of one name that are kept: ``try: from a import f`` and ``except: f = g`` both count."""

UNROLLED = 8_192
"""Items of a constant that a comprehension is followed through; ``chr(c ^ 7) for c in [...]`` hides text so."""

STEPS = 400_000
"""Expressions that are looked at in one source, those of comprehensions each time: a million lines have fewer."""

ITEMS = 4_096
"""Items of one literal list or dict that are followed."""

LONG = 64
"""Characters of a literal that is looked at for a file of its own."""

BUILTINS = frozenset({
    "__import__", "abs", "all", "any", "apply", "ascii", "bin", "bool", "breakpoint", "bytearray", "bytes", "callable",
    "chr", "classmethod", "compile", "complex", "delattr", "dict", "dir", "divmod", "enumerate", "eval", "exec",
    "execfile", "exit", "file", "filter", "float", "format", "frozenset", "getattr", "globals", "hasattr", "hash",
    "help", "hex", "id", "input", "int", "isinstance", "issubclass", "iter", "len", "list", "locals", "map", "max",
    "memoryview", "min", "next", "object", "oct", "open", "ord", "pow", "print", "property", "quit", "range",
    "raw_input", "reload", "repr", "reversed", "round", "set", "setattr", "slice", "sorted", "staticmethod", "str",
    "sum", "super", "tuple", "type", "unichr", "unicode", "vars", "zip",
})  # fmt: skip
"""Names that are there without an import, in Python 2 or 3; exceptions call nothing."""


MODULES = {"__builtins__": "builtins", "__loader__": "importlib.__loader__", "__spec__": "importlib.__spec__"}
"""Names that every module has, and what they are."""


class Expressions:
    """Evaluates expressions over scopes; the statements and the meaning of calls are added by its heirs."""

    def __init__(self) -> None:
        self.scope = Scope()
        self.module = self.scope
        self.folder = Folder()
        self.attributes: dict[str, list[Value]] = {}
        self.stars: list[str] = []
        self.steps = 0
        self.spent = False
        self.literals: list[tuple[int, str | bytes]] = []
        self._kinds: dict[type, Callable[[Any], Value | None]] = {}

    # -- names -----------------------------------------------------------------------------------------------------

    def bind(self, name: str, value: Value | None, scope: Scope | None = None) -> None:
        """Remember what a name may stand for; an unknown value hides a builtin of that name and nothing else."""
        known = (scope or self.scope).names.setdefault(name, [])
        if value is not None:
            known.append(value)
            del known[:-ALTERNATIVES]

    def candidates(self, name: str) -> list[Value]:
        """Find everything that a name may stand for, the likeliest last."""
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        if name in BUILTINS:
            return [Name(f"builtins.{name}")]
        if name in MODULES:
            return [Name(MODULES[name])]
        return [Name(f"{module}.{name}") for module in self.stars]

    # -- expressions -----------------------------------------------------------------------------------------------

    def value(self, node: ast.expr | None) -> Value | None:
        """Evaluate an expression; None where nothing is known of it."""
        if node is None:
            return None
        self.steps += 1
        if self.steps > STEPS:
            self.spent = True
            return None
        handler = self._kinds.get(type(node))
        if handler is None:
            found: Callable[[Any], Value | None] = getattr(self, f"on_{type(node).__name__.lower()}", self.on_other)
            handler = self._kinds[type(node)] = found
        return handler(node)

    def values(self, nodes: Sequence[ast.expr]) -> list[Value | None]:
        """Evaluate several expressions in order."""
        return [self.value(node) for node in nodes]

    def on_other(self, node: ast.expr) -> None:
        """Look at the parts of an expression that stands for nothing known."""
        import ast

        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
            elif isinstance(child, ast.keyword):
                self.value(child.value)

    def on_constant(self, node: ast.Constant) -> Value | None:
        """Take a literal; a long one is looked at once more for what it holds."""
        if isinstance(node.value, str | bytes) and len(node.value) >= LONG:
            self.literals.append((node.lineno, node.value))
        return Constant(node.value) if isinstance(node.value, str | bytes | int | float) else None

    def on_name(self, node: ast.Name) -> Value | None:
        """Look a name up."""
        found = self.candidates(node.id)
        return found[-1] if found else None

    def on_joinedstr(self, node: ast.JoinedStr) -> Value | None:
        """Weave an f-string."""
        return self.folder.joined(self.values(node.values))

    def on_formattedvalue(self, node: ast.FormattedValue) -> Value | None:
        """Take the value inside an f-string when nothing is done to it."""
        inner = self.value(node.value)
        self.value(node.format_spec)
        return inner if node.format_spec is None and node.conversion in {-1, 115} else None

    def on_binop(self, node: ast.BinOp) -> Value | None:
        """Fold a row of operators from the left, without a call for each: sums of strings have hundreds."""
        import ast

        chain: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            chain.append(left)
            left = left.left
        made = self.value(left)
        for link in reversed(chain):
            right = self.value(link.right)
            how = made_by(made, right)
            folded = self.folder.binary(type(link.op).__name__, made, right)
            made = folded or (Result(how) if isinstance(made, Result) or isinstance(right, Result) else None)
        return made

    def on_unaryop(self, node: ast.UnaryOp) -> Value | None:
        """Fold the sign of a number."""
        import ast

        inner = self.value(node.operand)
        if isinstance(inner, Constant) and isinstance(inner.value, int):
            if isinstance(node.op, ast.USub):
                return Constant(-inner.value, inner.how)
            if isinstance(node.op, ast.Invert):
                return Constant(~inner.value, inner.how)
        return None

    def on_boolop(self, node: ast.BoolOp) -> Value | None:
        """Take the last operand that leads somewhere."""
        return _telling(self.values(node.values))

    def on_ifexp(self, node: ast.IfExp) -> Value | None:
        """Look at both branches."""
        self.value(node.test)
        return _telling([self.value(node.orelse), self.value(node.body)])

    def on_await(self, node: ast.Await) -> Value | None:
        """Look through ``await``."""
        return self.value(node.value)

    def on_starred(self, node: ast.Starred) -> Value | None:
        """Look through a star."""
        return self.value(node.value)

    def on_namedexpr(self, node: ast.NamedExpr) -> Value | None:
        """Bind and pass on."""
        made = self.value(node.value)
        self.bind(node.target.id, made)
        return made

    def on_list(self, node: ast.List | ast.Tuple | ast.Set) -> Value | None:
        """Take a literal list: constant when all its items are."""
        items = self.values(node.elts)
        if len(items) > ITEMS and not all(isinstance(one, Constant) for one in items):
            return None
        if all(isinstance(one, Constant) for one in items):
            return Constant([one.value for one in items if isinstance(one, Constant)], made_by(*items))
        return Collection(items)

    on_tuple = on_set = on_list

    def on_dict(self, node: ast.Dict) -> Value | None:
        """Take a literal dict with its constant keys."""
        keys = [self.value(key) for key in node.keys]
        items = self.values(node.values)
        if len(items) > ITEMS:
            return None
        return Collection(items, [key.value if isinstance(key, Constant) else None for key in keys])

    def on_attribute(self, node: ast.Attribute) -> Value | None:
        """Walk to an attribute of what is known."""
        return self.attribute(self.value(node.value), node.attr)

    def attribute(self, base: Value | None, name: str, how: tuple[str, ...] = ()) -> Value | None:
        """Find an attribute by name; ``how`` tells how the name came about when it is computed."""
        if isinstance(base, Name):
            if name == "__builtins__" or (name == "__self__" and base.path.startswith("builtins.")):
                # A builtin function is bound to the module of all of them.
                return Name("builtins", (*base.how, *how))
            if name == "__call__":
                return base
            return Name(f"{base.path}.{name}", (*base.how, *how))
        if isinstance(base, Class):
            found = base.body.names.get(name)
            return found[-1] if found else None
        if isinstance(base, Result):
            return base
        if isinstance(base, Namespace):
            held = base.scope.names.get(name)
            return held[-1] if held else None
        if isinstance(base, Function) and name == "__globals__":
            return Namespace(self.module)
        if isinstance(base, Function) and name == "__call__":
            return base
        if name == "__builtins__":
            return Name("builtins", how)
        if name in {"__subclasses__", "__globals__", "__reduce_ex__"}:
            return Name(f"object.{name}", how)
        stored = self.attributes.get(name)
        return stored[-1] if stored and not isinstance(base, Constant) else None

    def on_subscript(self, node: ast.Subscript) -> Value | None:
        """Take an item of what is known."""
        import ast

        base = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            given = (node.slice.lower, node.slice.upper, node.slice.step)
            bounds = self.values([one for one in given if one is not None])
            bounds = [bounds.pop(0) if one is not None else None for one in given]
            if isinstance(base, Constant):
                return self.folder.slice(base, bounds, [one is not None for one in given])
            return base if isinstance(base, Result) else None
        return self.item(base, self.value(node.slice))

    def item(self, base: Value | None, key: Value | None) -> Value | None:
        """Find an item by key: of data, of a namespace, of the table of modules."""
        if isinstance(base, Constant):
            return self.folder.item(base, key)
        if isinstance(base, Result):
            return base
        name = key.value if isinstance(key, Constant) else None
        how = made_by(key)
        if isinstance(base, Collection):
            return _of_collection(base, name)
        if isinstance(base, Namespace) and isinstance(name, str):
            if name == "__builtins__":
                return Name("builtins", how)
            found = base.scope.names.get(name) or self.candidates(name)
            return found[-1] if found else None
        if isinstance(base, Name):
            if base.path == "sys.modules":
                return Name(name, how) if isinstance(name, str) else Namespace(self.module)
            if base.path == "builtins" and isinstance(name, str):
                return Name(f"builtins.{name}", how)
            if base.path.endswith(".__dict__"):
                owner = base.path.removesuffix(".__dict__")
                return Name(f"{owner}.{name if isinstance(name, str) else '<computed>'}", (*base.how, *how))
        return None

    # -- what binds names of its own -------------------------------------------------------------------------------

    def on_listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value | None:
        """Follow a comprehension: item by item over a constant, else once."""
        outer, self.scope = self.scope, Scope(self.scope)
        try:
            return self._comprehension(node)
        finally:
            self.scope = outer

    on_setcomp = on_generatorexp = on_listcomp

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value | None:
        import ast

        first = node.generators[0]
        over = self.value(first.iter)
        items = list(over.value) if isinstance(over, Constant) and isinstance(over.value, str | bytes | list) else None
        plain = len(node.generators) == 1 and not first.ifs and isinstance(first.target, ast.Name)
        if items is not None and plain and 0 < len(items) <= UNROLLED and isinstance(first.target, ast.Name):
            return self._unrolled(node.elt, first.target.id, items, made_by(over))
        self.assign(first.target, None)
        self.values(first.ifs)
        for generator in node.generators[1:]:
            self.value(generator.iter)
            self.assign(generator.target, None)
            self.values(generator.ifs)
        made = self.value(node.elt)
        return made if isinstance(made, Result) else None

    def _unrolled(self, element: ast.expr, target: str, items: list[Any], how: tuple[str, ...]) -> Value | None:
        made = []
        for item in items:
            self.scope.names[target] = [Constant(item)]
            one = self.value(element)
            if not isinstance(one, Constant):
                return None
            how = made_by(Result(how), one)
            made.append(one.value)
        return Constant(made, how)

    def on_dictcomp(self, node: ast.DictComp) -> None:
        """Look at a comprehension of a dict once."""
        outer, self.scope = self.scope, Scope(self.scope)
        for generator in node.generators:
            self.value(generator.iter)
            self.assign(generator.target, None)
            self.values(generator.ifs)
        self.value(node.key)
        self.value(node.value)
        self.scope = outer

    def assign(self, target: ast.expr, value: Value | None) -> None:
        """Bind whatever a target names: names, attributes, items and unpackings of these."""
        import ast

        if isinstance(target, ast.Name):
            self.bind(target.id, value)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value)
            if isinstance(value, Name | Function):
                self.attributes.setdefault(target.attr, []).append(value)
            if isinstance(owner, Name):
                self.replaced(f"{owner.path}.{target.attr}", target)
        elif isinstance(target, ast.Subscript):
            self.value(target.value)
            self.value(target.slice)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, None)
        elif isinstance(target, ast.Tuple | ast.List):
            items = _unpacked(value, len(target.elts))
            for one, item in zip(target.elts, items, strict=True):
                self.assign(one, item)

    def replaced(self, path: str, node: ast.expr) -> None:
        """Take note that something of another module is replaced."""
        raise NotImplementedError


def _telling(values: Sequence[Value | None]) -> Value | None:
    """Pick the value that leads out of the source, else the last that is known."""
    known = [one for one in values if one is not None]
    outward = [one for one in known if isinstance(one, Name | Function)]
    return (outward or known or [None])[-1]


def _of_collection(base: Collection, key: object) -> Value | None:
    if base.keys is not None:
        return next((item for item, known in zip(base.items, base.keys, strict=True) if known == key), None)
    if isinstance(key, int) and -len(base.items) <= key < len(base.items):
        return base.items[key]
    return None


def _unpacked(value: Value | None, count: int) -> Sequence[Value | None]:
    if isinstance(value, Collection) and value.keys is None and len(value.items) == count:
        return value.items
    if isinstance(value, Constant) and isinstance(value.value, list) and len(value.value) == count:
        return [Constant(one, value.how) for one in value.value]
    return [None] * count
