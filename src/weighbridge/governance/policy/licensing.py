"""Licences against a policy: SPDX expressions are evaluated, not compared as text.

``A AND B`` passes if both do, ``A OR B`` if one does: whoever has the choice may choose. ``WITH`` only adds permission,
so ``X WITH E`` passes where ``X`` does, unless it is itself denied. Source: SPDX 3.0.1 annex B (licence expressions).
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import lru_cache

from weighbridge.core.values import value
from weighbridge.inventory.licenses import is_expression
from weighbridge.inventory.spdx_identifiers import EXCEPTIONS, LICENSES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from weighbridge.inventory.graph import License

    Expression: TypeAlias = "Leaf | All | One"

NAMED = "name:"
"""Before a pattern for the names of licences that have no identifier."""
_TOKEN = re.compile(r"\(|\)|[A-Za-z0-9.+:_-]+", re.ASCII)
_PATTERN = re.compile(r"[A-Za-z0-9.+:_*?\[\]-]+( WITH [A-Za-z0-9.*?\[\]-]+)?", re.ASCII)
_FAMILIES = ("GPL-1.0", "GPL-2.0", "GPL-3.0", "LGPL-2.0", "LGPL-2.1", "LGPL-3.0", "AGPL-1.0", "AGPL-3.0", "GFDL-1.1",
             "GFDL-1.2", "GFDL-1.3")  # fmt: skip
_OLD = {one: f"{one}-only" for one in _FAMILIES} | {f"{one}+": f"{one}-or-later" for one in _FAMILIES}
"""Deprecated identifiers and those that mean the same (SPDX licence list, version 3.0)."""


@value
class Leaf:
    """One licence, perhaps with an exception."""

    id: str
    exception: str = ""

    def __str__(self) -> str:
        return f"{self.id} WITH {self.exception}" if self.exception else self.id


@value
class All:
    """All of these hold at once (AND)."""

    of: tuple[Expression, ...]


@value
class One:
    """One of these may be chosen (OR)."""

    of: tuple[Expression, ...]


@lru_cache(maxsize=1024)
def parsed(text: str) -> Expression | None:
    """Read an expression; AND binds tighter than OR. None for what is no expression."""
    if not is_expression(text):
        return None
    words = _TOKEN.findall(text)[::-1]
    return _either(words)


def _either(words: list[str]) -> Expression:
    parts = [_both(words)]
    while words and words[-1] == "OR":
        words.pop()
        parts.append(_both(words))
    return parts[0] if len(parts) == 1 else One(of=tuple(parts))


def _both(words: list[str]) -> Expression:
    parts = [_leaf(words)]
    while words and words[-1] == "AND":
        words.pop()
        parts.append(_leaf(words))
    return parts[0] if len(parts) == 1 else All(of=tuple(parts))


def _leaf(words: list[str]) -> Expression:
    word = words.pop()
    if word == "(":
        inner = _either(words)
        words.pop()
        return inner
    exception = ""
    if words and words[-1] == "WITH":
        words.pop()
        exception = words.pop()
    return Leaf(id=_OLD.get(word, word), exception=exception)


def refused(license_: License, allow: tuple[str, ...], deny: tuple[str, ...]) -> tuple[str, ...]:
    """Say why a licence does not pass: the parts of it that do not. Empty when it passes."""
    expression = parsed(license_.expression)
    if expression is None:
        name = license_.name or license_.expression or license_.url
        return tuple(_named(name, allow, deny))
    return tuple(_refused(expression, allow, deny))


def _named(name: str, allow: tuple[str, ...], deny: tuple[str, ...]) -> Iterator[str]:
    def fits(patterns: tuple[str, ...]) -> bool:
        return any(
            fnmatchcase(name.lower(), one.removeprefix(NAMED).lower()) for one in patterns if one.startswith(NAMED)
        )

    if fits(deny):
        yield f"{name} is denied"
    elif allow and not fits(allow):
        yield f"{name} is not on the list"


def _refused(expression: Expression, allow: tuple[str, ...], deny: tuple[str, ...]) -> Iterator[str]:
    if isinstance(expression, Leaf):
        if _fits(expression, deny) and not (expression.exception and _fits_whole(expression, allow)):
            yield f"{expression} is denied"
        elif allow and not _fits(expression, allow):
            yield f"{expression} is not on the list"
        return
    each = [tuple(_refused(one, allow, deny)) for one in expression.of]
    if isinstance(expression, All) or all(each):
        for words in each:
            yield from words


def _fits(leaf: Leaf, patterns: tuple[str, ...]) -> bool:
    return _fits_whole(leaf, patterns) or _fits_whole(Leaf(id=leaf.id), patterns)


def _fits_whole(leaf: Leaf, patterns: tuple[str, ...]) -> bool:
    text = str(leaf).lower()
    return any(fnmatchcase(text, canonical(one).lower()) for one in patterns if not one.startswith(NAMED))


def canonical(pattern: str) -> str:
    """Write a pattern with the identifiers that are current."""
    head, with_, exception = pattern.partition(" WITH ")
    return _OLD.get(head, head) + with_ + exception


def trouble(pattern: str) -> tuple[str, str]:
    """Say what is wrong with an entry of a list, and what may be meant; two empty texts when nothing is."""
    if pattern.startswith(NAMED):
        return ("", "") if pattern.removeprefix(NAMED).strip() else ("names nothing", "")
    head, with_, exception = pattern.partition(" WITH ")
    if {"AND", "OR", "(", ")"} & set(pattern.replace("(", "( ").replace(")", " )").split()):
        return "is an expression; lists have single identifiers", "name each on its own"
    if not _PATTERN.fullmatch(pattern):
        return "is no SPDX identifier", ""
    if "LicenseRef-" not in head and not _is_known(head, LICENSES):
        close = get_close_matches(head, LICENSES, n=1)
        return "is no SPDX identifier", f"did you mean {close[0]!r}?" if close else ""
    if with_ and not _is_known(exception, EXCEPTIONS):
        return "has an exception that SPDX does not know", ""
    return "", ""


def _is_known(word: str, known: frozenset[str]) -> bool:
    lower = word.lower()
    return any(fnmatchcase(one.lower(), lower) for one in known) or word.removesuffix("+") in known
