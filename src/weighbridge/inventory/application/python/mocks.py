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

_REPLACING = frozenset({"patch", "object", "setattr", "spy"})
"""Last words of calls that replace what their first or second argument names."""
MOST = 50
"""Words that one call may be told to be replaced by."""
_LONGEST = 100
_MOCKS = ("unittest.mock.", "mock.mock.", "mock.Mock", "mock.MagicMock", "mock.AsyncMock")


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


def _replaced(reader: Reader) -> Iterator[tuple[Block, str]]:
    """Yield the blocks that replace something for as long as they run, but for the module, and what."""
    decorated: dict[int, Block] = {}
    for call, block, _ in reader.calls:
        word = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if word not in _REPLACING:
            continue
        decorated = decorated or {
            id(one): inner
            for inner in _inner(reader.module)
            if isinstance(inner.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            for one in inner.node.decorator_list
        }
        here: Block | None = decorated.get(id(call), block)
        while here is not None and here.kind == "comprehension":
            here = here.outer
        if here is None or here is reader.module:
            continue
        for one in call.args[:2]:
            word = one.value.rpartition(".")[2] if isinstance(one, ast.Constant) and isinstance(one.value, str) else ""
            if word.isidentifier() and len(word) <= _LONGEST:
                yield here, word


def _inner(block: Block) -> Iterator[Block]:
    waiting = list(block.inner.values())
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.inner.values()
