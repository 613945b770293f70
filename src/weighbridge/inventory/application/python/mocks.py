"""Where tests put mocks in the place of loaders: what is named there may never be loaded.

Such names stay references, for one function may replace one loader and call another. Source: ``unittest.mock`` of
Python 3.13, pytest's ``monkeypatch`` and pytest-mock's ``mocker``, which share its words.
"""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.application.python.scopes import Block, Reader

_REPLACING = frozenset({"patch", "object", "setattr"})
"""Last words of calls that replace what their first or second argument names."""
MOST = 50
"""Words that one call may be told to be replaced by."""
_LONGEST = 100
_MOCKS = ("unittest.mock.", "mock.mock.", "mock.Mock", "mock.MagicMock", "mock.AsyncMock")
_CLASSES = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock", "create_autospec"})
"""Last words of calls that make a mock."""


class Mocks:
    """What one source replaces, by the functions and classes for whose run it does."""

    def __init__(self, reader: Reader) -> None:
        self._words: dict[Block, set[str]] = {}
        for block, word in _replaced(reader):
            self._words.setdefault(block, set()).add(word)

    def words(self, block: Block, name: str) -> tuple[str, ...]:
        """Give the last words of what is replaced where a call of ``name`` stands; that of a mock is one of them."""
        found = {name.rpartition(".")[2]} if name.startswith(_MOCKS) else set()
        here: Block | None = block if self._words else None
        while here is not None:
            found |= self._words.get(here, set())
            here = here.outer
        return tuple(sorted(found)[:MOST])


def last_word(node: ast.AST) -> str:
    """Give the last word of a name, or of what a call calls; empty for anything else."""
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_mock(node: ast.AST) -> bool:
    """Tell whether an expression makes a mock."""
    return isinstance(node, ast.Call) and last_word(node) in _CLASSES


def replacement(node: ast.AST) -> Iterator[str]:
    """Yield the last words of what a call replaces; none for anything else."""
    if not isinstance(node, ast.Call) or last_word(node) not in _REPLACING:
        return
    for one in node.args[:2]:
        word = one.value.rpartition(".")[2] if isinstance(one, ast.Constant) and isinstance(one.value, str) else ""
        if word.isidentifier() and len(word) <= _LONGEST:
            yield word


def blocks_in(block: Block) -> Iterator[Block]:
    """Yield the blocks within a block, however deep."""
    waiting = list(block.inner.values())
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.inner.values()


def _replaced(reader: Reader) -> Iterator[tuple[Block, str]]:
    """Yield the blocks that replace something for as long as they run, but for the module, and what."""
    decorated: dict[int, Block] = {}
    for call, block, _ in reader.calls:
        words = list(replacement(call))
        if not words:
            continue
        decorated = decorated or {
            id(one): inner
            for inner in blocks_in(reader.module)
            if isinstance(inner.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            for one in inner.node.decorator_list
        }
        here: Block | None = decorated.get(id(call), block)
        while here is not None and here.kind == "comprehension":
            here = here.outer
        if here is not None and here is not reader.module:
            yield from ((here, word) for word in words)
