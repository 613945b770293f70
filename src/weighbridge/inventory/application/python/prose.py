"""Leaves long texts and comments out of a source: documentation names loaders far more often than code calls them."""

from __future__ import annotations

import re

_PARTS = re.compile(
    rb"""(?:[^"'#]++|(?!""\"|''')(?:"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'?)|\#[^\n]*+)*+"""
    rb'("""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+("""|\Z)'
    rb"|'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+('''|\Z)|\Z)",
    re.DOTALL,
)
"""Anything up to a text in three quotes or the end, and that text. Other texts and comments are gone over, for their
quotes begin nothing. Whatever never ends is taken to its end, so that no byte is looked at from many places.
"""
_COMMENT = re.compile(rb"^[ \t]*#[^\n]*", re.MULTILINE)
"""A comment that has a line of its own; behind code it stays, for a text may hold its sign."""
_WITH_CODE = frozenset(b"fFtT")
"""Letters before the quotes of a text that holds expressions."""


def without(content: bytes) -> bytes:
    """Leave out comments, and texts in three quotes but for those that hold expressions.

    Nothing is left out if one of them never ends.
    """
    parts = []
    start = 0
    for found in _PARTS.finditer(content):
        if not found[1]:
            break
        if not (found[2] or found[3]):
            return content
        at = found.start(1)
        if _WITH_CODE.isdisjoint(content[max(0, at - 2) : at]):
            parts.append(content[start:at])
            start = found.end()
    return _COMMENT.sub(b"", b'""'.join((*parts, content[start:])))
