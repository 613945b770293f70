"""Text that a template adds to the conversation by itself: on a word in a message, at a date, at the end, or always.

Sources: the published backdoors in templates (Pillar Security 2025, arXiv:2602.04653). Honest templates look into
messages too: for the marks of their own vocabulary (``</think>``), for switches (``/no_think``), for the kind of a part
of a message. What tells a backdoor apart is a word looked for together with prose that is written.
"""

from __future__ import annotations

from weighbridge.formats.text.wording import addresses, encoded, is_mark, orders, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2.nodes import Node

    from weighbridge.formats.text.jinja_tree import Tree

FOR_A_WORD = 3
"""Words of prose that make a template suspicious when it writes them because of a word in a message."""

FOR_A_PHRASE = 1
"""The same when the template looks for several words at once, which no mark or switch has."""

FOR_A_MARK = 8
"""The same when it looks for something like a mark: honest templates add a word or two there."""

AT_THE_END = 4
"""Words of prose that a template adds to the last message."""

BEFORE_AN_ANSWER = 12
"""The same where it begins the answer: some models start with a sentence of their own."""

AT_A_DATE = 1
"""Words of prose that it adds from a date on."""

_KINDS_OF_PARTS = frozenset({
    "image", "image_url", "images", "text", "audio", "audio_url", "input_audio", "video", "video_url", "videos", "type",
    "url", "file", "document", "input_text", "output_text", "tool_calls", "tool_call", "content", "role", "name",
    "reasoning_content", "thinking", "arguments", "function", "object", "string", "str", "json", "none",
    "system", "user", "assistant", "tool", "developer", "ipython",
})  # fmt: skip
"""Words that honest templates look for in messages and their parts, which are dictionaries: keys, kinds, roles."""

_TESTS = frozenset({"in", "equalto", "==", "eq", "ne", "search", "match", "string", "defined", "mapping", "iterable"})
_SILENT = frozenset({"raise_exception", "raise", "error", "strftime_now", "strftime", "now", "exception"})
_CLOCKS = frozenset({"strftime_now", "now", "datetime", "time", "date_string", "today", "current_date"})
_HANDING_ON = frozenset({"append", "update", "insert", "format", "extend"})
_ENDS = frozenset({"last", "revindex", "revindex0"})


