"""The tree of a Jinja template, walked once without a stack of calls, and what can be known of its expressions.

``Tree`` knows which names the template sets itself and from what, which constants an expression amounts to, and
which expressions carry what somebody wrote in the conversation.
"""

from __future__ import annotations

from weighbridge.core.errors import OverLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jinja2.nodes import Node

CONTENT = frozenset({"content", "text", "prompt", "query"})
"""Fields of a message that hold what somebody wrote."""

CONVERSATION = frozenset({"messages", "loop_messages", "conversation", "conversations", "chat", "history"})
"""Names of the conversation as a whole: written out as text they hold what everybody wrote."""

_WRITES_OUT = frozenset({"string", "tojson", "join", "upper", "lower", "pprint", "safe", "escape", "e"})
_PARTS_OF_TALK = frozenset({
    "list", "reverse", "select", "reject", "selectattr", "rejectattr", "first", "last", "sort", "unique", "batch",
})  # fmt: skip
_PAIRS = frozenset({"items", "values", "dictsort"})
_COUNTS = frozenset({"length", "count", "int", "float", "wordcount"})
STEPS = 2_000_000
"""Nodes that are visited for one template, again and again included; the longest honest ones take some 60,000."""

_ROUNDS = 6  # times that names are followed through assignments
_DEPTH = 40  # levels of a constant that are followed
_PARTS = 4_096  # parts of a sum that are put together
_LITERAL = 1 << 13  # characters of a constant that is put together


