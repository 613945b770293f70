"""The versions that a specifier of Python admits, as intervals of keys.

Source: PyPA "Version specifiers". Where the rules leave out pre-releases or post-releases of the version at the edge,
they are admitted here: what is asked is whether an affected version may be there, and more is the safer answer.
"""

from __future__ import annotations

import re

from weighbridge.inventory.advisories.ranges import EVERYTHING, Interval, complement, intersection
from weighbridge.inventory.advisories.versions import Order, bounds, key

_CLAUSE = re.compile(r"\s*(~=|===|==|!=|<=|>=|<|>)\s*([^\s,]+)\s*", re.ASCII)
_PREFIX = re.compile(r"(?:(\d+)!)?(\d+(?:\.\d+)*)", re.ASCII)
_LONGEST = 1_000


def admitted(specifier: str) -> tuple[Interval, ...] | None:
    """Give what a specifier admits, everything for an empty one; None for what is no specifier."""
    found: tuple[Interval, ...] = (EVERYTHING,)
    if len(specifier) > _LONGEST:
        return None
    for clause in filter(None, (part.strip() for part in specifier.strip("() ").split(","))):
        matched = _CLAUSE.fullmatch(clause)
        held = None if matched is None else _clause(matched[1], matched[2])
        if held is None:
            return None
        found = intersection(found, held)
    return found


def _clause(operator: str, version: str) -> tuple[Interval, ...] | None:
    if version.endswith(".*") and operator in {"==", "!="}:
        prefix = _prefix(version[:-2])
        return prefix if prefix is None or operator == "==" else complement(prefix)
    edges = bounds(version)
    if edges is None:
        return None
    low, high = edges
    if operator == "~=":
        series = _prefix(version, drop=1)
        return None if series is None else intersection((Interval(low=low),), series)
    exact = (Interval(low=low, high=high if high > low else low + b"\x00"),)
    match operator:
        case "==" | "===":
            return exact
        case "!=":
            return complement(exact)
        case ">=":
            return (Interval(low=low),)
        case ">":
            return (Interval(low=exact[0].high or low),)
        case "<=":
            return (Interval(low=b"", high=exact[0].high),)
        case _:
            return (Interval(low=b"", high=low),)


def _prefix(version: str, drop: int = 0) -> tuple[Interval, ...] | None:
    """Give the versions that begin with a release, ``1.4``, its pre-releases among them."""
    matched = _PREFIX.match(version.lstrip("vV"))
    numbers = matched[2].split(".") if matched else []
    if matched is None or len(numbers) <= drop:
        return None
    numbers = numbers[: len(numbers) - drop]
    following = [*numbers[:-1], str(int(numbers[-1]) + 1)]
    epoch = f"{matched[1]}!" if matched[1] else ""
    low, high = (key(Order.PEP440, f"{epoch}{'.'.join(one)}.dev0") for one in (numbers, following))
    return None if low is None or high is None else (Interval(low=low, high=high),)
