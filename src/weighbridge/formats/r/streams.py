"""The two notations of R's serialisation: binary (XDR, or the order of the machine) and text.

Source: R Internals, "Serialization Formats", and ``src/main/serialize.c`` of R 4.3. Both give the same calls: whole
numbers, strings, vectors that are stepped over.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.errors import Malformed, OverLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from weighbridge.core.source import ByteSource

NA = -(1 << 31)
"""The whole number that stands for a missing value."""

TOKEN = 1 << 12
"""Bytes of one number in text; the longest that R writes has some thirty."""

_WINDOW = 1 << 16
_STRING, _CHAR = 0x2FF, 9  # type and whether there are attributes, as a string's flags have them
_USUAL = 24  # bytes of a number with all its digits


class Binary:
    """Whole numbers of four bytes, doubles of eight."""

    def __init__(self, source: ByteSource, offset: int, order: Literal["big", "little"]) -> None:
        self._source = source
        self._order = order
        self._pair = Struct(">ii" if order == "big" else "<ii").unpack_from
        self._window = b""
        self._begin = offset
        self._at = 0

    @property
    def offset(self) -> int:
        """Where the next thing stands."""
        return self._begin + self._at

    @property
    def left(self) -> int:
        """Bytes from here to the end."""
        return max(0, self._source.size - self.offset)

    def integer(self) -> int:
        """Read a whole number; raises Malformed at the end."""
        at = self._at
        if at + 4 > len(self._window):
            self._fill(4)
            at = 0
        self._at = at + 4
        return int.from_bytes(self._window[at : at + 4], self._order, signed=True)

    def text(self, length: int, most: int) -> bytes:
        """Read a string of ``length`` bytes, ``most`` of them; the rest is stepped over."""
        if length > self.left:
            raise Malformed(f"a string claims {length} bytes, {self.left} are left", offset=self.offset)
        if self._at + length <= len(self._window):
            found = self._window[self._at : self._at + min(length, most)]
        else:
            found = self._source.read_at(self.offset, min(length, most))
        self._at += length
        return found

    def strings(self, count: int, most: int) -> bytes:
        """Step over ``count`` strings of a vector; returns the last, ``most`` bytes of it."""
        pair, text = self._pair, b""
        window, at = self._window, self._at
        for _ in range(count):
            if at + 8 > len(window):
                self._at = at
                self._fill(8)
                window, at = self._window, 0
            flags, length = pair(window, at)
            if flags & _STRING != _CHAR or length < -1:
                raise Malformed("a vector of strings holds something else", offset=self._begin + at)
            at += 8 + max(0, length)
        self._at = at
        if count and length > 0:
            self._at -= length
            text = self.text(length, most)
        return text

    def values(self, count: int, width: int) -> int:
        """Step over ``count`` values; returns how many bytes they take."""
        size = count * width
        if size > self.left:
            raise Malformed(f"a vector claims {size} bytes, {self.left} are left", offset=self.offset)
        self._at += size
        return size

    def least(self, width: int) -> int:
        """Say how many bytes a value of ``width`` bytes takes at least."""
        return width

    def rest(self) -> int:
        """Say where the stream has ended."""
        return self.offset

    def _fill(self, length: int) -> None:
        self._begin, self._at = self.offset, 0
        self._window = self._source.read_at(self._begin, _WINDOW)
        if len(self._window) < length:
            raise Malformed("the stream breaks off", offset=self._begin)


class Ascii:
    """One token a line: numbers as text, strings with escapes."""

    def __init__(self, source: ByteSource, offset: int) -> None:
        self._source = source
        self._window = b""
        self._begin = offset
        self._at = 0

    @property
    def offset(self) -> int:
        """Where the next thing stands."""
        return self._begin + self._at

    @property
    def left(self) -> int:
        """Bytes from here to the end."""
        return max(0, self._source.size - self.offset)

    def integer(self) -> int:
        """Read a whole number; raises Malformed for what is none, and at the end."""
        begin, token = self.offset, self._token()
        if token == b"NA":
            return NA
        digits = token.removeprefix(b"-")
        if not digits.isdigit() or len(digits) > 10:  # 32 bits have ten digits
            raise Malformed("a whole number is expected", offset=begin)
        return int(token)

    def text(self, length: int, most: int) -> bytes:
        """Read a string of ``length`` bytes, ``most`` of them; the rest is stepped over."""
        if length > self.left:
            raise Malformed(f"a string claims {length} bytes, {self.left} are left", offset=self.offset)
        self._blank()
        plain = self._window[self._at : self._at + length]
        if len(plain) == length and b"\\" not in plain:
            self._at += length
            return plain[:most]
        found = bytearray()
        for number in range(length):
            byte = self._byte()
            if byte == 0x5C:
                byte = self._escaped()
            if number < most:
                found.append(byte)
        return bytes(found)

    def strings(self, count: int, most: int) -> bytes:
        """Step over ``count`` strings of a vector; returns the last, ``most`` bytes of it."""
        text = b""
        for _ in range(count):
            flags, length = self.integer(), self.integer()
            if flags & _STRING != _CHAR or length < -1:
                raise Malformed("a vector of strings holds something else", offset=self.offset)
            text = self.text(length, most) if length > 0 else b""
        return text

    def values(self, count: int, width: int) -> int:
        """Step over ``count`` values; returns how many bytes they take. A complex number is two tokens, a byte one."""
        begin, tokens = self.offset, count * (2 if width == 16 else 1)
        while tokens:
            self._blank()
            window = self._window[self._at : self._at + TOKEN + tokens * _USUAL]
            # The last token may go on behind the window, so it is left for the next one.
            cut = len(window) if self.offset + len(window) >= self._source.size else _last_blank(window)
            if cut <= 0:
                raise Malformed("a number without an end", offset=self.offset)
            pieces = window[:cut].split(None, tokens)
            taken = min(len(pieces), tokens)
            if not taken:
                raise Malformed("the stream breaks off", offset=self.offset)
            self._at += cut - (len(pieces[tokens]) if len(pieces) > tokens else 0)
            tokens -= taken
        return self.offset - begin

    def least(self, width: int) -> int:
        """Say how many bytes a value of ``width`` bytes takes at least: a digit and the end of the line."""
        return 4 if width == 16 else 2

    def rest(self) -> int:
        """Say where the stream has ended: behind the end of the line, and the empty one of an empty string."""
        for end in b"\r\n\r\n":
            self._at += self._peek() == bytes((end,))
        return self.offset

    def _token(self) -> bytes:
        self._blank()
        found = self._window[self._at : self._at + TOKEN].split(None, 1)
        if not found:
            raise Malformed("the stream breaks off", offset=self.offset)
        token: bytes = found[0]
        if len(token) >= TOKEN:
            raise OverLimit(f"a number of more than {TOKEN} characters", offset=self.offset)
        self._at += len(token)
        return token

    def _blank(self) -> None:
        """Step over white space and see to it that a whole token lies in the window."""
        while True:
            window = self._window
            while self._at < len(window) and window[self._at] in b" \t\r\n\v\f":
                self._at += 1
            if len(window) - self._at >= TOKEN or self._begin + len(window) >= self._source.size:
                return
            self._begin, self._at = self.offset, 0
            self._window = self._source.read_at(self._begin, _WINDOW)
            if len(self._window) == 0:
                return

    def _peek(self) -> bytes:
        if self._at >= len(self._window):
            self._begin, self._at = self.offset, 0
            self._window = self._source.read_at(self._begin, _WINDOW)
        return self._window[self._at : self._at + 1]

    def _byte(self) -> int:
        found = self._peek()
        if not found:
            raise Malformed("a string breaks off", offset=self.offset)
        self._at += 1
        return found[0]

    def _escaped(self) -> int:
        code = self._byte()
        if code not in b"01234567":
            return _ESCAPES.get(code, code)
        digits = [code]
        while len(digits) < 3 and self._peek() and self._peek() in b"01234567":
            digits.append(self._byte())
        return int(bytes(digits), 8) & 0xFF


_ESCAPES = dict(zip(b"ntvbrfa", b"\n\t\v\b\r\f\a", strict=True))


def _last_blank(window: bytes) -> int:
    return max(window.rfind(b"\n"), window.rfind(b" ")) + 1
