"""Strict readers of our own JSON documents: each takes a part as ``json`` gave it, and raises Malformed for another.

Nothing is converted or guessed: a document says exactly what its writer writes, or it is refused.
"""

from __future__ import annotations

from math import isfinite

from weighbridge.core.errors import Malformed
from weighbridge.core.refs import is_sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TypeVar

    from weighbridge.core.enums import StrEnum

    E = TypeVar("E", bound=StrEnum)


def fields(found: Any, needed: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Any]:
    """Give an object that has all that is needed and nothing that is not known."""
    wanted = frozenset(needed)
    if type(found) is not dict or not wanted <= found.keys() or not found.keys() <= wanted | frozenset(optional):
        raise Malformed(f"an object must have {', '.join(sorted(wanted))} and nothing that is not known")
    return found


def items(found: Any) -> list[Any]:
    """Give a list."""
    if type(found) is not list:
        raise Malformed("something that must be a list is none")
    return found


def text(found: Any) -> str:
    """Give a text."""
    if type(found) is not str:
        raise Malformed("something that must be text is none")
    return found


def flag(found: Any) -> bool:
    """Give true or false."""
    if type(found) is not bool:
        raise Malformed("something that must be true or false is neither")
    return found


def number(found: Any) -> float:
    """Give a number; NaN and the infinities, which JSON does not know and Python reads all the same, are none."""
    if type(found) not in (int, float) or not _is_finite(found):
        raise Malformed("something that must be a number is none")
    return float(found)


def _is_finite(found: float) -> bool:
    try:
        return isfinite(found)
    except OverflowError:
        return False  # an integer that no float holds


def member(kind: type[E], found: Any) -> E:
    """Give the member of an enumeration that a word names."""
    try:
        return kind(text(found))
    except ValueError:
        raise Malformed(f"{found[:40]!r} is no {kind.__name__}") from None


def day(found: Any) -> str:
    """Give a day as ``2027-01-31``, which is the one way to write it."""
    from datetime import date

    try:
        is_day = date.fromisoformat(text(found)).isoformat() == found
    except ValueError:
        is_day = False
    if not is_day:
        raise Malformed("a day must be written as 2027-01-31")
    return str(found)


def sha256(found: Any) -> str:
    """Give a SHA-256 in lower-case hexadecimal digits."""
    if not is_sha256(text(found)):
        raise Malformed("a digest is no SHA-256")
    return str(found)
