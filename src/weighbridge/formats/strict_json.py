"""JSON that an attacker may have written: read within bounds, and whatever two parsers could read differently is named.

RFC 8259 leaves duplicate keys, number ranges and lone surrogates to the reader, and readers differ (catalogue of such
differences: RFC 8259 sections 4, 6, 8.2). Here every value of a repeated key is kept, numbers are read as they are
written, bytes that are not UTF-8 survive, and each of these is reported. Text that is no JSON at all, or nests deeper
than asked for, is ``Malformed``; text with too many values is ``OverLimit``.
"""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from re import Pattern
    from typing import TypeAlias

    JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None

DEPTH = 64
"""Arrays and objects within each other; honest configurations end below twenty."""

VALUES = 2_000_000
"""Values of one text, as counted by commas and brackets: 100 to 200 MB. A header of 200,000 tensors has 1.6 million."""

_LENIENT = 4 << 20  # longer text must be UTF-8: what is not costs many times its size
_LISTED = 16  # oddities of one kind that are told one by one; the rest is counted
_EXCERPT = 80  # characters of a key or number that are repeated in an oddity


class JsonOddity(StrEnum):
    """What parsers of JSON read differently."""

    DUPLICATE_KEY = "duplicate key"
    NOT_FINITE = "number that is not finite"
    WIDE_INTEGER = "integer beyond 64 bits"
    ENCODING = "not encoded as plain UTF-8"
    LONE_SURROGATE = "lone surrogate"


@value
class OddJson:
    """One oddity and where it shows, in words."""

    kind: JsonOddity
    detail: str


@value
class JsonDocument:
    """A value, what is odd about its text, and the ``end`` of the text: what follows it, in bytes, is no JSON."""

    value: JsonValue
    oddities: tuple[OddJson, ...]
    end: int


