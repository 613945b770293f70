"""Characters that a reader does not see: zero width, reversed order, tags, selectors (Unicode 17, chapter 23).

They are honest in scripts that need them (joiners between letters of Indic scripts and in emoji, marks in Hebrew and
Arabic), so what counts is where they stand: between Latin letters, in rows, or in source code ("Trojan Source").
"""

from __future__ import annotations

from weighbridge.core.texts import HiddenText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location

_MARKS = (b"\xe2\x80", b"\xe2\x81", b"\xf3\xa0", b"\xef\xb8", b"\xef\xbb\xbf")
"""First bytes of all of them in UTF-8: most text has none, and is not looked at twice."""

_ZERO = "\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff"
_BIDI = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
_OVERRIDES = "\u202d\u202e"
_SHOWN = 160
_ROW = 6
"""Characters of no width in a row: emoji have two at most."""
_SELECTORS = 4
"""Variation selectors in a row: one is all that a character takes."""
_TAGS = 8
"""Tag characters in a row without the flag that the three honest ones begin with (UTS 51, annex C)."""
_BETWEEN = 3
"""Latin letters with nothing visible between them, that many times: one comes from copying a web page."""


def hidden(raw: bytes, at: Location, *, code: bool) -> Iterator[HiddenText]:
    """Find hidden characters in UTF-8 text; ``code`` when it is the source of a program, where order matters more."""
    if not any(mark in raw for mark in _MARKS):
        return
    import re

    text = raw.decode("utf-8", "replace").removeprefix("\ufeff")
    tags = re.findall("[\U000e0020-\U000e007e]{4,}", text)
    flags = text.count("\U0001f3f4")
    if len(tags) > flags or any(len(one) > _TAGS for one in tags):
        spelt = "".join(chr(ord(char) - 0xE0000) for one in tags for char in one)
        yield HiddenText(at=at, how="tag characters", text=spelt[:_SHOWN], count=len(spelt))
    rows = re.findall(f"[\ufe00-\ufe0f\U000e0100-\U000e01ef]{{{_SELECTORS},}}", text)
    if rows:
        yield HiddenText(
            at=at, how="variation selectors", text=_selected("".join(rows))[:_SHOWN], count=sum(map(len, rows))
        )
    zero = re.findall(f"[{_ZERO}]{{{_ROW},}}", text)
    between = re.findall(f"[A-Za-z][{_ZERO}]+(?=[A-Za-z])", text)
    if zero or len(between) >= _BETWEEN:
        around = between[0] if between else "…"
        count = sum(map(len, zero)) + sum(len(one) - 1 for one in between)
        yield HiddenText(at=at, how="characters of no width", text=_escaped(around)[:_SHOWN], count=count)
    overrides = [char for char in text if char in (_BIDI if code else _OVERRIDES)]
    if overrides:
        found = re.search(f"[^\n]{{0,40}}[{_BIDI}][^\n]{{0,40}}", text)
        excerpt = _escaped(found[0] if found else "")
        yield HiddenText(at=at, how="marks that reverse the order of reading", text=excerpt, count=len(overrides))


def _selected(row: str) -> str:
    """Read the bytes that variation selectors may stand for: 0 to 15, then 16 to 255."""
    numbers = [ord(char) - 0xFE00 if char < "\U000e0100" else ord(char) - 0xE0100 + 16 for char in row]
    return bytes(number & 0xFF for number in numbers).decode("latin-1").encode("ascii", "backslashreplace").decode()


def _escaped(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode()
