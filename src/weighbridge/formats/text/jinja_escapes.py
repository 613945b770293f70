"""Ways from a Jinja template to the interpreter: special attributes, computed names, other files, built-in objects.

Sources: the published gadgets for Jinja without a sandbox (CVE-2024-34359) and the holes of its sandbox
(CVE-2024-56326 ``format`` by reference, CVE-2025-27516 ``attr``).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2.nodes import Call, Filter, Node

    from weighbridge.formats.text.jinja_tree import Tree

OBJECTS = frozenset({
    "lipsum", "cycler", "joiner", "self", "request", "config", "url_for", "get_flashed_messages", "application",
})  # fmt: skip
"""Objects that Jinja or Flask put into every template and whose attributes lead to modules."""

INNER = frozenset({
    "func_globals", "func_code", "gi_frame", "gi_code", "gi_yieldfrom", "cr_frame", "cr_code", "ag_frame", "ag_code",
    "f_globals", "f_locals", "f_builtins", "f_back", "tb_frame", "tb_next", "mro", "im_func", "im_self",
})  # fmt: skip
"""Attributes without underscores that Jinja's sandbox denies."""

METHODS = frozenset({
    "append", "capitalize", "casefold", "center", "copy", "count", "endswith", "expandtabs", "extend", "find", "format",
    "get", "index", "insert", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower",
    "isnumeric", "isspace", "istitle", "isupper", "items", "join", "keys", "ljust", "lower", "lstrip", "partition",
    "pop", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip",
    "split", "splitlines", "startswith", "strip", "strftime", "swapcase", "title", "update", "upper", "values", "zfill",
    "cycle", "changed", "to_json", "tojson", "model_dump", "dict", "isoformat", "now", "has", "trim",
})  # fmt: skip
"""Methods of text, lists and dictionaries (and of loops) that templates use honestly."""

_REACHERS = frozenset({"popen", "system", "spawn", "eval", "exec", "execfile", "compile", "check_output", "subprocess"})
_BY_ATTRIBUTE = frozenset({"map", "selectattr", "rejectattr", "groupby", "sort", "sum", "min", "max", "unique"})
_BUILDERS = frozenset({"join", "format", "replace", "reverse", "lower", "upper", "list", "string", "urlencode", "attr"})
_EXCERPT = 100


