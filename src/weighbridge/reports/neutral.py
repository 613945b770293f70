"""Text that an attacker wrote, made safe to show: what a reader sees is all there is, on one line.

File names, member names, class names and string constants come out of hostile files. Terminal escapes, bidirectional
controls, zero-width characters and line breaks in them could repaint the screen, reverse a name or forge a line of
the report (CWE-117, CWE-150, CVE-2021-42574), so every report passes such text through here.
"""

from __future__ import annotations

# Characters of width nothing or blank that Unicode classes as letters, marks or symbols, so that
# ``str.isprintable`` lets them pass: joiners, fillers, Mongolian selectors, the empty Braille cell.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
# No character before Hangul Jamo is wide, nor are the marks of our own reports: asking costs half a millisecond.
_FIRST_WIDE = "\u1100"
_OUR_MARKS = frozenset("✓✗…│")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """Replace every character that does not show itself by an escape such as ``\\x1b`` or ``\\u202e``.

    The answer is printable, one line, and encodable as UTF-8; a byte of a name that is not UTF-8 becomes ``\\xff``.
    Applying it twice changes nothing more.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join([character if _shows(character) else _escape(character) for character in text])


def encodable(text: str) -> str:
    """Keep text exact for programs, except for lone surrogates, which no UTF-8 document can carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join([_escape(one) if "\ud800" <= one <= "\udfff" else one for one in text])
    return text


def columns(text: str) -> int:
    """Count the columns of a terminal that printable text takes; wide East Asian characters take two."""
    if text.isascii():
        return len(text)
    perhaps = [character for character in text if character >= _FIRST_WIDE and character not in _OUR_MARKS]
    if not perhaps:
        return len(text)
    from unicodedata import east_asian_width

    return len(text) + sum([east_asian_width(character) in "WF" for character in perhaps])


def shorten(text: str, width: int, *, keep_end: bool = False) -> str:
    """Make text visible and cut it to ``width`` columns with ``…``; ``keep_end`` cuts out the middle, as of a path."""
    text = visible(text)
    if columns(text) <= width:
        return text
    tail = (width - 1) * 2 // 3 if keep_end else 0
    head = _fitting(text, width - 1 - tail)
    return f"{head}…{_fitting(text[::-1], tail)[::-1]}"


def _fitting(text: str, width: int) -> str:
    """Take as many characters from the start as ``width`` columns hold."""
    taken = text[: max(width, 0)]
    while columns(taken) > width:
        taken = taken[:-1]
    return taken


def _shows(character: str) -> bool:
    return character.isprintable() and character not in _BLANK and not _selects(ord(character))


def _selects(code: int) -> bool:
    """Tell variation selectors, which carry hidden bytes in well-known smuggling tricks."""
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # PEP 383: the byte that could not be decoded
    if code < 0x100:
        return _SHORT.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
