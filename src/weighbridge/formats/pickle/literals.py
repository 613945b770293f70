"""Numbers and strings of the text opcodes, read as the unpicklers read them and not as ``pickletools`` does.

Each reader returns ``Literal``: the value, whether the C unpickler and the Python unpickler accept it, and what is odd
about the spelling. Only when both refuse does the stream really break (PKL-19, PKL-20, PKL-21, PKL-33).
"""

from __future__ import annotations

from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


@value
class Literal:
    """``content`` as the first loader that accepts it reads it; ``odd`` is empty for what picklers write."""

    content: int | float | str | bytes | bool | None
    c_accepts: bool = True
    python_accepts: bool = True
    odd: str = ""
    benign: bool = False

    @property
    def accepted(self) -> bool:
        """Tell whether any loader goes on."""
        return self.c_accepts or self.python_accepts


BEYOND = Literal(content=None, odd="a line of text is longer than the machine reads", benign=True)
"""What a text opcode holds on a line that is not read to its end: some loader may accept it."""

HIDDEN_LETTERS = "a string writes printable letters as escapes"

DIGITS = 4_000
"""Digits that are turned into a number; CPython itself refuses more than 4,300 in base 10."""


def integer(line: bytes) -> Literal:
    """Read the operand of INT: ``00`` and ``01`` are booleans, all else is base 0.

    C uses ``strtol(s, &end, 0)``, which stops at a NUL byte, takes a leading 0 for octal and reads nothing as 0; Python
    uses ``int(s, 0)``.
    """
    if line in {b"00", b"01"}:
        return Literal(content=line == b"01")
    if line[:1] == b"\0":
        return Literal(content=0, python_accepts=False, odd="a number without a digit")
    return Literal(content=int(line)) if _is_canonical(line) else _odd_integer(line, _strtol)


def long(line: bytes) -> Literal:
    """Read the operand of LONG: base 0, with an ``L`` at the end that is cut off."""
    digits = line[:-1] if line.endswith(b"L") else line
    if not _is_canonical(digits):
        return _odd_integer(digits, _base_0)
    return Literal(content=int(digits), odd="" if line.endswith(b"L") else "a LONG without its L")


def _is_canonical(digits: bytes) -> bool:
    body = digits[1:] if digits[:1] == b"-" else digits
    return body.isdigit() and len(body) < DIGITS and (body[:1] != b"0" or digits == b"0")


def _odd_integer(text: bytes, in_c: Callable[[bytes], int | None]) -> Literal:
    by_python, by_c = _base_0(text), in_c(text.split(b"\0", 1)[0])
    return Literal(
        content=by_c if by_c is not None else by_python,
        c_accepts=by_c is not None,
        python_accepts=by_python is not None,
        odd=f"the number {text[:40]!r} is not written in base 10",
    )


def _base_0(text: bytes) -> int | None:
    """Read as ``int(text, 0)`` does, which is also what ``PyLong_FromString`` does."""
    try:
        return int(text, 0) if len(text) < DIGITS else 0
    except ValueError:
        return None


def _strtol(text: bytes) -> int | None:
    """Read as ``strtol`` with base 0 does: a leading 0 means octal."""
    stripped = text.lstrip(SPACES)
    digits = stripped[1:] if stripped[:1] in {b"+", b"-"} else stripped
    if len(digits) > 1 and digits[:1] == b"0" and digits.isdigit():
        try:
            return int(stripped, 8)
        except ValueError:
            return None
    return _base_0(text)


def decimal(line: bytes) -> int | None:
    """Read the operand of GET and PUT: base 10; C stops at a NUL byte, Python does not accept one."""
    for text in (line, line.split(b"\0", 1)[0]):
        digits = text.strip(SPACES)
        try:
            return int(digits) if len(digits) < DIGITS else None
        except ValueError:
            continue
    return None


SPACES = b" \t\n\v\f\r"
"""What both unpicklers skip around a number."""


