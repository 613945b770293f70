"""Versions of models, compared so that an older model cannot pass as a newer one.

Numbers with dots, any number of them, with or without a ``v`` before; ``-rc.1`` and the like behind them make an
earlier version, ``+build`` makes none (Semantic Versioning 2.0.0 section 11, with any number of numbers).
"""

from __future__ import annotations

from functools import total_ordering

from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

_LONGEST = 128


@total_ordering
class Version:
    """A version that can be compared; equal versions may be written differently, as 1.0 and v1."""

    __slots__ = ("_key",)

    def __init__(self, numbers: tuple[int, ...], early: tuple[tuple[int, int, str], ...]) -> None:
        while numbers and not numbers[-1]:
            numbers = numbers[:-1]
        # What comes before a release sorts below it.
        self._key = (numbers, not early, early)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a version; raises UsageError for what cannot be compared."""
        core, _, _build = text.removeprefix("v").partition("+")
        release, dash, early = core.partition("-")
        numbers, names = release.split("."), early.split(".")
        good = len(text) <= _LONGEST and text.isascii() and all(one.isdigit() for one in numbers)
        if not good or (dash and not all(one.replace("-", "").isalnum() for one in names)):
            raise UsageError(f"{text[:60]!r} is no version that can be compared", hint="for example 2.1 or 2.1.0-rc.1")
        return cls(tuple(map(int, numbers)), tuple(map(_rank, names)) if dash else ())

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Version) else NotImplemented

    def __lt__(self, other: Version) -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)


def _rank(name: str) -> tuple[int, int, str]:
    """Numbers compare as numbers and come before words."""
    return (0, int(name), "") if name.isdigit() else (1, 0, name)
