"""Abstract values in words: as ``Argument`` for contracts, as keys that tell uses apart, as Python text for people."""

from __future__ import annotations

from weighbridge.core.facts import Argument
from weighbridge.core.values import replace
from weighbridge.formats.pickle.abstract import Box, Global, Made, Persistent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.pickle.abstract import Value
    from weighbridge.formats.pickle.constants import Constants

VARIETY = 16
"""Different literals in one place of one callable that are told apart; past it only the kind counts. A contract that
asks for a literal then no longer finds it, so nothing can hide behind variety."""

PLACES = 20_000
"""Places of callables whose literals are told apart; honest streams have some thousand."""

TEXT_SHOWN = 160
"""Characters of a constant that people see."""

DEPTH_SHOWN = 3
"""Levels of nested containers that people and contracts see."""

ROOM = 192
"""Elements of containers that are looked at for one use: shared containers make a few bytes stand for 64^3 elements."""

DESCRIBED = 100_000
"""Arguments and elements that are described for one stream, a few hundred bytes each; honest streams have thousands."""


class Describer:
    """Describes the values of one stream."""

    def __init__(self, constants: Constants) -> None:
        self.constants = constants
        self.variety: dict[tuple[str, str, int], set[str]] = {}
        self.room = ROOM
        self.left = DESCRIBED

    def begin(self) -> None:
        """Begin with another use: its first elements are looked at."""
        self.room = ROOM

    def mark(self, value: Value, module: str, name: str, place: int) -> object:
        """Give the key of one argument: equal keys cannot be told apart by a contract."""
        if not isinstance(value, int):
            return self.shape(value)
        kind = self.constants.kind(value)
        if kind == "int":
            return magnitude(self._number(value))
        if kind != "str":
            return kind
        seen = self.variety.get((module, name, place))
        if seen is None:
            if len(self.variety) >= PLACES:
                return kind
            seen = self.variety[module, name, place] = set()
        if len(seen) >= VARIETY:
            return kind
        text = self.constants.short_text(value)
        seen.add(text)
        return kind, text

    def shape(self, value: Value, depth: int = DEPTH_SHOWN) -> object:
        """Give a key for kinds within kinds, without the literals."""
        if isinstance(value, int):
            kind = self.constants.kind(value)
            return magnitude(self._number(value)) if kind == "int" and depth == DEPTH_SHOWN else kind
        if isinstance(value, Box):
            inside: object = None
            if depth and value.items:
                inside = "…"
                if self.room > 0:
                    self.room -= len(value.items)
                    inside = frozenset([self.shape(item, depth - 1) for item in value.items])
            return value.kind, inside, value.length > len(value.items), value.dunders
        if isinstance(value, Made):
            return ("object", value.maker) if not value.latin1 else "bytes"
        return value if isinstance(value, Global) else type(value).__name__

    def _number(self, offset: int) -> int:
        number = self.constants.scalar(offset)
        return number if isinstance(number, int) else 0

    def all(self, values: list[Value], marks: list[object]) -> tuple[Argument, ...]:
        """Describe the arguments of a call; a text that its mark does not tell apart is no literal to a contract."""
        self.begin()
        if self.left <= 0:
            return (Argument(kind="unknown", text="…", truncated=True),) if values else ()
        self.left -= len(values)
        described = [self.argument(value) for value in values]
        return tuple(
            replace(one, truncated=True) if one.kind == mark == "str" else one
            for one, mark in zip(described, marks, strict=True)
        )

    def argument(self, value: Value, depth: int = DEPTH_SHOWN) -> Argument:
        """Describe one value."""
        if isinstance(value, int):
            kind = self.constants.kind(value)
            if kind == "int":
                number = self._number(value)
                return Argument(kind=kind, text=str(number)[:40], number=number)
            text, whole = self._constant_text(value, kind)
            return Argument(kind=kind, text=text, truncated=not whole)
        if isinstance(value, Global):
            return Argument(kind="global", text=value.dotted)
        if isinstance(value, Made) and value.latin1:
            text, whole = self._constant_text(value.latin1, "str")
            return Argument(kind="bytes", text=f"b{text!r}", truncated=not whole)
        if isinstance(value, Made):
            return Argument(kind="object", text=value.maker.dotted if value.maker else "")
        if isinstance(value, Persistent):
            return Argument(kind="persid")
        if isinstance(value, Box):
            if not depth or self.room <= 0 or self.left <= 0:
                return Argument(kind=value.kind, truncated=True)
            self.room -= len(value.items)
            self.left -= len(value.items)
            items = tuple(self.argument(item, depth - 1) for item in value.items)
            return Argument(kind=value.kind, items=items, truncated=value.length > _held(value))
        return Argument(kind="unknown")

    def _constant_text(self, offset: int, kind: str) -> tuple[str, bool]:
        if kind in {"str", "bytes"}:
            try:
                found, whole = self.constants.text(offset, TEXT_SHOWN)
            except UnicodeDecodeError:
                return "undecodable", False
            if isinstance(found, str):
                return found, whole
            return repr(found) if found is not None else "", whole
        return repr(self.constants.scalar(offset)), True

    def text(self, value: Value, depth: int = DEPTH_SHOWN) -> str:
        """Write a value as Python would, shortened."""
        if isinstance(value, Made) and value.number > 0:
            return f"_{value.number}"
        self.begin()
        return written(self.argument(value, depth))


def _held(box: Box) -> int:
    return len(box.items) // 2 if box.kind == "dict" else len(box.items)


def magnitude(number: int) -> tuple[str, int]:
    """Put an integer into a class that contracts with bounds can tell apart: their bounds are powers of two, or 3.

    The class is sign and bit length; 3 has a class of its own.
    """
    bits = number.bit_length() if abs(number) != 3 else _THREE
    return "int", bits if number >= 0 else -bits


_THREE = 1 << 20
"""More bits than any number has (``constants.LARGEST``)."""

_BRACKETS = {"list": "[]", "tuple": "()", "dict": "{}", "set": "{}", "frozenset": "{}"}


def written(argument: Argument) -> str:
    """Write a described value as Python would."""
    more = "…" if argument.truncated else ""
    if argument.kind == "str":
        return repr(argument.text)[:-1] + more + repr(argument.text)[-1]
    if argument.kind in _BRACKETS:
        brackets = _BRACKETS[argument.kind]
        parts = [written(item) for item in argument.items]
        if argument.kind == "dict":
            parts = [f"{key}: {item}" for key, item in zip(parts[::2], parts[1::2], strict=False)]
        elif argument.kind == "tuple" and len(parts) == 1:
            parts = [parts[0] + ","]
        return brackets[0] + ", ".join([*parts, "…"] if more else parts) + brackets[1]
    if argument.kind == "object":
        return f"<{argument.text or 'result'}>"
    return argument.text or f"<{argument.kind}>"
