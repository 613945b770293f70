"""Which calls of a source can reach a loader at all, told by their words before anything is evaluated.

A call bears the last word of what it calls, unless the source hands that under another name: by an assignment, a
parameter, a key, ``import … as``. Where a loader's word is never used but to call it, no other word can stand for it.
"""

from __future__ import annotations

import ast
from collections import Counter

from weighbridge.inventory.application.vocabulary.entries import PYTHON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.inventory.application.python.scopes import Reader

_CONSTRUCTOR = "__init__"


class Candidates:
    """Tells calls that may be those of loaders, or of functions of the project, from all others."""

    def __init__(self, reader: Reader, wrappers: Iterable[str]) -> None:
        self._reader = reader
        module = reader.module
        roots = {name.partition(".")[0] for name in (module.name, *module.stars)}
        roots.update(name.partition(".")[0] for name, _ in reader.imported)
        self._all = not roots.isdisjoint(PYTHON.open_roots)
        self._ends = tuple({end for root in roots for end in PYTHON.ends.get(root, ())})
        self._wrappers = frozenset(wrappers)
        self._called = Counter(_word(call.func) for call, _, _ in reader.calls)
        mentioned = Counter(reader.mentioned)
        self._loose = {word for word, count in mentioned.items() if count > self._called[word]} | reader.renamed
        if "getattr" in self._called:
            self._loose |= reader.texts
        self._loads_on = any(map(self._is_loader, self._loose))
        self._wraps_on = not self._loose.isdisjoint(self._wrappers)

    def may_load(self, function: ast.expr) -> bool:
        """Tell whether what is called may be a loader."""
        word = _word(function)
        if not word or self._all or self._is_loader(word):
            return True
        return self._loads_on and self._is_given(word)

    def may_wrap(self, function: ast.expr) -> bool:
        """Tell whether what is called may be one of the project's functions that are asked for."""
        word = _word(function)
        if not word or word in self._wrappers:
            return True
        return self._wraps_on and (word == _CONSTRUCTOR or self._is_given(word))

    def _is_loader(self, word: str) -> bool:
        return word in PYTHON.tails or word.endswith(self._ends)

    def _is_given(self, word: str) -> bool:
        return word in self._reader.given or word in self._reader.texts


def _word(function: ast.expr) -> str:
    """Give the last word of what is called; empty for what has none, such as the result of a call."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
