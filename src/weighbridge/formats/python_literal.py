"""Python literals from hostile files, read by a small grammar: nothing is evaluated, nesting is bounded.

Covers what ``ast.literal_eval`` accepts of strings, whole numbers, truth values, None, tuples, lists and dicts (Python
language reference, sections 2.4 and 6.2), with the long integers of Python 2. A dict is read as ``Pairs``, because a
repeated key must not vanish. Anything else is ``Malformed``.
"""

from __future__ import annotations

import sys

from weighbridge.core.errors import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Literal: TypeAlias = str | bytes | bool | int | tuple["Literal", ...] | list["Literal"] | "Pairs" | None

DEPTH = 32

_DIGITS = 4_000  # the interpreter refuses to convert more than 4,300
_WORDS = {"True": True, "False": False, "None": None}
_PREFIXES = ("", "u", "b", "r", "br", "rb")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
_ESCAPES |= {sign: sign for sign in "\\'\""}
_HEX = {"x": 2, "u": 4, "U": 8}
_OCTAL, _HEX_DIGITS = "01234567", "0123456789abcdefABCDEF"


class Pairs:
    """A dict as it is written: all its keys and values, repeated keys included."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[tuple[Literal, Literal], ...]) -> None:
        self.items = items

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{key!r}: {content!r}' for key, content in self.items)}}}"


def parse(text: str, *, depth: int = DEPTH) -> Literal:
    """Read the one literal that ``text`` must be; raises Malformed with the offset in characters."""
    scanner = _Scanner(text)
    found = scanner.value(depth)
    if scanner.ahead():
        raise scanner.wrong("the end")
    return found


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def wrong(self, wanted: str) -> Malformed:
        return Malformed(f"the literal needs {wanted} here", offset=self.at)

    def ahead(self) -> str:
        """Step over blanks and comments to the next sign; empty at the end."""
        text, at = self.text, self.at
        while sign := text[at : at + 1]:
            if sign == "#":
                at = text.find("\n", at)
                at = len(text) if at < 0 else at
            elif sign in " \t\r\n\f":
                at += 1
            elif text.startswith("\\\n", at):
                at += 2
            else:
                break
        self.at = at
        return sign

    def value(self, depth: int) -> Literal:
        """Read one literal that nests at most ``depth`` levels."""
        sign = self.ahead()
        if sign in ("(", "[", "{") and depth <= 0:
            raise Malformed("the literal nests too deep", offset=self.at)
        match sign:
            case "(":
                items, comma = self._items(")", depth)
                return tuple(items) if comma or not items else items[0]
            case "[":
                return self._items("]", depth)[0]
            case "{":
                return self._pairs(depth)
            case "+" | "-":
                self.at += 1
                if not self.ahead().isdigit():
                    raise self.wrong("a number")
                number = self._number()
                return -number if sign == "-" else number
        if sign.isdigit():
            return self._number()
        return self._word()

    def _items(self, closing: str, depth: int) -> tuple[list[Literal], bool]:
        """Read items up to ``closing``; tell whether there is a comma, which makes parentheses a tuple."""
        self.at += 1
        items: list[Literal] = []
        comma = False
        while self.ahead() != closing:
            if items and not comma:
                raise self.wrong("a comma")
            items.append(self.value(depth - 1))
            comma = self._comma()
        self.at += 1
        return items, comma or len(items) > 1

    def _pairs(self, depth: int) -> Pairs:
        self.at += 1
        items: list[tuple[Literal, Literal]] = []
        comma = True
        while self.ahead() != "}":
            if not comma:
                raise self.wrong("a comma")
            key = self.value(depth - 1)
            if self.ahead() != ":":
                raise self.wrong("a colon")
            self.at += 1
            items.append((key, self.value(depth - 1)))
            comma = self._comma()
        self.at += 1
        return Pairs(tuple(items))

    def _comma(self) -> bool:
        found = self.ahead() == ","
        self.at += found
        return found

    def _run(self) -> str:
        """Take the letters, digits and underscores that come next."""
        start = at = self.at
        while self.text[at : at + 1].isalnum() or self.text[at : at + 1] == "_":
            at += 1
        self.at = at
        return self.text[start:at]

    def _number(self) -> int:
        start = self.at
        digits = self._run().removesuffix("L").removesuffix("l")
        try:
            if len(digits) <= _DIGITS and digits.isascii():
                return int(digits, 0) if digits.strip("0_") else 0
        except ValueError:
            pass
        raise Malformed("the literal has a number that is not whole, or too long", offset=start)

    def _word(self) -> Literal:
        start = self.at
        word = self._run()
        if self.text[self.at : self.at + 1] in ("'", '"') and word.lower() in _PREFIXES:
            self.at = start
            return self._strings()
        if word in _WORDS:
            return _WORDS[word]
        raise Malformed("the literal has a word that is no literal", offset=start)

    # -- strings ---------------------------------------------------------------------------------------------------

    def _strings(self) -> str | bytes:
        """Read adjacent strings as the one that they are together."""
        parts: list[str] = []
        binary: bool | None = None
        while True:
            start = self.at
            prefix = self._run().lower()
            if prefix not in _PREFIXES or self.text[self.at : self.at + 1] not in ("'", '"'):
                self.at = start
                break
            if binary not in (None, "b" in prefix):
                raise self.wrong("strings of one kind")
            binary = "b" in prefix
            parts.append(self._string(raw="r" in prefix, binary=binary))
            self.ahead()
        whole = "".join(parts)
        return whole.encode("latin-1", "replace") if binary else whole

    def _string(self, *, raw: bool, binary: bool) -> str:
        text, sign = self.text, self.text[self.at]
        quote = sign * 3 if text.startswith(sign * 3, self.at) else sign
        at = self.at + len(quote)
        parts: list[str] = []
        end = text.find(quote, at)
        while True:
            if end < 0:
                raise self.wrong("the end of a string")
            slash = text.find("\\", at, end)
            if slash < 0:
                parts.append(text[at:end])
                self.at = end + len(quote)
                return "".join(parts)
            parts.append(text[at:slash])
            if raw:
                parts.append(text[slash : slash + 2])
                at = slash + 2
            else:
                found, at = self._escape(slash + 1, binary=binary)
                parts.append(found)
            if at > end:
                end = text.find(quote, at)

    def _escape(self, at: int, *, binary: bool) -> tuple[str, int]:
        """Read the escape whose letter is at ``at``; return what it stands for and where it ends."""
        text, letter = self.text, self.text[at : at + 1]
        if letter in _ESCAPES:
            return _ESCAPES[letter], at + 1
        if letter and letter in _OCTAL:
            end = at + 1
            while end < at + 3 and text[end : end + 1] and text[end] in _OCTAL:
                end += 1
            return chr(int(text[at:end], 8)), end
        if letter == "x" or (letter in _HEX and not binary):
            end = at + 1 + _HEX[letter]
            digits = text[at + 1 : end]
            if len(digits) == _HEX[letter] and not digits.strip(_HEX_DIGITS) and int(digits, 16) <= sys.maxunicode:
                return chr(int(digits, 16)), end
            self.at = at
            raise self.wrong("hexadecimal digits")
        if letter == "N" and not binary:
            self.at = at
            raise self.wrong("an escape other than a character's name")
        return "\\" + letter, at + 1
