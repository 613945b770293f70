"""JSON of a bundle, read without any leniency: two readers must not see two documents.

Duplicate keys, numbers beyond 64 bits, lone surrogates, other encodings than UTF-8, text behind the document, unknown
and missing fields, wrong types: each is an IntegrityError that says where.
"""

from __future__ import annotations

import base64
import binascii

from weighbridge.core.errors import IntegrityError, Malformed, OverLimit
from weighbridge.formats.strict_json import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEPTH = 24
"""Levels of a bundle; those of the transparency log end at ten."""

HINT = "the signature file is damaged or forged; get it anew from the publisher"


def wrong(where: str, what: str) -> IntegrityError:
    """Make the error for something in a bundle."""
    return IntegrityError(f"{where} {what}", hint=HINT)


def document(data: bytes, where: str) -> dict[str, Any]:
    """Read a text that is one object; raises IntegrityError."""
    try:
        read = read_json(data, depth=DEPTH)
    except (Malformed, OverLimit) as error:
        raise wrong(where, f"cannot be read: {error}") from None
    if read.oddities:
        odd = read.oddities[0]
        raise wrong(where, f"has something that two readers read differently: {odd.kind} {odd.detail}".rstrip())
    if data[read.end :].strip(b" \t\r\n"):
        raise wrong(where, "has something behind its end")
    found: dict[str, Any] = typed(read.value, dict, "an object", where)
    return found


def fields(found: Any, where: str, *, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give an object that has these keys and no other."""
    known: dict[str, Any] = typed(found, dict, "an object", where)
    for key in required:
        if key not in known:
            raise wrong(where, f"has no {key!r}")
    for key in known:
        if key not in required and key not in optional:
            raise wrong(where, f"has a field {key[:60]!r} that it must not have")
    return known


def typed(found: Any, kind: type, words: str, where: str) -> Any:
    """Give what is of a type; raises IntegrityError."""
    if type(found) is not kind:
        raise wrong(where, f"is not {words}")
    return found


def text(found: Any, where: str) -> str:
    """Give a string that is not empty."""
    string: str = typed(found, str, "a string", where)
    if not string:
        raise wrong(where, "is empty")
    return string


def items(found: Any, where: str, *, most: int = 0) -> list[Any]:
    """Give a list, of at most so many items."""
    several: list[Any] = typed(found, list, "a list", where)
    if most and len(several) > most:
        raise wrong(where, f"has {len(several)} items, more than {most}")
    return several


def decoded(found: Any, where: str) -> bytes:
    """Decode standard base64 (RFC 4648 section 4), padded and without anything between."""
    try:
        data = base64.b64decode(text(found, where), validate=True)
    except (binascii.Error, ValueError):
        raise wrong(where, "is not base64") from None
    if base64.b64encode(data).decode() != found:
        raise wrong(where, "is not base64 as it is written once only")
    return data