class RepeatedKeys(dict[str, "JsonValue"]):
    """An object in which a key is repeated: the last value counts, as most readers have it; ``pairs`` holds all."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, JsonValue]]) -> None:
        super().__init__(pairs)
        self.pairs = tuple(pairs)


def pairs_of(found: dict[str, JsonValue]) -> tuple[tuple[str, JsonValue], ...]:
    """List the keys and values of an object as they are written, repeated keys included."""
    return found.pairs if isinstance(found, RepeatedKeys) else tuple(found.items())


def read_json(data: bytes, *, depth: int = DEPTH, values: int = VALUES) -> JsonDocument:
    """Read the JSON value at the start of ``data``; raises Malformed and OverLimit."""
    reader = JsonReader(data, depth=depth, values=values)
    found = reader.value()
    return JsonDocument(value=found, oddities=reader.oddities(), end=reader.end())


class _Oddities:
    """Counts what is odd, and makes values on the way.

    Apart from the reader, which holds the text and the decoder: a decoder that called the reader would make a cycle of
    them, and a worker does without the collector of cycles.
    """

    def __init__(self) -> None:
        self.counts: dict[JsonOddity, int] = {}
        self._listed: list[OddJson] = []

    def note(self, kind: JsonOddity, detail: str) -> None:
        """Take note of an oddity."""
        count = self.counts[kind] = self.counts.get(kind, 0) + 1
        if count <= _LISTED:
            self._listed.append(OddJson(kind=kind, detail=_plain_text(detail[:_EXCERPT])))

    def told(self) -> tuple[OddJson, ...]:
        """Give at most a few of each kind and then their number."""
        more = [
            OddJson(kind=kind, detail=f"{count - _LISTED} more")
            for kind, count in self.counts.items()
            if count > _LISTED
        ]
        return (*self._listed, *more)

    def table(self, pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
        """Make an object."""
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                self.note(JsonOddity.DUPLICATE_KEY, key)
            seen.add(key)
        return RepeatedKeys(pairs)

    def constant(self, name: str) -> float:
        """Read what is no number of JSON."""
        self.note(JsonOddity.NOT_FINITE, name)
        return float(name)

    def decimal(self, digits: str) -> float:
        """Read a number with a fraction or an exponent."""
        number = float(digits)
        if number in _INFINITE:
            self.note(JsonOddity.NOT_FINITE, digits)
        return number

    def whole(self, digits: str) -> int:
        """Read a whole number."""
        number = int(digits)
        if not -(1 << 63) <= number < 1 << 64:
            self.note(JsonOddity.WIDE_INTEGER, digits)
        return number


class JsonReader:
    """Reads one JSON text, as a whole or member by member: then an object of any length costs one member's memory."""

    def __init__(self, data: bytes, *, depth: int = DEPTH, values: int = VALUES) -> None:
        import json
        import re

        openings = data.count(b"[") + data.count(b"{")
        if data.count(b",") + openings > values:
            raise OverLimit(f"JSON with more than {values} values")
        self._odd = _Oddities()
        self._codec, self._errors = json.detect_encoding(data), "surrogateescape"
        self._text = self._decoded(data)
        self._at = 0
        self._blank = re.compile(r"[ \t\n\r]*+")
        self._opening = re.compile(r"[ \t\n\r]*+(\{)[ \t\n\r]*+")
        self._colon = re.compile(r"[ \t\n\r]*+(:)[ \t\n\r]*+")
        self._closing = re.compile(r"[ \t\n\r]*+(\}|,[ \t\n\r]*+)")
        if openings > depth and not _nests_within(depth).match(self._text):
            raise Malformed(f"brackets do not close, or nest deeper than {depth} levels")
        self._surrogates = bool(self._odd.counts) or "\\ud" in self._text or "\\uD" in self._text
        wide = self._codec != "utf-8" or _has_long_number(data)
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._odd.table,
            parse_constant=self._odd.constant,
            parse_float=self._odd.decimal,
            parse_int=self._odd.whole if wide else None,
        )

    def value(self) -> JsonValue:
        """Read the whole text as one value."""
        blank = self._blank.match(self._text)
        self._at = blank.end() if blank else 0
        return self._value()

    def members(self) -> Iterator[tuple[str, JsonValue]]:
        """Read the members of the object that the text must be, one after the other and repeated ones included."""
        text, seen = self._text, set[str]()
        self._sign(self._opening, "an object")
        if text[self._at : self._at + 1] == "}":
            self._at += 1
            return
        more = True
        while more:
            if text[self._at : self._at + 1] != '"':
                raise self._wrong("a key")
            key = self._value()
            assert isinstance(key, str)
            if key in seen:
                self._odd.note(JsonOddity.DUPLICATE_KEY, key)
            seen.add(key)
            self._sign(self._colon, "a colon")
            yield key, self._value()
            more = self._sign(self._closing, "a comma or a closing brace") == ","

    def oddities(self) -> tuple[OddJson, ...]:
        """Say what was odd so far, at most a few of each kind and then their number."""
        return self._odd.told()

    def end(self) -> int:
        """Tell how many bytes were read."""
        if self._codec == "utf-8" and self._text.isascii():
            return self._at
        return len(self._text[: self._at].encode(self._codec, self._errors))

    # -- text ----------------------------------------------------------------------------------------------------

    def _decoded(self, data: bytes) -> str:
        if self._codec == "utf-8":
            try:
                return data.decode()
            except UnicodeDecodeError as error:
                if len(data) > _LENIENT:
                    raise Malformed("JSON must be UTF-8", offset=error.start) from None
                self._odd.note(JsonOddity.ENCODING, f"byte {data[error.start]:#04x} at {error.start} is not UTF-8")
            return data.decode("utf-8", self._errors)
        if len(data) > _LENIENT:
            raise Malformed(f"JSON must be UTF-8, not {self._codec}")
        self._odd.note(JsonOddity.ENCODING, f"written as {self._codec}")
        if self._codec != "utf-8-sig":
            self._errors = "replace"
        return data.decode(self._codec, self._errors)

    def _sign(self, pattern: Pattern[str], wanted: str) -> str:
        found = pattern.match(self._text, self._at)
        if not found:
            raise self._wrong(wanted)
        self._at = found.end()
        return found[1][:1]

    def _wrong(self, wanted: str) -> Malformed:
        return Malformed(f"JSON needs {wanted} here", offset=self._at)

    def _value(self) -> JsonValue:
        found: JsonValue
        try:
            found, self._at = self._decoder.raw_decode(self._text, self._at)
        except ValueError as error:
            # JSONDecodeError, or the interpreter's own bound on the digits of an integer
            raise Malformed(f"not JSON: {error}", offset=getattr(error, "pos", self._at)) from None
        return self._plain(found) if self._surrogates else found

    def _plain(self, found: JsonValue) -> JsonValue:
        """Write lone surrogates out, so that every string can be encoded again; the nesting is bounded by now."""
        if isinstance(found, str):
            plain = _plain_text(found)
            if plain != found:
                self._odd.note(JsonOddity.LONE_SURROGATE, plain)
            return plain
        if isinstance(found, list):
            return [self._plain(item) for item in found]
        if isinstance(found, RepeatedKeys):
            return RepeatedKeys([(str(self._plain(key)), self._plain(item)) for key, item in found.pairs])
        if isinstance(found, dict):
            return {str(self._plain(key)): self._plain(item) for key, item in found.items()}
        return found


def _has_long_number(data: bytes) -> bool:
    """Tell whether 19 digits stand in a row: no shorter number is beyond 64 bits, and asking each one takes long."""
    return any(b"0" * 19 in data[at : at + _STEP + 18].translate(_DIGITS_AS_ZERO) for at in range(0, len(data), _STEP))


_STEP = 1 << 20
_DIGITS_AS_ZERO = bytes(0x30 if 0x30 <= code <= 0x39 else code for code in range(256))
_INFINITE = (float("inf"), float("-inf"))


def _plain_text(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _nests_within(depth: int) -> Pattern[str]:
    """Match a text whose first value nests at most ``depth`` levels; possessive, so linear and without a stack."""
    import re

    string = r'"(?:[^"\\]++|\\.)*+"'
    level = rf'(?:[^"\[\]{{}}]++|{string})*+'
    for _ in range(depth - 1):
        level = rf'(?:[^"\[\]{{}}]++|{string}|[\[{{]{level}[\]}}])*+'
    return re.compile(rf'[ \t\n\r]*+(?:[\[{{]{level}[\]}}]|{string}|[^"\[\]{{}}])', re.DOTALL)
