"""What calls give: of functions of one source, of libraries that hand data on, of methods of texts and tables."""

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
from weighbridge.inventory.application.reducing import ANY, changed, choice, formatted, item, joined
from weighbridge.inventory.application.terms import (
    Choice,
    Document,
    Imported,
    Plain,
    Sequence,
    Table,
    Text,
    Unknown,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence as Several

    from weighbridge.inventory.application.python.scopes import Block, Path
    from weighbridge.inventory.application.python.things import Known
    from weighbridge.inventory.application.terms import Term

RETURNS = 12
"""Return statements of one function that are followed."""


class Results(Members):
    """Evaluates calls; what any other expression stands for is added by its heir."""

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
            fallback = named.get("default", named.get("default_var"))
            return libraries.variable(positional if fallback is None else [*positional, fallback], at)
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
            held = self.value(site.call.args[0], site.block, site.path)
            name = self.term(site.call.args[1], site.block, site.path)
            if isinstance(name, Text):
                reached = self.attribute(held, name.text)
                more = [self.term(one, site.block, site.path) for one in site.call.args[2:3]]
                return choice((term(reached), *more)) if more else reached
        if path == "functools.partial" and site.call.args:
            return Partial(of=self.value(site.call.args[0], site.block, site.path), made=site)  # type: ignore[return-value]
        if path == "builtins.super":
            return self.above(site.block)
        if path.endswith((".parse_args", ".parse_known_args", ".parse_args_into_dataclasses")):
            return self.parsed_arguments(known)
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
                returned = [self.value(node, block, path) for node, path in block.returns[:RETURNS]]
                objects = [one for one in returned if isinstance(one, External | Class | Instance | Function)]
                if objects and len(objects) == len(returned):
                    return objects[0]
                if not returned:
                    return Unknown(why=f"the result of {block.name.rpartition('.')[2]}()")
                given = choice(map(term, returned))
                if owner is not None and owner.made is not None and owner.block.outer is not None:
                    given = self.given(given, owner.block.name, owner.made)
                return self.given(given, block.name, site) if site is not None else given
            case Imported(path=path):
                return Imported(path=f"{path}()")
        return Unknown(why="the result of a call")

    def under(self, of: Term, key: Term) -> Term:
        """Give what lies under a key."""
        raise NotImplementedError


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