class Additions:
    """Finds added text; ``found`` yields its kind and how it reads."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._flags: set[str] = set()

    def found(self) -> Iterator[tuple[str, str]]:
        """Yield what the template adds under a condition, then what it adds in any case."""
        from jinja2 import nodes as ast

        ordinary = (ast.Output, ast.Assign, ast.ExprStmt, ast.CallBlock)
        branches = list(self._branches())
        for test, body in branches:
            yield from self._under(test, body)
        for test, body in branches:
            yield from self._by_flag(test, body)
        for node in self.tree.nodes:
            if isinstance(node, ordinary):
                yield from self._inline(node)
            if isinstance(node, ast.Call | ast.Filter):
                yield from self._replaced(node)
        yield from self._always()

    def _branches(self) -> Iterator[tuple[Node, list[Node]]]:
        """List conditions with what they let through; a negated one with what it does not."""
        from jinja2 import nodes as ast

        for node in self.tree.nodes:
            if isinstance(node, ast.If):
                test, turned = _plain(node.test)
                yield test, list(node.else_ or node.elif_) if turned else list(node.body)
                if not turned and _denies(test):
                    yield test, [*node.elif_, *node.else_]
                if turned and _denies(test):
                    yield test, list(node.body)
            elif isinstance(node, ast.CondExpr):
                yield node.test, [one for one in (node.expr1, node.expr2) if one is not None]
            elif isinstance(node, ast.For) and node.test is not None:
                yield node.test, list(node.body)

    # -- conditions ----------------------------------------------------------------------------------------------

    def _under(self, test: Node, body: list[Node]) -> Iterator[tuple[str, str]]:
        looked_for = self.looked_for(test)
        if looked_for:
            word = max(looked_for, key=_telling)
            least = (FOR_A_MARK, FOR_A_WORD, FOR_A_PHRASE)[_telling(word)]
            if _telling(word):
                self._flags.update(self._set_by(body))
            yield from self._prose(body, least, f"{word!r} in a message")
        if self._asks_the_clock(test):
            yield from self._prose(body, AT_A_DATE, "a date")
        if self._is_the_end(test):
            least = BEFORE_AN_ANSWER if self._asks_for_an_answer(test) else AT_THE_END
            yield from self._prose(body, least, "the last message")

    def _prose(self, body: Iterable[Node], least: int, cause: str) -> Iterator[tuple[str, str]]:
        for text in self.written(body):
            if words(text) >= least or any(addresses(text)):
                yield "trigger", f"{cause}: {' '.join(text.split())}"
                return

    def _by_flag(self, test: Node, body: list[Node]) -> Iterator[tuple[str, str]]:
        if self._flags and any(self._named(node) in self._flags for node in self.tree.under(test)):
            yield from self._prose(body, FOR_A_WORD, "words in a message")

    def _named(self, node: Node) -> str:
        from jinja2 import nodes as ast

        if isinstance(node, ast.Name):
            return node.name
        if isinstance(node, ast.Getattr) and isinstance(node.node, ast.Name):
            return f"{node.node.name}.{node.attr}"
        return ""

    def _set_by(self, body: Iterable[Node]) -> Iterator[str]:
        from jinja2 import nodes as ast

        for top in body:
            for node in self.tree.under(top):
                if isinstance(node, ast.Assign):
                    if isinstance(node.target, ast.NSRef):
                        yield f"{node.target.name}.{node.target.attr}"
                    elif isinstance(node.target, ast.Name) and not self.tree.is_said(node.node):
                        yield node.target.name

    def looked_for(self, test: Node) -> list[str]:
        """List the texts that a condition looks for in what was said."""
        from jinja2 import nodes as ast

        found: list[str] = []
        taken: set[int] = set()
        for node in self.tree.under(test):
            if not isinstance(node, ast.Compare | ast.Call | ast.Filter | ast.Test) or id(node) in taken:
                continue
            if not self._touches(node):
                continue
            taken.update(id(part) for part in self.tree.under(node))
            found += [text for text in self._literals(node) if self._counts(text)]
        return found

    def _touches(self, test: Node) -> bool:
        """Tell whether a comparison is about what was said, and not about another field of the same message."""
        from jinja2 import nodes as ast

        stack = [test]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Expr) and self.tree.is_said(node):
                return True
            if isinstance(node, ast.Getitem):
                stack.append(node.arg)
            elif not isinstance(node, ast.Getattr):
                stack += node.iter_child_nodes()
        return False

    def _counts(self, text: str) -> bool:
        return any(char.isalnum() for char in text) and text.lower() not in _KINDS_OF_PARTS | _TESTS

    def _literals(self, node: Node) -> Iterator[str]:
        """Yield the constants of a condition, and those that its names were set to; keys of subscripts are none."""
        from jinja2 import nodes as ast

        keys = frozenset(id(part.arg) for part in self.tree.under(node) if isinstance(part, ast.Getitem))
        for part in self.tree.under(node, keys):
            if isinstance(part, ast.Const) and isinstance(part.value, str):
                yield part.value
            elif isinstance(part, ast.Add | ast.Concat | ast.Filter):
                whole = self.tree.constant(part)
                if whole is not None:
                    yield whole
            elif isinstance(part, ast.Name) and part.name not in self.tree.said:
                for content in self.tree.values.get(part.name, ()):
                    if isinstance(content, ast.Const | ast.List | ast.Tuple | ast.Add | ast.Concat):
                        yield from (
                            one.value
                            for one in self.tree.under(content)
                            if isinstance(one, ast.Const) and isinstance(one.value, str)
                        )

    def _asks_the_clock(self, test: Node) -> bool:
        """Tell whether a condition compares the date with something."""
        from jinja2 import nodes as ast

        return any(
            isinstance(node, ast.Compare)
            and any(isinstance(part, ast.Name) and part.name in _CLOCKS for part in self.tree.under(node))
            and any(isinstance(part, ast.Const) and part.value is not None for part in self.tree.under(node))
            for node in self.tree.under(test)
        )

    def _is_the_end(self, test: Node) -> bool:
        from jinja2 import nodes as ast

        return any(
            isinstance(node, ast.Getattr)
            and node.attr in _ENDS
            and isinstance(node.node, ast.Name)
            and node.node.name == "loop"
            for node in self.tree.under(test)
        ) and not isinstance(test, ast.Not)

    def _asks_for_an_answer(self, test: Node) -> bool:
        from jinja2 import nodes as ast

        return any(
            isinstance(node, ast.Name) and node.name == "add_generation_prompt" for node in self.tree.under(test)
        )

    # -- what is written -----------------------------------------------------------------------------------------

    def written(self, body: Iterable[Node]) -> Iterator[str]:
        """Yield the texts that statements or expressions write, set or hand on; conditions and errors write nothing."""
        from jinja2 import nodes as ast

        for top in body:
            silent: set[int] = set()
            for node in self.tree.under(top):
                if isinstance(node, ast.Compare | ast.Test):
                    silent.add(id(node))
                elif isinstance(node, ast.Getitem):
                    silent.add(id(node.arg))
                elif isinstance(node, ast.If | ast.CondExpr):
                    silent.add(id(node.test))
                elif isinstance(node, ast.Call) and isinstance(node.node, ast.Name) and node.node.name in _SILENT:
                    silent.add(id(node))
                elif (
                    isinstance(node, ast.Call)
                    and isinstance(node.node, ast.Getattr)
                    and node.node.attr not in _HANDING_ON
                ):
                    silent.update(id(one) for one in node.args)
            for node in self.tree.under(top, frozenset(silent)):
                if isinstance(node, ast.TemplateData):
                    yield node.data
                elif isinstance(node, ast.Const) and isinstance(node.value, str):
                    yield node.value
                elif isinstance(node, ast.Add | ast.Concat | ast.Filter):
                    yield self.tree.constant(node) or ""
                elif isinstance(node, ast.Name) and node.ctx == "load" and not isinstance(top, ast.Assign):
                    yield from self._set_to(node.name)

    def _set_to(self, name: str) -> Iterator[str]:
        contents = self.tree.values.get(name, ())
        if len(contents) == 1:
            text = self.tree.constant(contents[0])
            if text:
                yield text

    def _inline(self, statement: Node) -> Iterator[tuple[str, str]]:
        """Find a look into a message and prose within one expression, without a condition of its own."""
        from jinja2 import nodes as ast

        conditions = frozenset(
            id(node) for node in self.tree.under(statement) if isinstance(node, ast.CondExpr | ast.If | ast.For)
        )
        for node in self.tree.under(statement, conditions):
            if isinstance(node, ast.Compare | ast.Test) and not isinstance(statement, ast.Assign):
                word = max(self.looked_for(node), key=_telling, default="")
                if word and _telling(word):
                    yield from self._prose(
                        [statement], (FOR_A_MARK, FOR_A_WORD, FOR_A_PHRASE)[_telling(word)], repr(word)
                    )
                    return

    def _replaced(self, node: Node) -> Iterator[tuple[str, str]]:
        """Find words that are put in the place of others in what was said."""
        from jinja2 import nodes as ast

        if isinstance(node, ast.Call):
            if not (isinstance(node.node, ast.Getattr) and node.node.attr == "replace"):
                return
            said, arguments = node.node.node, node.args
        elif isinstance(node, ast.Filter) and node.name == "replace" and node.node is not None:
            said, arguments = node.node, node.args
        else:
            return
        if len(arguments) >= 2 and self.tree.is_said(said):
            old, new = (self.tree.constant(one) for one in arguments[:2])
            if new and words(new) and not is_mark(new):
                yield "trigger", f"{old!r} becomes {new!r}"

    def _always(self) -> Iterator[tuple[str, str]]:
        """Find text that no template has a reason to hold, wherever it stands."""
        for node in self.tree.nodes:
            text = self._whole(node)
            if text:
                yield from (("instruction", order) for order in orders(text))
                yield from (("url", address) for address in addresses(text))
                run = encoded(text)
                if run:
                    yield "encoded", run

    def _whole(self, node: Node) -> str | None:
        """Give the text of a constant, or of a sum that is no part of another."""
        from jinja2 import nodes as ast

        if isinstance(node, ast.Add) and isinstance(self.tree.parent.get(id(node)), ast.Add):
            return None
        kinds = ast.TemplateData | ast.Const | ast.Add | ast.Concat | ast.Filter | ast.Call
        return self.tree.constant(node) if isinstance(node, kinds) else None


def _plain(test: Node) -> tuple[Node, bool]:
    """Take negations off a condition; tells whether it was turned round."""
    from jinja2 import nodes as ast

    turned = False
    while isinstance(test, ast.Not):
        test, turned = test.node, not turned
    return test, turned


def _denies(test: Node) -> bool:
    """Tell whether a condition holds where something is absent: ``!=``, ``not in``."""
    from jinja2 import nodes as ast

    return isinstance(test, ast.Compare) and any(one.op in {"ne", "notin"} for one in test.ops)


def _telling(word: str) -> int:
    """Weigh what is looked for: 0 a mark or switch, 1 a word, 2 a phrase."""
    if is_mark(word):
        return 0
    return 2 if len(word.split()) > 1 else 1
