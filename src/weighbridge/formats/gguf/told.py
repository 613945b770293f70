"""Departures of a file from its format, told one by one until there are too many of one kind."""

from __future__ import annotations

from weighbridge.core.facts import Inconsistency

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location

SHOWN = 8
"""Departures of one kind that are told one by one; the rest is counted."""

_WORDS = 80  # characters of the file's own words in a sentence about it


class Told:
    """Collects departures; ``drained`` hands on what has come up since it was last asked."""

    __slots__ = ("_counts", "_facts", "at")

    def __init__(self, at: Location) -> None:
        self.at = at
        self._counts: dict[tuple[str, bool], int] = {}
        self._facts: list[Inconsistency] = []

    def wrong(self, what: str, detail: str, at: Location | None = None, *, memory: bool = False) -> None:
        """Note a departure; ``memory`` when a native reader that trusts the bytes leaves its buffer."""
        count = self._counts[what, memory] = self._counts.get((what, memory), 0) + 1
        if count <= SHOWN:
            self._facts.append(Inconsistency(at=at or self.at, what=what, detail=detail, memory=memory))

    def drained(self) -> list[Inconsistency]:
        """Give what is new."""
        facts, self._facts = self._facts, []
        return facts

    def remainder(self) -> Iterator[Inconsistency]:
        """Give the last news, then how many of each kind were not told."""
        yield from self.drained()
        for (what, memory), count in self._counts.items():
            if count > SHOWN:
                yield Inconsistency(at=self.at, what=what, detail=f"{count - SHOWN} more", memory=memory)


def short(found: object) -> str:
    """Quote something from the file, shortened."""
    words = repr(found)
    return words if len(words) <= _WORDS else f"{words[:_WORDS]}…"


def text_of(raw: bytes) -> str:
    """Decode a string of the file for people."""
    return raw.decode("utf-8", "backslashreplace")
