"""The frame of every HTML page that Weighbridge writes, and the two ways in which words get into it.

A page holds everything: no script, no font, no picture, no link to load. Its content security policy forbids all but
its own style sheet, by digest, so that even text that escaped its escaping could neither run nor call out.
"""

from __future__ import annotations

from weighbridge.reports.html_style import STYLE
from weighbridge.reports.neutral import shorten, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 300
"""Columns of one name or line."""


def text(given: str, longest: int = LONGEST) -> str:
    """Make any text safe inside an element: neutral and of bounded length first, then escaped."""
    from html import escape

    return escape(shorten(given, longest, keep_end=True))


def words(given: str) -> str:
    """Show words of ours; pairs of backticks mark code."""
    from html import escape

    parts = escape(visible(given)).split("`")
    if len(parts) % 2 == 0:
        return "`".join(parts)
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def told(given: str) -> str:
    """Show a sentence of ours with names out of files in it: as long as `text`, with pairs of backticks as `words`."""
    return words(shorten(given, LONGEST, keep_end=True))


def head(title: str, style: str = STYLE) -> Iterator[str]:
    """Begin a page, up to the opening of its body; ``style`` is all of its style sheet."""
    from base64 import b64encode
    from hashlib import sha256

    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f"<title>{text(title)}</title>"
    yield f"<style>{style}</style>"
    yield "</head>"
    yield "<body>"


def foot(said: str) -> Iterator[str]:
    """End a page; ``said`` is HTML already."""
    yield "<footer>"
    yield f"<p>{said}</p>"
    yield "</footer>"
    yield "</body>"
    yield "</html>"
