"""What an expression of one Python source stands for: texts, and what they depend on where they are not known.

Assignments are followed backwards from where a name is used: the last one before it that always happens, and those
after it that may. Nothing is run. Every expression is evaluated once; what depends on itself is unknown.
"""

from __future__ import annotations

import ast

from weighbridge.inventory.application.python import libraries
from weighbridge.inventory.application.python.members import Members
from weighbridge.inventory.application.python.things import (
    Arguments,
    Bound,
    Class,
    External,
    Function,
    Instance,
    Opened,
    Partial,
    Site,
    term,
)
from weighbridge.inventory.application.reducing import ANY, EACH, changed, choice, formatted, item, joined, percent
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
    from collections.abc import Callable, Sequence as Several
    from typing import Any

    from weighbridge.inventory.application.python.places import Lines
    from weighbridge.inventory.application.python.scopes import Binding, Block, Path, Reader
    from weighbridge.inventory.application.python.things import Known
    from weighbridge.inventory.application.terms import Term

STEPS = 200_000
"""Expressions of one source that are evaluated."""

DEEP = 60
"""Calls, names and expressions within each other that are followed."""

ALTERNATIVES = 12
"""Assignments of one name that are followed."""


class Evaluator(Members):
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

    # -- calls -----------------------------------------------------------------------------------------------------

    def callable_path(self, node: ast.expr, block: Block, path: Path) -> str:
        """Give the dotted path of what is called; ``?`` stands for what is not known."""
        return self.path_of(self.value(node, block, path), node)

    def path_of(self, known: Known | Partial, node: ast.expr) -> str:
        """Give the dotted path of something that is called."""
        match known:
            case External(path=found) | Imported(path=found):
                return found
            case Function(block=block) | Class(block=block):
                return block.name
            case Partial(of=of):
                return self.path_of(of, node)
            case Choice(of=several) if any(isinstance(one, Imported) for one in several):
                return next(one.path for one in several if isinstance(one, Imported))
        words: list[str] = []
        while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
            if isinstance(node, ast.Attribute):
                words.append(node.attr)
            node = node.func if isinstance(node, ast.Call) else node.value
        return ".".join(("?", *words[::-1]))

    def _call(self, node: ast.Call, block: Block, path: Path) -> Known:
        site = Site(node, block, path)
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in libraries.METHODS:
            of = self.value(function.value, block, path)
            if not isinstance(of, External | Instance | Class | Function | Arguments):
                return self._method(Bound(of=of, name=function.attr), site)
            if isinstance(of, External) and function.attr == "get" and not libraries.is_variable(f"{of.path}.get"):
                return self._method(Bound(of=term(of), name="get"), site)
        known = self.value(function, block, path)
        return self._library(known, site) if isinstance(known, External) else self.result(known, site)

    def arguments(self, site: Site) -> tuple[list[Term], dict[str, Term]]:
        """Evaluate what a call gives: by position and by keyword."""
        positional: list[Term] = []
        for one in site.call.args:
            found = self.term(one.value if isinstance(one, ast.Starred) else one, site.block, site.path)
            if isinstance(one, ast.Starred):
                if not isinstance(found, Sequence):
                    break
                positional += found.items
            else:
                positional.append(found)
        named: dict[str, Term] = {}
        for keyword in site.call.keywords:
            found = self.term(keyword.value, site.block, site.path)
            if keyword.arg is not None:
                named[keyword.arg] = found
            elif isinstance(found, Table):
                named |= dict(zip(found.keys, found.values, strict=True))
        return positional, named

    def _library(self, known: External, site: Site) -> Known:
        """Give the result of something of a library, as far as it is data."""
        path = known.path
        at = self.lines.span(site.call)
        if libraries.is_variable(path):
            positional, named = self.arguments(site)
            return libraries.variable([*positional, *filter(None, [named.get("default")])], at)
        if path in libraries.SAME:
            positional, _ = self.arguments(site)
            return positional[libraries.SAME[path]] if len(positional) > libraries.SAME[path] else External(path=path)
        if path in libraries.JOINERS:
            positional, _ = self.arguments(site)
            return joined(positional, "/", at) if positional else Unknown(why="a path")
        if path in libraries.OPENERS and site.call.args:
            return Opened(path=self.term(site.call.args[0], site.block, site.path))
        if path in libraries.READERS and site.call.args:
            return self._document(site)
        if path == "builtins.dict":
            positional, named = self.arguments(site)
            of = positional[0] if positional and isinstance(positional[0], Table) else Table(keys=(), values=())
            return Table(keys=(*of.keys, *named), values=(*of.values, *named.values()))
        if path in {"builtins.list", "builtins.tuple", "builtins.set", "builtins.sorted", "builtins.frozenset"}:
            positional, _ = self.arguments(site)
            return positional[0] if positional else Sequence(items=())
        if path in {"builtins.enumerate", "builtins.zip"}:
            positional, _ = self.arguments(site)
            pairs = [Plain(word="0"), *positional[:1]] if path.endswith("enumerate") else positional
            items = tuple(item(one, ANY) if not isinstance(one, Plain) else one for one in pairs)
            return Sequence(items=(Sequence(items=items),))
        if path == "builtins.getattr" and len(site.call.args) > 1:
            of = self.value(site.call.args[0], site.block, site.path)
            name = self.term(site.call.args[1], site.block, site.path)
            if isinstance(name, Text):
                found = self.attribute(of, name.text)
                more = [self.term(one, site.block, site.path) for one in site.call.args[2:3]]
                return choice((term(found), *more)) if more else found
        if path == "functools.partial" and site.call.args:
            return Partial(of=self.value(site.call.args[0], site.block, site.path), made=site)  # type: ignore[return-value]
        if path.endswith((".parse_args", ".parse_known_args", ".parse_args_into_dataclasses")):
            return self.parsed_arguments(site, known)
        return External(path=f"{path}()", made=known.made or site)

    def _document(self, site: Site) -> Known:
        held = self.value(site.call.args[0], site.block, site.path)
        if isinstance(held, Opened):
            return Document(path=held.path)
        found = term(held)
        return Document(path=found) if isinstance(found, Text) and "\n" not in found.text else found

    def _method(self, bound: Bound, site: Site) -> Known:
        of, name = bound.of, bound.name
        at = self.lines.span(site.call)
        if isinstance(of, Opened):
            return of if name in {"read", "read_text", "open", "read_bytes", "decode"} else Unknown(why=f".{name}()")
        known = term(of)
        positional, named = self.arguments(site)
        if name in {"get", "pop", "setdefault"} and positional:
            found = self.under(known, positional[0])
            fallback = positional[1] if len(positional) > 1 else named.get("default")
            return choice((found, fallback)) if fallback is not None else found
        if name in {"values", "items", "keys", "copy"}:
            return _of_table(known, name)
        if name in {"read_text", "open", "read_bytes"}:
            return Opened(path=known)
        if name == "joinpath":
            return joined((known, *positional), "/", at)
        if name in {"as_posix", "resolve", "absolute", "expanduser", "get_secret_value", "__str__", "to_container"}:
            return known
        if name == "format" and isinstance(known, Text):
            return formatted(known.text, positional, named, at)
        return changed(known, name, positional, at)

    def result(self, known: Known, site: Site | None) -> Known:
        """Give what calling something of this source returns."""
        match known:
            case Class(block=block):
                return Instance(block=block, made=site)
            case Function(block=block, owner=owner):
                returned = [self.value(node, block, path) for node, path in block.returns[:ALTERNATIVES]]
                objects = [one for one in returned if isinstance(one, External | Class | Instance | Function)]
                if objects and len(objects) == len(returned):
                    return objects[0]
                if not returned:
                    return Unknown(why=f"the result of {block.name.rpartition('.')[2]}()")
                found = choice(map(term, returned))
                if owner is not None and owner.made is not None and owner.block.outer is not None:
                    found = self.given(found, owner.block.name, owner.made)
                return self.given(found, block.name, site) if site is not None else found
            case Imported(path=path):
                return Imported(path=f"{path}()")
        return Unknown(why="the result of a call")


def _of_table(known: Term, name: str) -> Term:
    """Give the values, items or keys of a table as a list."""
    if name == "copy":
        return known
    if not isinstance(known, Table):
        several = item(known, ANY)
        pair = Sequence(items=(Unknown(why="a key"), several))
        return Sequence(items=(pair if name == "items" else several,)) if name != "keys" else Unknown(why="keys")
    if name == "values":
        return Sequence(items=known.values)
    at = next((one.at for one in known.values if isinstance(one, Text)), None)
    keys: Several[Term] = [Text(text=key, at=at) if at else Plain(word=key) for key in known.keys]
    if name == "keys":
        return Sequence(items=tuple(keys))
    return Sequence(items=tuple(Sequence(items=pair) for pair in zip(keys, known.values, strict=True)))


def _live(bindings: list[Binding], path: Path, at: tuple[int, int] | None) -> list[Binding]:
    """Leave out the assignments that another one always replaces before the name is used at a place."""
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