class Tree:
    """A parsed template; ``nodes`` are all nodes in the order of the text, ``parent`` leads up by identity."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.nodes: list[Node] = []
        self.parent: dict[int, Node] = {}
        stack = [root]
        while stack:
            node = stack.pop()
            self.nodes.append(node)
            children = list(node.iter_child_nodes())
            for child in children:
                self.parent[id(child)] = node
            stack += reversed(children)
        self.values: dict[str, list[Node]] = {}
        """What each name is set to, ``a.b`` for attributes of a namespace."""
        self.own: set[str] = set()
        """Names that the template itself sets."""
        self._find_names()
        self._steps = 0
        self._constants: dict[int, str | None] = {}
        self._derived: dict[int, bool] = {}
        self.talks = set(CONVERSATION)
        """Names of the conversation, of parts of it and of its messages."""
        self._find_talks()
        self.said: set[str] = set()
        """Names of what somebody wrote."""
        self._find_said()

    def under(self, top: Node, without: frozenset[int] = frozenset()) -> Iterator[Node]:
        """Yield a node and all below it, but nothing below nodes whose identity is in ``without``."""
        stack = [top]
        while stack:
            node = stack.pop()
            if id(node) in without:
                continue
            self._spend(1)
            yield node
            stack += reversed(list(node.iter_child_nodes()))

    def above(self, node: Node) -> Iterator[Node]:
        """Yield the nodes around a node, from the inside out."""
        found = self.parent.get(id(node))
        while found is not None:
            self._spend(1)
            yield found
            found = self.parent.get(id(found))

    def _spend(self, steps: int) -> None:
        """Count visits; raises OverLimit: some questions visit the same nodes again for each node around them."""
        self._steps += steps
        if self._steps > STEPS:
            raise OverLimit(f"a template takes more than {STEPS} steps to look through")

    # -- names ---------------------------------------------------------------------------------------------------

    def _find_names(self) -> None:
        from jinja2 import nodes as ast

        for node in self.nodes:
            if isinstance(node, ast.Assign):
                self._set(node.target, node.node)
                call = node.node
                if isinstance(call, ast.Call) and isinstance(node.target, ast.Name):
                    for word in call.kwargs:
                        self.values.setdefault(f"{node.target.name}.{word.key}", []).append(word.value)
            elif isinstance(node, ast.AssignBlock):
                for part in node.body:
                    self._set(node.target, part)
            elif isinstance(node, ast.For):
                self._set(node.target, node.iter)
            elif isinstance(node, ast.Macro):
                self.own.add(node.name)
                self.own.update(argument.name for argument in node.args)
            elif isinstance(node, ast.Name) and node.ctx != "load":
                self.own.add(node.name)

    def _set(self, target: Node, content: Node) -> None:
        from jinja2 import nodes as ast

        if isinstance(target, ast.Name):
            self.values.setdefault(target.name, []).append(content)
        elif isinstance(target, ast.NSRef):
            self.values.setdefault(f"{target.name}.{target.attr}", []).append(content)
        elif isinstance(target, ast.Tuple):
            for one in target.items:
                self._set(one, content)

    def _find_talks(self) -> None:
        """Follow the conversation and its messages through assignments and loops."""
        for _ in range(_ROUNDS):
            before = len(self.talks)
            for name, contents in self.values.items():
                if name not in self.talks and any(self._is_talk(content) for content in contents):
                    self.talks.add(name)
            if len(self.talks) == before:
                break

    def _is_talk(self, node: Node) -> bool:
        """Tell whether an expression is the conversation, a part of it or a message, and not a field of one."""
        from jinja2 import nodes as ast

        inner: Node | None = node
        while inner is not None and not isinstance(inner, ast.Name):
            self._spend(1)
            if isinstance(inner, ast.Add):
                inner = inner.left
            elif isinstance(inner, ast.Filter):
                inner = inner.node if inner.name in _PARTS_OF_TALK else None
            elif isinstance(inner, ast.Getitem):
                inner = None if isinstance(getattr(inner.arg, "value", None), str) else inner.node
            else:
                return False
        return inner is not None and inner.name in self.talks

    def _find_said(self) -> None:
        """Follow what was said through assignments, until nothing more is found; each round from the leaves up."""
        from jinja2 import nodes as ast

        for _ in range(_ROUNDS):
            before = len(self.said)
            self._derived.clear()
            for node in reversed(self.nodes):
                if isinstance(node, ast.Expr):
                    self._derived[id(node)] = self._is_said(node)
            for name, contents in self.values.items():
                if name not in self.said and any(self._says(content) for content in contents):
                    self.said.add(name)
            if len(self.said) == before:
                break

    def _says(self, node: Node) -> bool:
        from jinja2 import nodes as ast

        return any(self.is_said(part) for part in node.nodes) if isinstance(node, ast.Output) else self.is_said(node)

    # -- what was said -------------------------------------------------------------------------------------------

    def is_said(self, node: Node) -> bool:
        """Tell whether an expression carries what somebody wrote in the conversation."""
        return self._derived.get(id(node), False)

    def _is_said(self, node: Node) -> bool:
        from jinja2 import nodes as ast

        if isinstance(node, ast.Name):
            return node.name in self.said
        if isinstance(node, ast.Getattr):
            base = node.node
            if isinstance(base, ast.Name) and f"{base.name}.{node.attr}" in self.said:
                return True
            return node.attr in CONTENT
        if isinstance(node, ast.Getitem):
            key = self.constant(node.arg)
            return self.is_said(node.node) if key is None else key in CONTENT
        if isinstance(node, ast.Call):
            return self._call_says(node)
        if isinstance(node, ast.Filter):
            if node.name in _COUNTS or node.node is None:
                return False
            if node.name in _PAIRS:
                return self._is_talk(node.node)
            if node.name in _WRITES_OUT and self._is_talk(node.node):
                return True
            words = (*node.args, *(word.value for word in node.kwargs))
            return any(map(_is_content, words)) or self.is_said(node.node)
        if isinstance(node, ast.CondExpr):
            return any(self.is_said(one) for one in (node.expr1, node.expr2) if one is not None)
        if isinstance(node, ast.BinExpr | ast.Concat):
            return any(self.is_said(child) for child in node.iter_child_nodes())
        return False

    def _call_says(self, node: Node) -> bool:
        from jinja2 import nodes as ast

        assert isinstance(node, ast.Call)
        if isinstance(node.node, ast.Getattr):
            first = node.args[0] if node.args else None
            if node.node.attr == "get" and isinstance(first, ast.Const):
                return _is_content(first)
            if node.node.attr in _PAIRS:
                return self._is_talk(node.node.node)
            return node.node.attr != "keys" and self.is_said(node.node.node)
        if isinstance(node.node, ast.Name) and node.node.name in self.own:
            return any(self.is_said(one) for one in node.args)
        return False

    # -- constants -----------------------------------------------------------------------------------------------

    def constant(self, node: Node, depth: int = 0) -> str | None:
        """Put a string together out of its constant parts; None where one is not known."""
        from jinja2 import nodes as ast

        if isinstance(node, ast.Const):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.TemplateData):
            return node.data
        if depth > _DEPTH:
            return None
        if id(node) not in self._constants:
            self._constants[id(node)] = None  # what refers to itself has no value
            self._constants[id(node)] = self._amounts_to(node, depth)
        return self._constants[id(node)]

    def _amounts_to(self, node: Node, depth: int) -> str | None:
        from jinja2 import nodes as ast

        if isinstance(node, ast.Name):
            contents = self.values.get(node.name, ())
            return self.constant(contents[0], depth + 1) if len(contents) == 1 else None
        if isinstance(node, ast.Add | ast.Concat):
            return self._joined(self.parts(node), "", depth)
        if isinstance(node, ast.Filter) and node.node is not None:
            return self._filtered(node, depth)
        if isinstance(node, ast.Call) and isinstance(node.node, ast.Getattr):
            base = self.constant(node.node.node, depth + 1)
            if base is None:
                return None
            if node.node.attr == "join" and node.args and isinstance(node.args[0], ast.List | ast.Tuple):
                return self._joined(node.args[0].items, base, depth)
            return _PLAIN[node.node.attr](base) if node.node.attr in _PLAIN and not node.args else None
        return None

    def _filtered(self, node: Node, depth: int) -> str | None:
        from jinja2 import nodes as ast

        assert isinstance(node, ast.Filter)
        assert node.node is not None
        if node.name == "join":
            glue = self.constant(node.args[0], depth + 1) if node.args else ""
            if glue is None or not isinstance(node.node, ast.List | ast.Tuple):
                return None
            return self._joined(node.node.items, glue, depth)
        inner = self.constant(node.node, depth + 1)
        if inner is None:
            return None
        if node.name == "replace" and len(node.args) >= 2:
            old, new = self.constant(node.args[0], depth + 1), self.constant(node.args[1], depth + 1)
            return None if old is None or new is None else inner.replace(old, new)[:_LITERAL]
        return _PLAIN[node.name](inner) if node.name in _PLAIN else None

    def _joined(self, parts: Iterable[Node], glue: str, depth: int) -> str | None:
        made, length = list[str](), 0
        for part in parts:
            one = self.constant(part, depth + 1)
            if one is None or length > _LITERAL:
                return None
            made.append(one)
            length += len(one) + len(glue)
        return glue.join(made)

    def parts(self, node: Node) -> list[Node]:
        """List the parts of a sum or concatenation in their order; sums are chained to the left."""
        from jinja2 import nodes as ast

        made: list[Node] = []
        while isinstance(node, ast.Add) and len(made) < _PARTS:
            made.append(node.right)
            node = node.left
        made += reversed(node.nodes) if isinstance(node, ast.Concat) else [node]
        self._spend(len(made))
        return made[::-1]


def _is_content(node: Node | None) -> bool:
    from jinja2 import nodes as ast

    return isinstance(node, ast.Const) and isinstance(node.value, str) and node.value in CONTENT


_PLAIN: dict[str, Callable[[str], str]] = {
    "lower": str.lower, "upper": str.upper, "trim": str.strip, "strip": str.strip, "capitalize": str.capitalize,
    "title": str.title, "reverse": lambda text: text[::-1], "string": str, "safe": str,
}  # fmt: skip
"""Filters and methods whose outcome is known from a constant alone."""
