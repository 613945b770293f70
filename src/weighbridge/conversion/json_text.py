"""Text that may be JSON, as configurations are kept: given as what it says, or as the text when that is not certain."""

from __future__ import annotations

from weighbridge.conversion.inert import Table
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.strict_json import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.inert import Value
    from weighbridge.formats.strict_json import JsonValue

_DEPTH = 48
"""Objects within each other; the plain data of a file allow a few more."""


def plain_of(text: str) -> Value:
    """Give what the text of a JSON object says when all readers agree on it, else the text."""
    if not text.startswith("{"):
        return text
    raw = text.encode("utf-8", "backslashreplace")
    try:
        document = read_json(raw, depth=_DEPTH)
    except (Malformed, OverLimit):
        return text
    return text if document.oddities or raw[document.end :].strip() else _node(document.value)


def _node(found: JsonValue) -> Value:
    if isinstance(found, dict):
        return Table([(key, _node(item)) for key, item in found.items()])
    return [_node(item) for item in found] if isinstance(found, list) else found
