"""A vocabulary: texts and their numbers, and what is wrong when two of one share one of the other."""

from __future__ import annotations

from weighbridge.core.facts import Inconsistency

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Any

    from weighbridge.core.location import Location
    from weighbridge.formats.strict_json import JsonValue

HIGHEST = 1 << 28
"""A number of a token that an embedding can still have a row for."""

SLACK = 4_096
"""Numbers that a vocabulary may leave out: places reserved for later."""

_SHOWN = 8  # oddities of one kind that are told
_TEXT = 80
_MARKS = frozenset({"pad", "unk", "bos", "eos", "cls", "sep", "mask", "notused", "unused", "eot", "eod", "blank"})


def plain_word(text: str) -> bool:
    """Tell whether a text is a word of a language or several, and no mark of a vocabulary.

    Codes of languages (``en``, ``ace_Arab``), names in brackets and numbered fillers are marks.
    """
    core = text.strip()
    if "://" in core:
        return True
    parts = core.split()
    if not parts or not all(part.isalpha() for part in parts):
        return False
    return len(parts) > 1 or (len(core) > 3 and core == text.strip() and core.islower() and core not in _MARKS)


class Vocabulary:
    """Takes a vocabulary and what is added to it; ``ids`` maps texts to numbers, ``special`` are the marks."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.special: set[str] = set()
        self.special_words: list[str] = []
        self._texts: dict[int, str] = {}
        self._added: set[str] = set()
        self._odd: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def wrong(self, what: str, detail: str) -> None:
        """Note an oddity."""
        self._counts[what] = self._counts.get(what, 0) + 1
        if self._counts[what] <= _SHOWN:
            self._odd.setdefault(what, []).append(detail)

    def take_ids(self, vocabulary: dict[str, JsonValue]) -> None:
        """Take a table of texts and numbers."""
        if _are_ids(vocabulary.values()):
            self.ids.update(vocabulary)  # type: ignore[arg-type]  # all of them were looked at
        else:
            self._take_each(vocabulary)
        self._texts = dict(zip(self.ids.values(), self.ids, strict=True))
        if len(self._texts) != len(self.ids):
            for text, number in self.ids.items():
                if self._texts[number] != text:
                    self.wrong("shared id", f"{text[:_TEXT]!r} and {self._texts[number][:_TEXT]!r} are both {number}")

    def _take_each(self, vocabulary: dict[str, JsonValue]) -> None:
        for text, number in vocabulary.items():
            if type(number) is int and 0 <= number < HIGHEST:
                self.ids[text] = number
            else:
                self.wrong("token id", f"{text[:_TEXT]!r} has the id {str(number)[:_TEXT]}")

    def take_pieces(self, vocabulary: list[JsonValue]) -> None:
        """Take a list of texts, alone or with a score; their place is their number."""
        for number, entry in enumerate(vocabulary):
            piece = entry[0] if isinstance(entry, list) and len(entry) == 2 else entry
            if not isinstance(piece, str):
                self.wrong("token", f"entry {number} is no text with a score")
                continue
            if piece in self.ids:
                self.wrong("duplicate token", f"{piece[:_TEXT]!r} is both {self.ids[piece]} and {number}")
            self.ids.setdefault(piece, number)
            self._texts[number] = piece

    def add(self, content: JsonValue, number: JsonValue, *, special: bool) -> None:
        """Take an added token, which is found in a text before anything else is."""
        if not isinstance(content, str) or type(number) is not int or not 0 <= number < HIGHEST:
            self.wrong("added token", f"{str(content)[:_TEXT]!r} has the id {str(number)[:_TEXT]}")
            return
        if content in self._added:
            self.wrong("added token", f"{content[:_TEXT]!r} is added twice")
        known, holder = self.ids.get(content), self._texts.get(number)
        if known is not None and known != number:
            self.wrong("added token", f"{content[:_TEXT]!r} is {known} in the vocabulary and added as {number}")
        if holder is not None and holder != content:
            self.wrong("shared id", f"{content[:_TEXT]!r} and {holder[:_TEXT]!r} are both {number}")
        self._added.add(content)
        self.ids.setdefault(content, number)
        self._texts.setdefault(number, content)
        if special:
            self.special.add(content)
            if plain_word(content):
                self.special_words.append(content[:_TEXT])

    def text_of(self, number: JsonValue) -> str | None:
        """Find the text of a number."""
        return self._texts.get(number) if isinstance(number, int) else None

    def size(self) -> int:
        """Tell how many different texts there are."""
        return len(self.ids)

    def oddities(self, at: Location) -> Iterator[Inconsistency]:
        """Yield what was odd, and numbers that run far past the vocabulary."""
        highest = max(self.ids.values(), default=-1)
        if highest >= 2 * len(self.ids) + SLACK:
            self.wrong("token id", f"the highest id of {len(self.ids)} tokens is {highest}")
        for what, details in self._odd.items():
            for detail in details:
                yield Inconsistency(at=at, what=what, detail=detail)
            if self._counts[what] > _SHOWN:
                yield Inconsistency(at=at, what=what, detail=f"{self._counts[what] - _SHOWN} more")


def _are_ids(numbers: Collection[Any]) -> bool:
    return set(map(type, numbers)) == {int} and min(numbers) >= 0 and max(numbers) < HIGHEST
