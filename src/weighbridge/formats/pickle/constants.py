"""Constants of a stream, decoded only when somebody asks: for names, for contracts on arguments, for people."""

from __future__ import annotations

from struct import unpack

from weighbridge.formats.pickle import literals
from weighbridge.formats.pickle import opcodes as op
from weighbridge.formats.pickle.literals import Literal
from weighbridge.formats.pickle.window import LINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.pickle.window import Window

NAME_BYTES = 4_096
"""Bytes of a string that are read as a name; a longer one cannot name anything that exists."""

SHORT_TEXT = 64
"""Bytes of a string that keys and literals in contracts are compared by."""


LONG_BYTES = 64
LARGEST = 1 << 8 * LONG_BYTES
"""An integer of more bytes is taken for this one: nothing is that large, and CPython refuses to write long ones out."""

_KINDS = [op.CONSTANT_KINDS.get(code, "str") for code in range(256)]

FAR = 4_096
"""Constants behind the window whose kind and text are remembered."""


class Constants:
    """Decodes the constant that an opcode pushed, given the offset just behind that opcode."""

    __slots__ = ("_far", "source", "window")

    def __init__(self, source: ByteSource, window: Window) -> None:
        self.source = source
        self.window = window
        self._far: dict[int, tuple[str, str]] = {}

    def bytes_at(self, offset: int, length: int) -> bytes:
        """Read bytes of the stream, from the machine's window when it holds them."""
        return self.window.bytes_at(offset, length)

    def line_at(self, offset: int) -> tuple[bytes, int]:
        """Read a text line and the offset behind it."""
        return self.window.line_at(offset)

    def literal(self, code: int, line: bytes) -> Literal:
        """Read the operand of a text opcode."""
        if code == op.INT:
            return literals.integer(line)
        if code == op.LONG:
            return literals.long(line)
        if code == op.FLOAT:
            return literals.real(line)
        return literals.quoted(line) if code == op.STRING else literals.raw_unicode(line)

    def index(self, line: bytes) -> int | None:
        """Read the operand of GET or PUT."""
        return literals.decimal(line)

    def _code(self, offset: int) -> int:
        window = self.window
        inside = offset - 1 - window.base
        if 0 <= inside < len(window.content):
            return window.content[inside]
        return self.source.read_at(offset - 1, 1)[0]

    def kind(self, offset: int) -> str:
        """Tell the kind of the constant at ``offset``; a persistent id of protocol 0 is a ``str``."""
        window = self.window
        inside = offset - 1 - window.base
        if inside < 0:
            return self._remembered(offset)[0]
        code = window.content[inside]
        return _KINDS[code] if code != op.INT else self._kind(offset)

    def _kind(self, offset: int) -> str:
        code = self._code(offset)
        if code == op.INT and self.bytes_at(offset, 3) in {b"00\n", b"01\n"}:
            return "bool"
        return _KINDS[code]

    def _remembered(self, offset: int) -> tuple[str, str]:
        """Look up a constant that the window has left behind; the memo brings the same ones back again and again."""
        found = self._far.get(offset)
        if found is None:
            if len(self._far) >= FAR:
                self._far.clear()
            found = self._far[offset] = (self._kind(offset), self._short_text(offset))
        return found

    def text(self, offset: int, limit: int) -> tuple[str | bytes | None, bool]:
        """Decode up to ``limit`` bytes of a str or bytes constant, and tell whether that is all; None for others."""
        code = self._code(offset)
        if code in {op.STRING, op.UNICODE}:
            line, _ = self.line_at(offset)
            if len(line) >= LINE:
                return line[:limit].decode("latin-1"), False
            content = self.literal(code, line).content
            return (content[:limit], len(content) <= limit) if isinstance(content, str) else (None, True)
        if code == op.PERSID:
            return self.line_at(offset)[0].decode("latin-1"), True
        width = op.COUNTED.get(code)
        if width is None or code in {op.LONG1, op.LONG4}:
            return None, True
        length = int.from_bytes(self.bytes_at(offset, width), "little")
        raw = self.bytes_at(offset + width, min(length, limit))
        if op.CONSTANT_KINDS[code] == "bytes":
            return raw, length <= limit
        if code in {op.BINSTRING, op.SHORT_BINSTRING}:
            return literals.decoded(raw)[0], length <= limit
        return raw.decode("utf-8", "surrogatepass" if length <= limit else "replace"), length <= limit

    def span(self, offset: int) -> tuple[int, int]:
        """Locate the operand of a str or bytes constant that has a count; an empty span for any other."""
        width = op.COUNTED.get(self._code(offset), 0)
        return offset + width, int.from_bytes(self.bytes_at(offset, width), "little")

    def name(self, offset: int) -> tuple[str, str]:
        """Decode a constant for use as a name: its kind and, for a string, its text."""
        kind = self.kind(offset)
        if kind != "str":
            return kind, ""
        try:
            found, _ = self.text(offset, NAME_BYTES)
        except UnicodeDecodeError:
            return "broken", ""
        return kind, found if isinstance(found, str) else ""

    def short_text(self, offset: int) -> str:
        """Decode a short string constant; empty for a long one or another kind."""
        return self._remembered(offset)[1] if offset < self.window.base else self._short_text(offset)

    def _short_text(self, offset: int) -> str:
        try:
            found, whole = self.text(offset, SHORT_TEXT)
        except UnicodeDecodeError:
            return ""
        return found if whole and isinstance(found, str) else ""

    def scalar(self, offset: int) -> int | float | str | bytes | bool | None:
        """Decode a number, a truth value or None; of text and bytes only enough to tell whether it is empty."""
        code = self._code(offset)
        if code in op.LINES and code not in {op.STRING, op.UNICODE}:
            content = self.literal(code, self.line_at(offset)[0]).content
            return content if type(content) is not int else max(-LARGEST, min(content, LARGEST))
        if code in {op.BININT1, op.BININT2, op.BININT}:
            return int.from_bytes(self.bytes_at(offset, op.FIXED_SCALARS[code]), "little", signed=code == op.BININT)
        if code in {op.LONG1, op.LONG4}:
            width = op.COUNTED[code]
            length = int.from_bytes(self.bytes_at(offset, width), "little")
            if length <= LONG_BYTES:
                return int.from_bytes(self.bytes_at(offset + width, length), "little", signed=True)
            return -LARGEST if self.bytes_at(offset + width + length - 1, 1) >= b"\x80" else LARGEST
        if code == op.BINFLOAT:
            number: float = unpack(">d", self.bytes_at(offset, 8))[0]
            return number
        if code in {op.NEWTRUE, op.NEWFALSE}:
            return code == op.NEWTRUE
        try:
            return self.text(offset, 1)[0] if code != op.NONE else None
        except UnicodeDecodeError:
            return "…"
