"""Large models of XGBoost as JSON: the trees are cut out of the text, so that they can be read one by one.

A document of ten million numbers does not fit into the memory of a worker as values; one of its trees does.
"""

from __future__ import annotations

from weighbridge.formats.strict_json import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.strict_json import JsonDocument

LARGE = 4 << 20
"""Bytes of a document from which its trees are cut out; smaller ones are read as a whole."""

_BEGIN = rb'"trees"[ \t\n\r]*+:[ \t\n\r]*+\['
_TREE = rb'[ \t\n\r]*+(\{(?:[^{}"]++|"[^"\\]*+"|\{[^{}]*+\})*+\})[ \t\n\r]*+([,\]])'
"""An object whose strings hold no escapes and whose own objects hold none, as XGBoost writes a tree."""


def without_trees(data: bytes) -> bytes:
    """Empty the list of trees of a large document; any other document, and any other list, stays as it is."""
    if len(data) < LARGE:
        return data
    spans = _spans(data)
    return data[: spans[0][0]] + data[spans[-1][1] :] if spans else data


def trees_apart(source: ByteSource) -> Iterator[tuple[int, JsonDocument]]:
    """Read the trees that ``without_trees`` cuts out of a document, each with its offset; raises as read_json."""
    if source.size >= LARGE:
        data = source.read_at(0, source.size)
        for begin, end in _spans(data):
            yield begin, read_json(data[begin:end])


def _spans(data: bytes) -> list[tuple[int, int]]:
    """Find the trees; none where one of them has another form."""
    import re

    found = re.search(_BEGIN, data) if b'"gradient_booster"' in data else None
    spans: list[tuple[int, int]] = []
    tree = re.compile(_TREE)
    at = found.end() if found else len(data)
    while match := tree.match(data, at):
        spans.append(match.span(1))
        at = match.end()
        if match[2] == b"]":
            return spans
    return []
