"""What an expression of one Python source stands for: texts, and what they depend on where they are not known.

Assignments are followed backwards from where a name is used: the last one before it that always happens, and those
after it that may. Nothing is run. Every expression is evaluated once; what depends on itself is unknown.
"""

from __future__ import annotations

import ast
from bisect import bisect_left

from weighbridge.inventory.application.python import libraries
from weighbridge.inventory.application.python.results import Results
from weighbridge.inventory.application.python.things import (
    Arguments,
    Class,
    External,
    Function,
    Instance,
    Site,
    term,
)
from weighbridge.inventory.application.reducing import ANY, EACH, choice, item, joined, percent
from weighbridge.inventory.application.terms import (
    LONGEST,
    MOST,
    Choice,
    Document,
    Imported,
    Item,
    Parameter,
    Plain,
    Sequence,
    Table,
    Text,
    Unknown,
    Variable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from weighbridge.inventory.application.python.places import Lines
    from weighbridge.inventory.application.python.scopes import Binding, Block, Path, Reader
    from weighbridge.inventory.application.python.things import Known
    from weighbridge.inventory.application.terms import Term

STEPS = 200_000
"""Expressions of one source that are evaluated."""

DEEP = 60
"""Calls, names and expressions within each other that are followed."""

_MANY = 100
"""Assignments of one name before its use that are looked at."""
ALTERNATIVES = 12
"""Assignments of one name that are followed."""


class Evaluator(Results):
    """Evaluates expressions of one source."""

    def __init__(self, reader: Reader, lines: Lines) -> None:
        super().__init__(reader)
        self.lines = lines
        self._known: dict[tuple[int, int], Known] = {}
        self._busy: set[tuple[int, int]] = set()
        self._steps = 0
        self._depth = 0

    def value(self, node: ast.expr, block: Block, path: Path) -> Known:
        """Evaluate an expression."""
        key = (id(node), id(block))
        if key in self._known:
            return self._known[key]
        self._steps += 1
        if key in self._busy or self._steps > STEPS or self._depth > DEEP:
            return Unknown(why="it depends on itself")
        self._busy.add(key)
        self._depth += 1
        handler: Callable[[Any, Block, Path], Known] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        found = handler(node, block, path) if handler else Unknown(why=f"an expression ({type(node).__name__})")
        self._depth -= 1
        self._busy.discard(key)
        self._known[key] = found
        return found

    def term(self, node: ast.expr, block: Block, path: Path) -> Term:
        """Evaluate an expression to a term."""
        return term(self.value(node, block, path))

    # -- names -----------------------------------------------------------------------------------------------------

    def _name(self, node: ast.Name, block: Block, path: Path) -> Known:
        return self.named(node.id, block, path, (node.lineno, node.col_offset))

    def named(self, name: str, block: Block, path: Path, at: tuple[int, int]) -> Known:
        """Give what a name stands for at a place."""
        here: Block | None = block
        own = True
        while here is not None:
            if name in here.names and (own or here.kind != "class"):
                return self._bound(name, here.names[name], path if own else (), at if own else None)
            own = own and here.kind == "comprehension"
            here = here.outer
        if self.reader.module.stars:
            return choice(Imported(path=f"{module}.{name}") for module in self.reader.module.stars)
        return External(path=f"builtins.{name}" if name in libraries.BUILTINS else f"?.{name}")

    def _bound(self, name: str, bindings: list[Binding], path: Path, at: tuple[int, int] | None) -> Known:
        live = _live([one for one in bindings if one.how != "declared"], path, at)
        found = [self.binding(one, name) for one in live[-ALTERNATIVES:]]
        if len(found) == 1:
            return found[0]
        objects = [one for one in found if not isinstance(one, Unknown)]
        same = [one for one in objects if isinstance(one, External | Function | Class | Instance)]
        if same and len(same) == len(objects):
            # ``try: from a import f`` and ``except ImportError: from b import f``: the first is what is meant.
            return same[0]
        return choice(term(one) for one in found) if found else Unknown(why=f"{name} is not assigned")

    def binding(self, one: Binding, name: str) -> Known:
        """Evaluate one way that a name gets its value."""
        match one.how:
            case "import":
                return External(path=one.words)
            case "function":
                return Function(block=one.block.inner[one.node])  # type: ignore[index]
            case "class":
                return Class(block=one.block.inner[one.node])  # type: ignore[index]
            case "parameter":
                return self.parameter(one.block, name)
            case "value" if isinstance(one.node, ast.expr):
                return self._apart(self.value(one.node, one.block, one.path), one.steps)
            case "entered" if isinstance(one.node, ast.expr):
                return self.value(one.node, one.block, one.path)
            case "each" if isinstance(one.node, ast.expr):
                return self._apart(self._each(self.term(one.node, one.block, one.path)), one.steps)
        return Unknown(why=f"{name} is not known")

    def _each(self, of: Term) -> Term:
        """Give the items of what a loop goes through; those of a table are its keys."""
        if isinstance(of, Table):
            at = next((one.at for one in of.values if isinstance(one, Text)), None)
            return choice(Text(text=key, at=at) for key in of.keys) if at else Unknown(why="the keys of a table")
        several = isinstance(of, Sequence | Choice | Document | Item | Imported | Parameter)
        return item(of, EACH) if several else Unknown(why="a loop")

    def _apart(self, known: Known, steps: tuple[int, ...]) -> Known:
        for step in steps:
            known = item(term(known), str(step)) if not isinstance(known, Arguments) else known
        return known

    def parameter(self, block: Block, name: str) -> Known:
        """Give what a parameter is: the instance in a method, or open, with its default."""
        node = block.node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return Unknown(why=f"{name} is not known")
        arguments = [*node.args.posonlyargs, *node.args.args]
        position = next((number for number, one in enumerate(arguments) if one.arg == name), -1)
        outer, function = block.outer, block.name
        if outer is not None and outer.kind == "class" and not _is_static(node):
            if position == 0:
                return Class(block=outer) if _is_of_class(node) else Instance(block=outer)
            position -= position > 0
            function = function.removesuffix(".__init__")
        default: Term | None = None
        defaults = dict(zip([one.arg for one in arguments][::-1], node.args.defaults[::-1], strict=False))
        defaults |= {
            one.arg: content for one, content in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            if content is not None
        }  # fmt: skip
        if name in defaults and outer is not None:
            default = self.default(defaults[name], outer, ())
        settings = libraries.settings_of(node, self.lines)
        if settings is not None and position == 0:
            return settings
        option = libraries.option_of(node, name, lambda one: self.default(one, outer or block, ()))
        if option is not None and default is None:
            return option
        return Parameter(function=function, name=name, position=position, default=default)

    def default(self, node: ast.expr, block: Block, path: Path) -> Term:
        """Evaluate a default: ``Field``, ``field`` and ``typer.Option`` hold theirs inside."""
        if isinstance(node, ast.Call):
            called = self.callable_path(node.func, block, path).rpartition(".")[2]
            if called in libraries.DEFAULTS:
                held = next((one.value for one in node.keywords if one.arg == "default"), None)
                held = held or (node.args[0] if node.args else None)
                factory = next((one.value for one in node.keywords if one.arg == "default_factory"), None)
                if held is None and factory is not None:
                    return self._called(self.value(factory, block, path), None)
                found = self.term(held, block, path) if held is not None else Unknown(why="no default")
                return libraries.as_option(called, found)
        return self.term(node, block, path)

    def _called(self, known: Known, made: Site | None) -> Term:
        return term(self.result(known, made))

    # -- constants and operators -----------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant, _block: Block, _path: Path) -> Known:
        content = node.value
        if isinstance(content, str):
            if len(content) > LONGEST:
                return Unknown(why="a long text")
            return Text(text=content, at=self.lines.span(node), literal=self.lines.is_plain(node))
        if isinstance(content, bool | int | float) or content is None:
            return Plain(word=repr(content)[:40])
        return Unknown(why="a constant that is no text")

    def _joinedstr(self, node: ast.JoinedStr, block: Block, path: Path) -> Known:
        parts = [
            self.term(one.value if isinstance(one, ast.FormattedValue) else one, block, path) for one in node.values
        ]
        return joined(parts, "", self.lines.span(node))

    def _binop(self, node: ast.BinOp, block: Block, path: Path) -> Known:
        left, right = self.term(node.left, block, path), self.term(node.right, block, path)
        at = self.lines.span(node)
        match node.op:
            case ast.Add():
                if isinstance(left, Sequence) and isinstance(right, Sequence):
                    return Sequence(items=(*left.items, *right.items)[:MOST])
                return joined((left, right), "", at)
            case ast.Div():
                return joined((left, right), "/", at)
            case ast.Mod() if isinstance(left, Text):
                return percent(left.text, list(right.items) if isinstance(right, Sequence) else [right], at)
            case ast.BitOr() if isinstance(left, Table) and isinstance(right, Table):
                return Table(keys=(*left.keys, *right.keys), values=(*left.values, *right.values))
        return Unknown(why="the result of an operator")

    def _ifexp(self, node: ast.IfExp, block: Block, path: Path) -> Known:
        known = [self.value(one, block, path) for one in (node.body, node.orelse)]
        objects = [one for one in known if isinstance(one, External | Function | Class | Instance)]
        return objects[0] if len(objects) == 2 else choice(map(term, known))

    def _boolop(self, node: ast.BoolOp, block: Block, path: Path) -> Known:
        known = [self.value(one, block, path) for one in node.values]
        if all(isinstance(one, External | Function | Class | Instance | Arguments) for one in known):
            return known[0]
        terms = [term(one) for one in known]
        first = terms[0]
        if isinstance(node.op, ast.Or) and isinstance(first, Variable) and first.default is None and len(terms) > 1:
            return Variable(name=first.name, at=first.at, default=choice(terms[1:]))
        if isinstance(node.op, ast.And):
            return terms[-1]
        return choice(one for one in terms if one != Plain(word="None"))

    def _tuple(self, node: ast.Tuple | ast.List | ast.Set, block: Block, path: Path) -> Known:
        items: list[Term] = []
        for one in node.elts[:MOST]:
            found = self.term(one.value if isinstance(one, ast.Starred) else one, block, path)
            if isinstance(one, ast.Starred) and isinstance(found, Sequence):
                items += found.items
            else:
                items.append(found)
        return Sequence(items=tuple(items[:MOST]))

    _list = _set = _tuple

    def _dict(self, node: ast.Dict, block: Block, path: Path) -> Known:
        keys: list[str] = []
        values: list[Term] = []
        for key, content in list(zip(node.keys, node.values, strict=True))[:MOST]:
            found = self.term(content, block, path)
            if key is None:
                if isinstance(found, Table):
                    keys += found.keys
                    values += found.values
                continue
            named = self.term(key, block, path)
            if isinstance(named, Text | Plain):
                keys.append(named.text if isinstance(named, Text) else named.word)
            else:
                # A key that is not known still has a value that may be meant.
                keys.append(ast.unparse(key)[:200])
            values.append(found)
        return Table(keys=tuple(keys[:MOST]), values=tuple(values[:MOST]))

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, block: Block, path: Path) -> Known:
        inner = block.inner.get(node)
        if inner is None:
            return Unknown(why="a comprehension")
        found = self.term(node.elt, inner, path)
        return Sequence(items=found.of if isinstance(found, Choice) else (found,))

    _setcomp = _generatorexp = _listcomp

    def _dictcomp(self, node: ast.DictComp, block: Block, path: Path) -> Known:
        inner = block.inner.get(node)
        if inner is None:
            return Unknown(why="a comprehension")
        found = self.term(node.value, inner, path)
        several = found.of if isinstance(found, Choice) else (found,)
        return Table(keys=tuple(map(str, range(len(several)))), values=several)

    def _namedexpr(self, node: ast.NamedExpr, block: Block, path: Path) -> Known:
        return self.value(node.value, block, path)

    def _await(self, node: ast.Await | ast.Starred, block: Block, path: Path) -> Known:
        return self.value(node.value, block, path)

    _starred = _await

    def _lambda(self, node: ast.Lambda, block: Block, _path: Path) -> Known:
        inner = block.inner.get(node)
        return Function(block=inner) if inner is not None else Unknown(why="a lambda")

    def _subscript(self, node: ast.Subscript, block: Block, path: Path) -> Known:
        of = self.value(node.value, block, path)
        if isinstance(of, External) and of.path == "os.environ":
            return libraries.variable([self.term(node.slice, block, path)], self.lines.span(node))
        if isinstance(of, Class):  # a member of an enumeration by its name, or Generic[T]
            name = self.term(node.slice, block, path)
            return self.attribute(of, name.text) if isinstance(name, Text) else of
        if isinstance(node.slice, ast.Slice):
            return Unknown(why="a part of something")
        return self.under(term(of), self.term(node.slice, block, path))

    def under(self, of: Term, key: Term) -> Term:
        """Give what lies under a key; all of it where the key is not known."""
        if isinstance(key, Text):
            return item(of, key.text)
        if isinstance(key, Plain):
            return item(of, key.word)
        if isinstance(key, Choice):
            return choice(self.under(of, one) for one in key.of)
        if isinstance(of, Unknown):
            return of
        if isinstance(key, Variable | Parameter) and isinstance(key.default, Text) and isinstance(of, Table):
            first = item(of, key.default.text)
            return choice((first, item(of, ANY)))
        return item(of, ANY)

    def _attribute(self, node: ast.Attribute, block: Block, path: Path) -> Known:
        if isinstance(node.value, ast.Name):
            set_here = self.set_attribute(f"{node.value.id}.{node.attr}", block)
            if set_here is not None:
                return self._bound(node.attr, set_here, path, None)
        of = self.value(node.value, block, path)
        if isinstance(of, Arguments | Parameter | Unknown) or (isinstance(of, External) and of.path.startswith("?.")):
            found = self.argument_of(node, of)
            if found is not None:
                return found
        return self.attribute(of, node.attr)


def _live(bindings: list[Binding], path: Path, at: tuple[int, int] | None) -> list[Binding]:
    """Leave out the assignments that another one always replaces before the name is used at a place."""
    if len(bindings) > _MANY:
        end = bisect_left(bindings, at, key=lambda one: one.at) if at is not None else len(bindings)
        bindings = bindings[max(0, end - _MANY) : end] or bindings[:_MANY]
    before = [one for one in bindings if at is None or one.at < at] or bindings
    kept: list[Binding] = []
    branches = dict(path)
    for one in before:
        if at is not None and any(branches.get(step, branch) != branch for step, branch in one.path):
            continue  # in another branch of a condition that the use stands in
        if one.path == path[: len(one.path)]:
            kept.clear()
        kept.append(one)
    return kept or before


def _is_static(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list
    )


def _is_of_class(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(one, ast.Name) and one.id == "classmethod" for one in node.decorator_list
    )
