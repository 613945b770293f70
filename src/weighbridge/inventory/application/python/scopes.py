"""The blocks of a Python source: what each name is bound to, where, under which conditions; and all calls.

One walk over the tree; nothing is evaluated. Code that cannot run (``if False:``, behind ``return``) is left out, and
so is what only type checkers read.
"""

from __future__ import annotations

import ast

from weighbridge.inventory.application.names import is_download

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    Path: TypeAlias = tuple[tuple[int, int], ...]
    """The conditional statements that something stands in, each with the number of the branch."""
    Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

NODES = 400_000
"""Expressions of one source that are looked at."""
_KEY = 60
"""Characters of a text that may be the name of something."""


class Binding:
    """One way that a name gets its value.

    ``how``: value, import, function, class, parameter, each (an item of an iterable), entered (``with … as``), lost
    (nothing is known). ``steps`` are the positions by which the value is taken apart.
    """

    __slots__ = ("at", "block", "how", "node", "path", "steps", "words")

    def __init__(
        self, how: str, node: ast.AST | None, at: tuple[int, int], path: Path, block: Block, *,
        steps: tuple[int, ...] = (), words: str = "",
    ) -> None:  # fmt: skip
        self.how = how
        self.node = node
        self.at = at
        self.path = path
        self.block = block
        """The block in which the value is evaluated."""
        self.steps = steps
        self.words = words


class Block:
    """A module, class, function, lambda or comprehension."""

    __slots__ = ("attributes", "inner", "kind", "name", "names", "node", "outer", "returns", "stars")

    def __init__(self, kind: str, name: str, node: ast.AST | None, outer: Block | None) -> None:
        self.kind = kind
        self.name = name
        """The dotted name, with that of the module before it."""
        self.node = node
        self.outer = outer
        self.names: dict[str, list[Binding]] = {}
        self.attributes: dict[str, list[Binding]] = {}
        """Of a class: what its methods assign to ``self``."""
        self.returns: list[tuple[ast.expr, Path]] = []
        self.inner: dict[ast.AST, Block] = {}
        self.stars: list[str] = []