def real(line: bytes) -> Literal:
    """Read the operand of FLOAT.

    C uses ``PyOS_string_to_double``: no space, no underscore, no overflow, and it stops at a NUL byte.
    """
    by_python, by_c = _float(line), _float(line.split(b"\0", 1)[0])
    if by_c is not None and (line.split(b"\0", 1)[0].strip(b" \t\n\v\f\r_").count(b"_") or line[:1].isspace()):
        by_c = None
    if by_c is not None and (line.endswith((b" ", b"\t", b"\r")) or (by_c in _INFINITE and b"n" not in line.lower())):
        by_c = None
    odd = "" if by_c is not None and by_python is not None else f"the number {line[:40]!r} is written oddly"
    return Literal(
        content=by_c if by_c is not None else by_python,
        c_accepts=by_c is not None,
        python_accepts=by_python is not None,
        odd=odd,
    )


_INFINITE = (float("inf"), float("-inf"))


def _float(text: bytes) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def quoted(line: bytes) -> Literal:
    """Read the operand of STRING: a quoted, backslash-escaped byte string, decoded with the loader's encoding.

    The default encoding is ASCII, torch uses UTF-8, old numpy files need latin-1 or ``bytes``: what one refuses another
    accepts, so no byte ends the stream here.
    """
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in {b"'", b'"'}:
        return Literal(content=None, c_accepts=False, python_accepts=False)
    inner = _unescape(line[1:-1])
    if inner is None:
        return Literal(content=None, c_accepts=False, python_accepts=False)
    text, odd = decoded(inner)
    if not odd and b"\\x" in line and any(32 < byte < 127 for byte in _escaped_bytes(line)):
        odd = HIDDEN_LETTERS
    return Literal(content=text, odd=odd, benign=bool(odd))


def decoded(raw: bytes) -> tuple[str, str]:
    """Decode a Python 2 string operand; the second item says what loaders disagree about."""
    try:
        return raw.decode("ascii"), ""
    except UnicodeDecodeError:
        odd = "bytes beyond ASCII in a Python 2 string: loaders differ by their encoding"
        try:
            return raw.decode("utf-8"), odd
        except UnicodeDecodeError:
            return raw.decode("latin-1"), odd


def raw_unicode(line: bytes) -> Literal:
    """Read the operand of UNICODE: raw-unicode-escape."""
    try:
        text = line.decode("raw-unicode-escape")
    except UnicodeDecodeError:
        return Literal(content=None, c_accepts=False, python_accepts=False)
    hidden = b"\\u00" in line and any(
        f"\\u{code:04x}".encode() in line.lower() for code in range(33, 127) if code != 92
    )
    return Literal(content=text, odd=HIDDEN_LETTERS if hidden else "", benign=hidden)


_SIMPLE = {
    ord("n"): 10, ord("r"): 13, ord("t"): 9, ord("b"): 8, ord("f"): 12, ord("a"): 7, ord("v"): 11,
    ord("\\"): 92, ord("'"): 39, ord('"'): 34,
}  # fmt: skip


def _unescape(text: bytes) -> bytes | None:
    r"""Undo ``\n``, ``\ooo`` and ``\xhh`` as ``codecs.escape_decode`` does; None where it raises."""
    if b"\\" not in text:
        return text
    out = bytearray()
    at, end = 0, len(text)
    while at < end:
        byte = text[at]
        if byte != 92:
            out.append(byte)
            at += 1
            continue
        if at + 1 == end:
            return None
        kind = text[at + 1]
        if kind == 10:
            at += 2
        elif kind in _SIMPLE:
            out.append(_SIMPLE[kind])
            at += 2
        elif 48 <= kind <= 55:
            stop = at + 2
            while stop < min(end, at + 4) and 48 <= text[stop] <= 55:
                stop += 1
            out.append(int(text[at + 1 : stop], 8) & 0xFF)
            at = stop
        elif kind == 120:
            digits = text[at + 2 : at + 4]
            if len(digits) < 2 or not all(digit in b"0123456789abcdefABCDEF" for digit in digits):
                return None
            out.append(int(digits, 16))
            at += 4
        else:
            out += text[at : at + 2]
            at += 2
    return bytes(out)


def _escaped_bytes(line: bytes) -> list[int]:
    r"""List the bytes written as ``\xhh``."""
    found = []
    for piece in line.split(b"\\x")[1:]:
        try:
            found.append(int(piece[:2], 16))
        except ValueError:
            continue
    return found
