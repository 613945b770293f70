"""Regular expressions of other programs, looked at for what makes their matching slow; none is ever run.

Tokenizers match with engines that backtrack. What makes those exponential is a repetition without bound around another
one; what merely makes them slow is their length.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 1 << 16
"""Characters of an expression; splitters in the style of GPT have some hundred, with scripts spelt out thousands."""

LEVELS = 1
"""Repetitions without bound within each other: one is plain, two backtrack exponentially."""

MOST_REPEATS = 100_000
"""A repetition that is counted higher."""


def claims(pattern: str) -> Iterator[tuple[int, int, str]]:
    """Yield what an expression claims too much of: how much, the limit, the unit."""
    if len(pattern) > LONGEST:
        yield len(pattern), LONGEST, "characters"
        return
    height, most = measure(pattern)
    if height > LEVELS:
        yield height, LEVELS, "nested repetitions"
    if most > MOST_REPEATS:
        yield most, MOST_REPEATS, "repetitions"


def measure(pattern: str) -> tuple[int, int]:
    """Tell how deep repetitions without bound nest, and the highest count of a repetition; one pass, no stack of calls.

    A possessive repetition or an atomic group does not backtrack and counts as none.
    """
    open_ = [0]  # for each group that is open: the height of what it holds so far
    atomic = [False]
    last = most = at = 0  # last: the height of the item that a quantifier would repeat
    while at < len(pattern):
        sign = pattern[at]
        at += 1
        if sign == "\\":
            if pattern[at : at + 2] in ("p{", "P{", "x{"):
                end = pattern.find("}", at)
                at = end if end >= 0 else at
            at, last = at + 1, 0
        elif sign == "[":
            at, last = _after_class(pattern, at), 0
        elif sign == "(":
            atomic.append(pattern[at : at + 2] == "?>")
            open_.append(0)
        elif sign == ")" and len(open_) > 1:
            last = open_.pop()
            last = 0 if atomic.pop() else last
            open_[-1] = max(open_[-1], last)
        elif sign in "*+" or (sign == "{" and _count(pattern, at)):
            bound: int | None = None
            if sign == "{":
                end = pattern.index("}", at)
                bound, least = _bounds(pattern[at:end])
                most, at = max(most, bound or 0, least), end + 1
            possessive = pattern[at : at + 1] == "+"
            at += pattern[at : at + 1] in ("+", "?") and at < len(pattern)
            if bound is None:
                last = 0 if possessive else last + 1
                open_[-1] = max(open_[-1], last)
        elif sign != "?":
            last = 0
    return max(open_), most


def _after_class(pattern: str, at: int) -> int:
    """Find the end of a class of characters; classes nest in some engines."""
    depth, begin = 1, at
    while at < len(pattern) and depth:
        sign = pattern[at]
        if sign == "\\":
            at += 1
        elif sign == "[":
            depth += 1
        elif sign == "]" and at > begin:
            depth -= 1
        at += 1
    return at


def _count(pattern: str, at: int) -> bool:
    end = pattern.find("}", at, at + 24)
    inside = pattern[at:end] if end > at else ""
    return bool(inside) and not inside.strip("0123456789,") and inside[0] != ","


def _bounds(inside: str) -> tuple[int | None, int]:
    """Read the bounds of a counted repetition; None where it has no upper one."""
    least, comma, greatest = inside.partition(",")
    if not comma:
        return int(least), int(least)
    return (int(greatest) if greatest.isdecimal() else None), int(least or 0)
