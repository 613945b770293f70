"""Shapes of documents that strangers wrote: what has another shape than its format says is passed over.

TOML and JSON are read within bounds; where a key or a text stands is found again in the text.
"""

from __future__ import annotations

import re

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.strict_json import read_json
from weighbridge.formats.text.project_files import toml_document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.strict_json import JsonValue

PACKAGES = 50_000
"""Packages of one file; the largest locks of web applications have some 5,000."""


def text_of(content: bytes) -> str:
    """Decode a text; raises Malformed for what is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Malformed("it is not UTF-8", offset=wrong.start) from None


def toml(text: str) -> dict[str, JsonValue]:
    """Read TOML; raises Malformed and OverLimit."""
    return toml_document(text)


def json_table(content: bytes) -> dict[str, JsonValue]:
    """Read a JSON object, of repeated keys the last; raises Malformed and OverLimit."""
    found = read_json(content.removeprefix(b"\xef\xbb\xbf")).value
    if not isinstance(found, dict):
        raise Malformed("it is no JSON object")
    return found


def table(found: object) -> dict[str, JsonValue]:
    """Give a mapping, or an empty one for anything else."""
    return found if isinstance(found, dict) else {}


def items(found: object) -> list[JsonValue]:
    """Give a list, or an empty one for anything else; raises OverLimit for more than ``PACKAGES``."""
    if not isinstance(found, list):
        return []
    if len(found) > PACKAGES:
        raise OverLimit(f"more than {PACKAGES:,} entries")
    return found


def word(found: object, longest: int = 2_000) -> str:
    """Give a text of bounded length, empty for anything else."""
    return found if isinstance(found, str) and len(found) <= longest else ""


def words(found: object) -> tuple[str, ...]:
    """Give the texts of a list."""
    return tuple(filter(None, map(word, items(found))))


def pointer(*parts: str | int) -> str:
    """Write a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


_TOKENS = re.compile(r'"([^"\n]*)"|\'([^\'\n]*)\'|^[ \t]*+([\w.-]+)[ \t]*+=', re.MULTILINE)


class Lines:
    """The lines of a text on which keys and quoted texts stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: dict[str, int] = {}
        for number, line in enumerate(text.split("\n"), 1):
            for found in _TOKENS.finditer(line):
                token = found[1] or found[2] or found[3] or ""
                self._lines[token] = 0 if token in self._lines else number

    def of(self, *wanted: str) -> int:
        """Give the line of the first of some texts that stands exactly once; 0 where none does."""
        return next(filter(None, (self._lines.get(one, 0) for one in wanted)), 0)

    def headings(self, heading: str) -> list[int]:
        """Give the lines that hold a heading of TOML alone, such as ``[[package]]``."""
        return [number for number, line in enumerate(self._text.split("\n"), 1) if line.strip() == heading]
