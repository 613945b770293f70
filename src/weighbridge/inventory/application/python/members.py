"""Attributes: of classes and instances of one source, of what a parser of the command line gives, of terms."""

from __future__ import annotations

import ast

from weighbridge.core.values import replace
from weighbridge.inventory.application.python import libraries
from weighbridge.inventory.application.python.things import (
    Arguments,
    Class,
    External,
    Function,
    Instance,
    Site,
    term,
)
from weighbridge.inventory.application.reducing import choice, item, joined
from weighbridge.inventory.application.terms import (
    Choice,
    Item,
    Joined,
    Option,
    Parameter,
    Sequence,
    Table,
    Unknown,
    Variable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.python.places import Lines
    from weighbridge.inventory.application.python.scopes import Binding, Block, Path, Reader
    from weighbridge.inventory.application.python.things import Known
    from weighbridge.inventory.application.terms import Term

_ALTERNATIVES = 12
"""Assignments of one attribute, and options of one name, that are followed."""
_BASES = 8
"""Classes above a class that are looked at."""


class Members:
    """Finds attributes; what an expression stands for is added by its heir."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.lines: Lines
        self._options: dict[str, list[tuple[ast.Call, Block, Path]]] | None = None

    def value(self, node: ast.expr, block: Block, path: Path) -> Known:
        """Evaluate an expression."""
        raise NotImplementedError

    def term(self, node: ast.expr, block: Block, path: Path) -> Term:
        """Evaluate an expression to a term."""
        raise NotImplementedError

    def default(self, node: ast.expr, block: Block, path: Path) -> Term:
        """Evaluate a default."""
        raise NotImplementedError

    def binding(self, one: Binding, name: str) -> Known:
        """Evaluate one way that a name gets its value."""
        raise NotImplementedError

    def arguments(self, site: Site) -> tuple[list[Term], dict[str, Term]]:
        """Evaluate what a call gives."""
        raise NotImplementedError

    def result(self, known: Known, site: Site | None) -> Known:
        """Give what calling something returns."""
        raise NotImplementedError

    def attribute(self, of: Known, name: str) -> Known:
        """Give an attribute."""
        match of:
            case External(path=path, made=made):
                return External(path=f"{path}.{name}", made=made)
            case Class(block=block) | Instance(block=block):
                return self._member(block, name, of)
            case Function(block=block):
                return Unknown(why=f"an attribute of {block.name}")
        return item(term(of), name)

    def set_attribute(self, words: str, block: Block) -> list[Binding] | None:
        """Find what a block or one around it assigns to an attribute of a plain name, as ``config.model = …``."""
        here: Block | None = block
        while here is not None:
            if words in here.attributes:
                return here.attributes[words]
            here = here.outer if here.kind != "class" else None
        return None

    # -- classes ---------------------------------------------------------------------------------------------------

    def _member(self, block: Block, name: str, of: Class | Instance) -> Known:
        line = self._line(block)
        for number, owner in enumerate(line):
            if isinstance(owner, str):
                return External(path=f"{owner}.{name}")
            found = self._own_member(owner, name, of)
            if found is not None:
                return self._handed_up(found, [one for one in line[: number + 1] if not isinstance(one, str)])
        return Unknown(why=f"{block.name.rpartition('.')[2]}.{name} is not assigned here")

    def _handed_up(self, found: Known, line: list[Block]) -> Known:
        """Put what ``super().__init__(…)`` gives in the place of the parameters of the class above."""
        for below, above in zip(line[-2::-1], line[:0:-1], strict=True):
            site = self._super_call(below)
            if site is not None and not isinstance(found, External | Class | Instance | Function):
                found = self.given(term(found), above.name, site)
        return found

    def _super_call(self, block: Block) -> Site | None:
        for call, holder, path in self.reader.calls:
            function = call.func
            if (
                isinstance(function, ast.Attribute) and function.attr == "__init__"
                and isinstance(function.value, ast.Call) and isinstance(function.value.func, ast.Name)
                and function.value.func.id == "super" and holder.outer is block
            ):  # fmt: skip
                return Site(call, holder, path)
        return None

    def _line(self, block: Block) -> list[Block | str]:
        """List a class and those above it; those of other modules by their paths, and last."""
        found: list[Block | str] = []
        waiting = [block]
        while waiting and len(found) < _BASES:
            here = waiting.pop(0)
            found.insert(sum(not isinstance(one, str) for one in found), here)
            node = here.node
            for base in node.bases if isinstance(node, ast.ClassDef) and here.outer is not None else ():
                known = self.value(base, here.outer, ())  # type: ignore[arg-type]
                if isinstance(known, Class) and known.block not in found:
                    waiting.append(known.block)
                elif isinstance(known, External) and not known.path.startswith(_PLAIN_BASES):
                    found.append(known.path)
        return found

    def above(self, block: Block) -> Known:
        """Give what ``super()`` is in a method: an instance of the first class above its own."""
        here: Block | None = block
        while here is not None and here.kind != "class":
            here = here.outer
        for owner in self._line(here)[1:] if here is not None else ():
            return External(path=owner) if isinstance(owner, str) else Instance(block=owner)
        return Unknown(why="super()")

    def _own_member(self, block: Block, name: str, of: Class | Instance) -> Known | None:
        bindings = [*block.names.get(name, ())[-_ALTERNATIVES:], *block.attributes.get(name, ())[-_ALTERNATIVES:]]
        if not bindings:
            return None
        first = bindings[0]
        if first.how == "function":
            function = Function(
                block=first.block.inner[first.node],
                owner=of if isinstance(of, Instance) else None,
            )
            return self.result(function, None) if _is_property(first.node) else function
        if first.how == "class":
            return self.binding(first, name)
        found = [
            self._field(block, name, one, of) if one in block.names.get(name, ()) else self.binding(one, name)
            for one in bindings
        ]
        if len(found) == 1 and isinstance(found[0], External | Class | Instance | Function):
            return found[0]
        objects = [one for one in found if isinstance(one, External | Instance)]
        if objects and all(isinstance(one, External | Instance | Unknown) for one in found):
            return objects[0]
        whole = choice(term(one) for one in found)
        if isinstance(of, Instance) and of.made is not None:
            whole = self.given(whole, block.name, of.made)
        return whole

    def _field(self, block: Block, name: str, one: Binding, of: Class | Instance) -> Known:
        """Give a class attribute; in a data class an instance may have been given another value."""
        default: Term | None = None
        known: Known | None = None
        if isinstance(one.node, ast.expr) and one.how == "value":
            if isinstance(one.node, ast.Call):
                default = self.default(one.node, block, ())
                known = self.value(one.node, block, ())
                if isinstance(known, Class | Instance | Function):
                    return known
            else:
                known = self.value(one.node, block, ())
                default = term(known)
        node = block.node
        if not isinstance(node, ast.ClassDef) or not isinstance(of, Instance) or "__init__" in block.names:
            return known if known is not None and default is None else default or Unknown(why=f"{name} is not set")
        words = {ast.unparse(base).rpartition(".")[2] for base in (*node.bases, *node.decorator_list)}
        if "BaseSettings" in words:
            at = self.lines.span(one.node) if isinstance(one.node, ast.expr) else self.lines.span(node)
            return Variable(name=(_prefix(node) + name).upper(), at=at, default=default)
        is_data = words & {"BaseModel", "NamedTuple", "Struct", "SQLModel"} or any("dataclass" in w for w in words)
        if is_data or any(w.startswith(("define", "attr", "frozen(", "s(")) for w in words):
            fields = [key for key, bound in block.names.items() if bound[0].how in {"value", "declared"}]
            return Parameter(function=block.name, name=name, position=fields.index(name), default=default)
        return default if default is not None else Unknown(why=f"{name} is not set")

    # -- what a call gives -----------------------------------------------------------------------------------------

    def given(self, of: Term, function: str, made: Site) -> Term:
        """Replace the parameters of one function in a term by what a call gives."""
        positional, named = self.arguments(made)
        return self._replaced(of, function, positional, named)

    def _replaced(self, of: Term, function: str, positional: list[Term], named: dict[str, Term]) -> Term:
        def inner(one: Term) -> Term:
            return self._replaced(one, function, positional, named)

        match of:
            case Parameter(function=owner, name=name, position=position, default=default) if owner == function:
                if name in named:
                    return named[name]
                if 0 <= position < len(positional):
                    return positional[position]
                return default if default is not None else of
            case Choice(of=several):
                return choice(map(inner, several))
            case Joined(parts=parts, between=between, at=at):
                return joined(map(inner, parts), between, at)
            case Item(of=held, key=key):
                return item(inner(held), key)
            case Table(values=values):
                return replace(of, values=tuple(map(inner, values)))
            case Sequence(items=items):
                return Sequence(items=tuple(map(inner, items)))
        return of

    # -- command lines ---------------------------------------------------------------------------------------------

    def parsed_arguments(self, known: External) -> Known:
        """Give what parsing a command line gives: options, or instances of data classes (HfArgumentParser)."""
        if known.made is not None and "HfArgumentParser" in known.path and known.made.call.args:
            first = known.made.call.args[0]
            kinds = first.elts if isinstance(first, ast.Tuple | ast.List) else [first]
            values = [self.value(one, known.made.block, known.made.path) for one in kinds]
            tables = [self._fields(one.block) for one in values if isinstance(one, Class)]
            if tables:
                return Sequence(items=tuple(tables))
        return Arguments()

    def _fields(self, block: Block) -> Term:
        keys = [key for key, bound in block.names.items() if bound[0].how == "value"]
        values = [self.attribute(Class(block=block), key) for key in keys]
        return Table(keys=tuple(keys), values=tuple(Option(name=key, default=term(one)) for key, one in
                                                    zip(keys, values, strict=True)))  # fmt: skip

    def argument_of(self, node: ast.Attribute, of: Known) -> Term | None:
        """Give the default of an option by its name, for what parsing gives or what is called like it."""
        if self._options is None:
            self._options = {}
            for call, block, path in self.reader.calls:
                if isinstance(call.func, ast.Attribute) and call.func.attr in {"add_argument", "DEFINE_string"}:
                    self._options.setdefault(libraries.destination(call), []).append((call, block, path))
        named = isinstance(node.value, ast.Name) and node.value.id in libraries.ARGUMENT_NAMES
        if node.attr not in self._options or not (isinstance(of, Arguments) or named):
            return None
        found = []
        for call, block, path in self._options[node.attr][:_ALTERNATIVES]:
            default = next((one.value for one in call.keywords if one.arg == "default"), None)
            choices = self.term(default, block, path) if default is not None else None
            found.append(Option(name=node.attr, default=choices))
        return choice(found)


_PLAIN_BASES = (
    "builtins.", "?.", "typing.", "abc.", "enum.", "pydantic", "dataclasses", "torch.", "transformers.",
    "collections.",
)  # fmt: skip
"""Classes that have no settings of the application."""


def _is_property(node: ast.AST | None) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        ast.unparse(one).rpartition(".")[2] in {"property", "cached_property", "computed_field"}
        for one in node.decorator_list
    )


def _prefix(node: ast.ClassDef) -> str:
    """Give the prefix of environment variables that settings of pydantic have."""
    for one in ast.walk(node):
        if isinstance(one, ast.keyword) and one.arg == "env_prefix" and isinstance(one.value, ast.Constant):
            return str(one.value.value)
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant) and any(
            isinstance(target, ast.Name) and target.id == "env_prefix" for target in one.targets
        ):  # fmt: skip
            return str(one.value.value)
    return ""
