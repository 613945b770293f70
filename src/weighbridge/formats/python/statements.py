"""Statements: what runs when the source is executed, and what only when somebody calls it.

Module level, class bodies, decorators, defaults and whatever these call belong to import; the block under
``if __name__ == "__main__"`` and functions that nobody here calls do not.
"""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.formats.python.calls import Calls
from weighbridge.formats.python.values import Class, Collection, Constant, Function, Name, Result, Scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

HOOKS = frozenset({"__init_subclass__", "__set_name__", "__prepare__", "__class_getitem__", "__del__", "__getattr__"})
"""Methods that the interpreter calls without being asked."""


@value
class Imported:
    """An import statement."""

    module: str
    level: int
    names: tuple[str, ...]
    phase: str
    line: int


class Walk(Calls):
    """Walks through a module, then through its functions: first those that import time reaches."""

    def __init__(self, lines: list[bytes]) -> None:
        super().__init__(lines)
        self.imports: dict[tuple[object, ...], Imported] = {}

    def walk(self, tree: ast.Module) -> None:
        """Walk through everything once."""
        self.statements(tree.body)
        self._functions(self.reached)
        self.phase = "call"
        self._functions(self.functions)

    def _functions(self, waiting: list[Function]) -> None:
        """Walk through functions; those found on the way are appended to the list and come last."""
        for function in waiting:
            if function.done:
                continue
            function.done = True
            node = function.node
            self.scope = Scope(function.scope)
            arguments = node.args
            for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                self.bind(one.arg, None)
            for special in (arguments.vararg, arguments.kwarg):
                if special is not None:
                    self.bind(special.arg, None)
            if isinstance(node.body, list):
                self.statements(node.body)
            else:
                self.value(node.body)
        self.scope = self.module

    def statements(self, body: Sequence[ast.stmt]) -> None:
        """Walk through statements in order."""
        for statement in body:
            handler = getattr(self, f"at_{type(statement).__name__.lower()}", None)
            if handler is None:
                self._parts(statement)
            else:
                handler(statement)

    def _parts(self, statement: ast.AST) -> None:
        """Walk through the parts of any other statement in the order in which they are written."""
        import ast

        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.expr):
                self.value(child)
            elif isinstance(child, ast.stmt):
                self.statements([child])
            elif not isinstance(child, ast.expr_context | ast.operator):
                self._parts(child)

    # -- bindings --------------------------------------------------------------------------------------------------

    def at_import(self, node: ast.Import) -> None:
        """``import a.b as c``."""
        for alias in node.names:
            self._imported(alias.name, 0, (), node.lineno)
            self.bind(alias.asname or alias.name.partition(".")[0],
                      Name(alias.name if alias.asname else alias.name.partition(".")[0]))  # fmt: skip

    def at_importfrom(self, node: ast.ImportFrom) -> None:
        """``from a import b as c``, relative ones and ``*``."""
        module = "." * node.level + (node.module or "")
        self._imported(node.module or "", node.level, tuple(alias.name for alias in node.names), node.lineno)
        for alias in node.names:
            if alias.name == "*":
                if not node.level and len(self.stars) < 8 and module not in self.stars:
                    self.stars.append(module)
            else:
                self.bind(alias.asname or alias.name, Name(f"{module}.{alias.name}"))

    def _imported(self, module: str, level: int, names: tuple[str, ...], line: int) -> None:
        key = (module, level, names, self.phase)
        if key not in self.imports:
            self.imports[key] = Imported(module=module, level=level, names=names, phase=self.phase, line=line)

    def at_assign(self, node: ast.Assign) -> None:
        """``a = b = value``."""
        made = self.value(node.value)
        for target in node.targets:
            self.assign(target, made)

    def at_annassign(self, node: ast.AnnAssign) -> None:
        """``a: kind = value``; the annotation is evaluated too, unless the module says otherwise."""
        self.value(node.annotation)
        if node.value is not None:
            self.assign(node.target, self.value(node.value))

    def at_augassign(self, node: ast.AugAssign) -> None:
        """``a += value``."""
        import ast

        added = self.value(node.value)
        if isinstance(node.target, ast.Name):
            before = self.candidates(node.target.id)
            made = self.folder.binary(type(node.op).__name__, before[-1] if before else None, added)
            self.bind(node.target.id, made or (added if isinstance(added, Result) else None))
        else:
            self.assign(node.target, None)

    def at_for(self, node: ast.For | ast.AsyncFor) -> None:
        """Bind the target to the items of a short constant, else to nothing known."""
        import ast

        over = self.value(node.iter)
        self.assign(node.target, None)
        if isinstance(over, Constant) and isinstance(over.value, list) and isinstance(node.target, ast.Name):
            for item in over.value[-4:]:
                self.bind(node.target.id, Constant(item, over.how))
        elif isinstance(over, Collection) and over.keys is None and isinstance(node.target, ast.Name):
            for held in over.items[-4:]:
                self.bind(node.target.id, held)
        self.statements(node.body)
        self.statements(node.orelse)

    at_asyncfor = at_for

    def at_with(self, node: ast.With | ast.AsyncWith) -> None:
        """``with a as b``: what the manager hands out comes from the manager."""
        for item in node.items:
            made = self.value(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, made)
        self.statements(node.body)

    at_asyncwith = at_with

    def at_delete(self, node: ast.Delete) -> None:
        """Nothing is forgotten: what a name stood for may have been used before."""

    # -- branches --------------------------------------------------------------------------------------------------

    def at_if(self, node: ast.If) -> None:
        """Both branches; a row of ``elif`` without a call for each. The guard of scripts is not import time."""
        import ast

        link: ast.If | None = node
        while link is not None:
            self.value(link.test)
            before = self.phase
            if _is_main(link.test) and before == "import":
                self.phase = "call"
            self.statements(link.body)
            self.phase = before
            rest = link.orelse
            link = rest[0] if len(rest) == 1 and isinstance(rest[0], ast.If) else None
            if link is None:
                self.statements(rest)

    # -- definitions -----------------------------------------------------------------------------------------------

    def at_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A function: decorators and defaults run now, its body when it is called."""
        made = self.function(node, node.name)
        self.bind(node.name, made)
        if self.phase == "import" and node.name in HOOKS:
            self.reached.append(made)
        for decorator in node.decorator_list:
            how = self.value(decorator)
            if isinstance(how, Function | Class):
                self.reach(how)
            elif isinstance(how, Name) and "." in how.path:
                self.tell(how.path, decorator, ("decorator",))

    at_asyncfunctiondef = at_functiondef

    def at_classdef(self, node: ast.ClassDef) -> None:
        """A class: its body runs now; of a metaclass the interpreter calls every method."""
        bases = self.values(node.bases)
        self.values([one.value for one in node.keywords])
        outer, self.scope = self.scope, Scope(self.scope)
        self.statements(node.body)
        made, self.scope = Class(self.scope), outer
        for function in (one for known in made.body.names.values() for one in known if isinstance(one, Function)):
            # Methods do not see the names of their class.
            function.scope = outer
        for base in bases:
            if isinstance(base, Class):
                for name, known in base.body.names.items():
                    made.body.names.setdefault(name, known)
            if isinstance(base, Name) and base.path in {"builtins.type", "abc.ABCMeta", "enum.EnumMeta"}:
                self.reached += [
                    one for known in made.body.names.values() for one in known
                    if isinstance(one, Function) and self.phase == "import"
                ]  # fmt: skip
        self.bind(node.name, made)
        for decorator in node.decorator_list:
            how = self.value(decorator)
            if isinstance(how, Function):
                self.reach(how)


def _is_main(test: ast.expr) -> bool:
    """Tell whether a test is ``__name__ == "__main__"``."""
    import ast

    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = (test.left, test.comparators[0])
    named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return named and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)