class Escapes:
    """Finds the constructs; ``found`` yields their kind and how they read."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def found(self) -> Iterator[tuple[str, str]]:
        """Yield every construct that leaves the conversation, in the order of the text."""
        from jinja2 import nodes as ast

        inside: set[int] = set()  # sums within sums: only the whole is put together
        for node in self.tree.nodes:
            if isinstance(node, ast.Getattr):
                if _is_special(node.attr):
                    yield "dunder", f".{node.attr}"
            elif isinstance(node, ast.Getitem):
                yield from self._item(node.arg)
            elif isinstance(node, ast.Name):
                if node.ctx == "load" and node.name not in self.tree.own:
                    if node.name.startswith("__"):
                        yield "dunder", node.name
                    elif node.name in OBJECTS:
                        yield "interpreter", node.name
            elif isinstance(node, ast.Filter):
                yield from self._filter(node)
            elif isinstance(node, ast.Call):
                yield from self._call(node)
            elif isinstance(node, ast.Include | ast.Import | ast.FromImport | ast.Extends):
                yield "import", f"{type(node).__name__.lower()} {self._shown(node.template)}"
            elif isinstance(node, ast.Keyword | ast.Pair):
                key = node.key
                if isinstance(key, str) and _is_special(key):
                    yield "dunder", key
            if isinstance(node, ast.Add | ast.Concat) and id(node) not in inside:
                inside.update(id(part) for part in self.tree.under(node) if isinstance(part, ast.Add))
                text = self.tree.constant(node)
                if text is not None and _names_special(text) and not self._is_written(node):
                    yield "dunder", text[:_EXCERPT]
            elif isinstance(node, ast.Const) and _names_special(node.value) and not self._is_written(node):
                yield "dunder", node.value[:_EXCERPT]

    def _item(self, index: Node) -> Iterator[tuple[str, str]]:
        """Look at a subscript: where there is no such item, Jinja takes the attribute of that name."""
        from jinja2 import nodes as ast

        text = self.tree.constant(index)
        if text is not None:
            if text.startswith("__") or text in INNER:
                yield "dunder", f"[{text!r}]"
            return
        if isinstance(index, ast.Slice):
            return
        for part in self._built_from(index):
            if isinstance(part, ast.Filter) and part.name in _BUILDERS and not self._on_data(part):
                yield "computed", f"[… | {part.name}]"
                return
            if isinstance(part, ast.Mod | ast.Mul) and self.tree.constant(part.left) is not None:
                yield "computed", f"[{self.tree.constant(part.left)!r} …]"
                return
            if isinstance(part, ast.Concat | ast.Add):
                pieces = [self.tree.constant(piece) for piece in self.tree.parts(part)]
                if any(piece and "_" in piece for piece in pieces):
                    yield "computed", f"[{' ~ '.join(repr(piece) if piece else '…' for piece in pieces)}]"
                    return

    def _built_from(self, index: Node) -> Iterator[Node]:
        """Yield what an index is built from: its own parts, then those of the names in it."""
        from jinja2 import nodes as ast

        names = list[str]()
        for part in self.tree.under(index):
            yield part
            if isinstance(part, ast.Name):
                names.append(part.name)
        for name in dict.fromkeys(names):
            for content in self.tree.values.get(name, ()):
                if isinstance(content, ast.Add | ast.Concat | ast.Filter | ast.Mod | ast.Mul):
                    yield from self.tree.under(content)

    def _on_data(self, node: Filter) -> bool:
        """Tell whether a filter only changes the case of what a name or field holds."""
        from jinja2 import nodes as ast

        return node.name in {"lower", "upper", "string"} and isinstance(node.node, ast.Name | ast.Getattr | ast.Getitem)

    def _filter(self, node: Filter) -> Iterator[tuple[str, str]]:
        from jinja2 import nodes as ast

        words = [*node.args, *(word.value for word in node.kwargs)]
        if node.name == "attr":
            yield from self._attribute(words[0] if words else None, "attr")
        elif node.name in _BY_ATTRIBUTE:
            first = node.args[0] if node.args else None
            named = [word.value for word in node.kwargs if word.key == "attribute"]
            if node.name == "map" and isinstance(first, ast.Const) and first.value == "attr":
                yield from self._attribute(node.args[1] if len(node.args) > 1 else None, "map(attr)")
            elif node.name in {"selectattr", "rejectattr", "groupby"} and first is not None:
                named.append(first)
            for one in named:
                if self.tree.constant(one) is None and not isinstance(one, ast.Const):
                    yield "computed", f"{node.name} by a computed attribute"
        elif node.name == "format" and node.node is not None and self.tree.constant(node.node) is None:
            yield "method", "a computed format string"

    def _attribute(self, name: Node | None, how: str) -> Iterator[tuple[str, str]]:
        text = self.tree.constant(name) if name is not None else None
        if text is None:
            yield "computed", f"{how} with a computed name"
        elif _is_special(text):
            yield "dunder", f"{how}({text!r})"
        else:
            yield "attribute", f"{how}({text!r})"

    def _call(self, node: Call) -> Iterator[tuple[str, str]]:
        from jinja2 import nodes as ast

        called = node.node
        if isinstance(called, ast.Getattr):
            if called.attr in _REACHERS:
                yield "interpreter", f".{called.attr}(…)"
            elif called.attr in {"format", "format_map"}:
                text = self.tree.constant(called.node)
                if text is None:
                    yield "method", f".{called.attr}(…) of a computed text"
                elif _formats_attributes(text):
                    yield "dunder", text[:_EXCERPT]
            elif called.attr not in METHODS and not _is_special(called.attr):
                yield "call", f".{called.attr}(…)"
        elif isinstance(called, ast.Getitem):
            yield "method", "a call of an item"
        elif isinstance(called, ast.Call | ast.Filter | ast.CondExpr):
            yield "method", "a call of a computed object"

    def _is_written(self, node: Node) -> bool:
        """Tell whether a constant is only written out: it stands in an output, alone or in a sum."""
        from jinja2 import nodes as ast

        for around in self.tree.above(node):
            if isinstance(around, ast.Output):
                return True
            if not isinstance(around, ast.Add | ast.Concat | ast.CondExpr):
                return False
        return False

    def _shown(self, node: Node) -> str:
        text = self.tree.constant(node)
        return "a computed name" if text is None else repr(text)


def _is_special(name: str) -> bool:
    return name.startswith("_") or name in INNER


def _names_special(text: object) -> bool:
    """Tell whether a text is, or has as one of its dotted parts, a name with two underscores before it."""
    if not isinstance(text, str) or "__" not in text:
        return False
    return any(part.startswith("__") and part.strip("_").isidentifier() for part in text.replace("[", ".").split("."))


def _formats_attributes(text: str) -> bool:
    """Tell whether a format string takes attributes or items of its arguments."""
    fields = (piece.partition("}")[0].partition(":")[0] for piece in text.split("{")[1:])
    return any("." in field or "[" in field for field in fields)
