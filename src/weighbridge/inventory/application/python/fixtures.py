"""Fixtures of pytest: what they replace while a test runs, and which of them a call in a test is under.

Source: pytest 9, "How to use fixtures". Fixtures of ``conftest.py`` serve all tests beside and below it, so that only
the names of what a call is under leave the worker; the fold finds them.
"""

from __future__ import annotations

import ast

from weighbridge.inventory.application.facts import EVERY_TEST, Fixture
from weighbridge.inventory.application.python.mocks import MOST, blocks_in, is_mock, last_word, replacement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weighbridge.inventory.application.python.scopes import Block, Reader

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_INNER = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)
_FIXTURES = 100
"""Fixtures of one source that are told."""


class Fixtures:
    """The fixtures of one source, and which of them its places are under."""

    def __init__(self, reader: Reader) -> None:
        self._module = reader.module
        self._marks = {
            block: mark for block in blocks_in(reader.module) for mark in _decorators(block)
            if last_word(mark) == "fixture"
        } if "fixture" in reader.mentioned else {}  # fmt: skip

    def told(self) -> tuple[Fixture, ...]:
        """Give the fixtures, each with what it replaces for a test and which others it asks for."""
        found = []
        for block, mark in self._marks.items():
            assert isinstance(block.node, _FUNCTIONS)
            body = list(_own(block.node.body))
            words = sorted({one for node in body for one in replacement(node)})[:MOST]
            every = block.outer is self._module and _is_for_all(mark)
            asks = _parameters(block)[:MOST]
            found.append(
                Fixture(name=_name(block, mark), words=tuple(words), asks=asks, every=every, mock=_gives_mock(body))
            )
        return tuple(found[:_FIXTURES])

    def over(self, block: Block) -> tuple[str, ...]:
        """Name the fixtures that a place is under: those that are asked for around it, and those for every test."""
        found: set[str] = set()
        function: Block | None = None
        here: Block | None = block
        while here is not None:
            if isinstance(here.node, _FUNCTIONS):
                function = here
                found.update(_parameters(here))
            found.update(_used(_decorators(here)))
            found.update(
                _name(one, mark) for one, mark in self._marks.items()
                if one.outer is here and here.kind == "class" and _is_for_all(mark)
            )  # fmt: skip
            here = here.outer
        if function is None:
            return ()
        found.update(_used(one.node for one in self._module.names.get("pytestmark", ())))
        if not _keyword(self._marks.get(function), "scope"):
            found.add(EVERY_TEST)  # a fixture for more than one test is made before those for each
        return tuple(sorted(found)[:MOST])


def holder_of(call: ast.Call, block: Block) -> str:
    """Name the parameter whose method is called; empty for any other call."""
    node: ast.expr = call.func
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    if not isinstance(node, ast.Name):
        return ""
    here: Block | None = block
    while here is not None and node.id not in here.names:
        here = here.outer
    return node.id if here is not None and here.names[node.id][0].how == "parameter" else ""


def _decorators(block: Block) -> list[ast.expr]:
    return block.node.decorator_list if isinstance(block.node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) \
        else []  # fmt: skip


def _parameters(block: Block) -> tuple[str, ...]:
    return tuple(name for name, (first, *_) in block.names.items() if first.how == "parameter")


def _name(block: Block, mark: ast.expr) -> str:
    given = _keyword(mark, "name")
    name = given.value if isinstance(given, ast.Constant) else block.name.rpartition(".")[2]
    return str(name)[:100]


def _keyword(mark: ast.expr | None, word: str) -> ast.expr | None:
    if not isinstance(mark, ast.Call):
        return None
    return next((one.value for one in mark.keywords if one.arg == word), None)


def _is_for_all(mark: ast.expr) -> bool:
    given = _keyword(mark, "autouse")
    return isinstance(given, ast.Constant) and given.value is True


def _used(nodes: Iterable[ast.AST | None]) -> Iterator[str]:
    """Yield what ``pytest.mark.usefixtures`` names."""
    for node in nodes:
        for one in ast.walk(node) if node is not None else ():
            if isinstance(one, ast.Call) and last_word(one) == "usefixtures":
                yield from (text.value for text in one.args if isinstance(text, ast.Constant)
                            and isinstance(text.value, str))  # fmt: skip


def _own(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield what is in the body of a fixture and holds while a test runs: no ``with`` that ends before the test."""
    for node in body:
        if isinstance(node, _INNER):
            continue
        yield node
        if isinstance(node, ast.With | ast.AsyncWith) and not _yields(node.body):
            undone = any(last_word(one.context_expr) == "context" for one in node.items)
            yield from _own(() if undone else node.body)
        else:
            yield from _own(ast.iter_child_nodes(node))


def _yields(body: Iterable[ast.AST]) -> bool:
    return any(isinstance(one, ast.Yield | ast.YieldFrom) for statement in body for one in ast.walk(statement))


def _gives_mock(body: list[ast.AST]) -> bool:
    """Tell whether a fixture gives a mock: one that it makes there, or that it has by a name."""
    named = set()
    for node in body:
        if isinstance(node, ast.Assign) and _makes(node.value):
            named |= {one.id for one in node.targets if isinstance(one, ast.Name)}
        elif isinstance(node, ast.withitem) and _makes(node.context_expr) and isinstance(node.optional_vars, ast.Name):
            named.add(node.optional_vars.id)
    for node in body:
        given = node.value if isinstance(node, ast.Return | ast.Yield) else None
        while isinstance(given, ast.Attribute):
            given = given.value
        if given is not None and (is_mock(given) or (isinstance(given, ast.Name) and given.id in named)):
            return True
    return False


def _makes(node: ast.expr) -> bool:
    return is_mock(node) or any(True for _ in replacement(node))