class Reader:
    """Collects the blocks, calls and long addresses of one module."""

    def __init__(self, module: str, *, package: bool) -> None:
        self.module = Block("module", module, None, None)
        self.package = package
        self.calls: list[tuple[ast.Call, Block, Path]] = []
        self.addresses: list[ast.Constant] = []
        self.imported: list[tuple[str, ast.AST]] = []
        self.mentioned: list[str] = []
        """Names and last words of attributes, each as often as it is read."""
        self.given: set[str] = set()
        """Words under which something may be handed on: targets, parameters, keywords, properties."""
        self.renamed: set[str] = set()
        """Last words of what is imported under another name."""
        self.texts: set[str] = set()
        """Texts that may be keys."""
        self.spent = False
        self._count = 0

    def read(self, tree: ast.Module) -> None:
        """Walk the whole module."""
        self._body(tree.body, self.module, ())

    # -- statements ------------------------------------------------------------------------------------------------

    def _body(self, body: Iterable[ast.stmt], block: Block, path: Path) -> None:
        for statement in body:
            self._statement(statement, block, path)
            if isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break):
                return

    def _statement(self, node: ast.stmt, block: Block, path: Path) -> None:
        at = (node.lineno, node.col_offset)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, block, path)
            case ast.ClassDef():
                self._class(node, block, path)
            case ast.Import() | ast.ImportFrom():
                self._import(node, block, path)
            case ast.Assign(targets=targets, value=content):
                self._expression(content, block, path)
                for target in targets:
                    self._bind(target, Binding("value", content, _end(content), path, block), block)
            case ast.AnnAssign(target=target, value=content):
                if content is not None:
                    self._expression(content, block, path)
                how = "value" if content is not None else "declared"
                self._bind(target, Binding(how, content, at if content is None else _end(content), path, block), block)
            case ast.AugAssign(target=target, op=operator, value=content):
                self._expression(content, block, path)
                if isinstance(target, ast.Name):
                    before = ast.copy_location(ast.Name(id=target.id, ctx=ast.Load()), target)
                    both = ast.copy_location(ast.BinOp(left=before, op=operator, right=content), node)
                    self._bind(target, Binding("value", both, at, path, block), block)
            case ast.For() | ast.AsyncFor():
                self._expression(node.iter, block, path)
                inside = (*path, (id(node), 0))
                self._bind(node.target, Binding("each", node.iter, at, inside, block), block)
                self._body(node.body, block, inside)
                self._body(node.orelse, block, path)
            case ast.While():
                if not _is_false(node.test):
                    self._expression(node.test, block, path)
                    self._body(node.body, block, (*path, (id(node), 0)))
                self._body(node.orelse, block, path)
            case ast.If():
                self._if(node, block, path)
            case ast.With() | ast.AsyncWith():
                for held in node.items:
                    self._expression(held.context_expr, block, path)
                    if held.optional_vars is not None:
                        self._bind(held.optional_vars, Binding("entered", held.context_expr, at, path, block), block)
                self._body(node.body, block, path)
            case ast.Try() | ast.TryStar():
                self._body(node.body, block, (*path, (id(node), 0)))
                for number, handler in enumerate(node.handlers, 1):
                    self._body(handler.body, block, (*path, (id(node), number)))
                self._body(node.orelse, block, (*path, (id(node), 0)))
                self._body(node.finalbody, block, path)
            case ast.Match():
                self._expression(node.subject, block, path)
                for number, case in enumerate(node.cases):
                    self._body(case.body, block, (*path, (id(node), number)))
            case ast.Return(value=content):
                if content is not None:
                    self._expression(content, block, path)
                    block.returns.append((content, path))
            case ast.Expr(value=ast.Constant(value=str())):
                return  # a docstring
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self._expression(child, block, path)

    def _if(self, node: ast.If, block: Block, path: Path) -> None:
        self._expression(node.test, block, path)
        if not (_is_false(node.test) or _is_for_types(node.test)):
            self._body(node.body, block, (*path, (id(node), 0)))
        if not (isinstance(node.test, ast.Constant) and node.test.value):
            self._body(node.orelse, block, (*path, (id(node), 1)))

    def _function(self, node: Definition, block: Block, path: Path) -> Block:
        name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
        inner = Block("function", f"{block.name}.{name}", node, block)
        block.inner[node] = inner
        at = (node.lineno, node.col_offset)
        arguments = node.args
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self.given.add(one.arg)
            inner.names[one.arg] = [Binding("parameter", one, at, (), inner, words=one.arg)]
        for rest in filter(None, (arguments.vararg, arguments.kwarg)):
            inner.names[rest.arg] = [Binding("lost", rest, at, (), inner, words=f"*{rest.arg}")]
        for default in (*arguments.defaults, *filter(None, arguments.kw_defaults)):
            self._expression(default, block, path)
        if isinstance(node, ast.Lambda):
            self._expression(node.body, inner, ())
            inner.returns.append((node.body, ()))
            return inner
        for decorator in node.decorator_list:
            self.given.add(node.name)
            self._expression(decorator, block, path)
        block.names.setdefault(node.name, []).append(Binding("function", node, at, path, block))
        self._body(node.body, inner, ())
        return inner

    def _class(self, node: ast.ClassDef, block: Block, path: Path) -> None:
        inner = Block("class", f"{block.name}.{node.name}", node, block)
        block.inner[node] = inner
        at = (node.lineno, node.col_offset)
        block.names.setdefault(node.name, []).append(Binding("class", node, at, path, block))
        for one in (*node.bases, *(keyword.value for keyword in node.keywords), *node.decorator_list):
            self._expression(one, block, path)
        self._body(node.body, inner, ())

    def _import(self, node: ast.Import | ast.ImportFrom, block: Block, path: Path) -> None:
        at = (node.lineno, node.col_offset)
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imported.append((alias.name, node))
                bound = alias.name if alias.asname else alias.name.partition(".")[0]
                name = alias.asname or bound
                self._rename(alias.name, alias.asname)
                block.names.setdefault(name, []).append(Binding("import", node, at, path, block, words=bound))
            return
        base = self._absolute(node.module or "", node.level)
        for alias in node.names:
            if alias.name == "*":
                self.module.stars.append(base)
                continue
            words = f"{base}.{alias.name}" if base else alias.name
            self.imported.append((words, node))
            self._rename(alias.name, alias.asname)
            block.names.setdefault(alias.asname or alias.name, []).append(
                Binding("import", node, at, path, block, words=words)
            )

    def _rename(self, name: str, other: str | None) -> None:
        word = name.rpartition(".")[2]
        if other is not None and other != word:
            self.renamed.add(word)
            self.given.add(other)

    def _absolute(self, module: str, level: int) -> str:
        """Give the dotted path that a relative import means."""
        if not level:
            return module
        parts = self.module.name.split(".")
        kept = parts[: len(parts) - level + (1 if self.package else 0)]
        return ".".join((*kept, module) if module else kept)

    def _bind(self, target: ast.expr, binding: Binding, block: Block) -> None:
        """Bind a target, or the parts of a tuple, each with its own position."""
        match target:
            case ast.Name(id=name):
                self.given.add(name)
                owner = block
                while owner.kind == "comprehension" and owner.outer is not None and binding.how == "value":
                    owner = owner.outer
                owner.names.setdefault(name, []).append(binding)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for number, part in enumerate(parts):
                    how = "lost" if isinstance(part, ast.Starred) else binding.how
                    inner = part.value if isinstance(part, ast.Starred) else part
                    piece = Binding(
                        how, binding.node, binding.at, binding.path, binding.block, steps=(*binding.steps, number)
                    )
                    self._bind(inner, piece, block)
            case ast.Attribute(value=ast.Name(id=holder), attr=name):
                self.given.add(name)
                owner_class = _class_of(block)
                if owner_class is not None and holder in {"self", "cls"}:
                    owner_class.attributes.setdefault(name, []).append(binding)
                elif holder in block.names or holder in self.module.names:
                    block.attributes.setdefault(f"{holder}.{name}", []).append(binding)

    # -- expressions -----------------------------------------------------------------------------------------------

    def _expression(self, node: ast.AST, block: Block, path: Path) -> None:
        waiting = [node]
        while waiting:
            one = waiting.pop()
            self._count += 1
            if self._count > NODES:
                self.spent = True
                return
            if isinstance(one, ast.Name):
                self.mentioned.append(one.id)
                continue
            if isinstance(one, ast.Constant):
                self._constant(one)
                continue
            if isinstance(one, ast.Attribute):
                self.mentioned.append(one.attr)
                waiting.append(one.value)
                continue
            match one:
                case ast.Call():
                    self.calls.append((one, block, path))
                case ast.keyword(arg=str() as name):
                    self.given.add(name)
                case ast.Lambda():
                    self._function(one, block, path)
                    continue
                case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                    self._comprehension(one, block, path)
                    continue
                case ast.NamedExpr(target=target, value=content):
                    at = (one.lineno, one.col_offset)
                    self._bind(target, Binding("value", content, at, path, block), block)
            for field in one._fields:
                part = getattr(one, field, None)
                if isinstance(part, list):
                    waiting += filter(None, part)  # a dictionary that is unpacked has no key
                elif isinstance(part, ast.expr):
                    waiting.append(part)

    def _constant(self, node: ast.Constant) -> None:
        text = node.value
        if not isinstance(text, str):
            return
        if len(text) <= _KEY:
            self.texts.add(text)
        if "hf://" in text or ("huggingface.co/" in text and is_download(text)):
            self.addresses.append(node)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, block: Block, path: Path
    ) -> None:
        inner = Block("comprehension", block.name, node, block)
        block.inner[node] = inner
        for generator in node.generators:
            self._expression(generator.iter, inner, path)
            self._bind(generator.target, Binding("each", generator.iter, (0, 0), path, inner), inner)
            for test in generator.ifs:
                self._expression(test, inner, path)
        parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        for part in parts:
            self._expression(part, inner, path)


def _end(node: ast.expr) -> tuple[int, int]:
    """Give where a value ends: until there its name stands for what it was before, as in ``model = load(model)``."""
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _is_false(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and not test.value


def _is_for_types(test: ast.expr) -> bool:
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(value=ast.Name(id="typing"), attr="TYPE_CHECKING"):
            return True
    return False


def _class_of(block: Block) -> Block | None:
    """Find the class whose method, however deep inside, this block is."""
    here: Block | None = block
    while here is not None and here.kind != "class":
        here = here.outer
    return here
