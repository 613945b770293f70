"""The merges of a BPE tokenizer inside JSON: most of a large ``tokenizer.json``, and nothing but pairs of texts.

Read into objects they take ten times their size. So a list under the key ``merges`` that provably holds strings or
pairs of strings is taken out before the document is read.
"""

from __future__ import annotations

WORTHWHILE = 2 << 20
"""Bytes of a document from which on it pays."""

_BLANKS = rb"[ \t\n\r]*+"
_STRING = rb'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+"'
_PAIR = rb"\[" + _BLANKS + _STRING + _BLANKS + rb"," + _BLANKS + _STRING + _BLANKS + rb"\]"
_ITEM = rb"(?:" + _STRING + rb"|" + _PAIR + rb")" + _BLANKS


def without_merges(data: bytes) -> bytes:
    r"""Empty the first list of merges of a JSON text; the text as it is where there is none or it holds anything else.

    In JSON the bytes ``"merges":`` without a backslash before them are a key: within a string the quotes would be
    escaped, and between two strings there is no bare word.
    """
    if len(data) < WORTHWHILE:
        return data
    import re

    pattern = rb'(?<!\\)"merges"' + _BLANKS + rb":" + _BLANKS + rb"\["
    pattern += rb"(" + _BLANKS + _ITEM + rb"(?:," + _BLANKS + _ITEM + rb")*+)\]"
    found = re.search(pattern, data)
    return data if found is None else data[: found.start(1)] + data[found.end(1) :]
