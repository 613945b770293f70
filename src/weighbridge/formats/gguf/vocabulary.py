"""The tokenizer inside a GGUF file: arrays that must fit each other, tokens that must be what their type says.

Sources: docs/gguf.md, the loader of llama.cpp (``llama-vocab.cpp``), which takes scores and types by pointer with the
index of a token and reads two hexadecimal digits out of the text of a byte token.
"""

from __future__ import annotations

from weighbridge.formats.gguf import types
from weighbridge.formats.gguf.told import short, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.gguf.metadata import Field
    from weighbridge.formats.gguf.told import Told

LONGEST_TOKEN = 1 << 14
"""Bytes of a token; the longest honest ones are runs of a few hundred blanks (CVE-2025-49847 needs gigabytes)."""

_PREFIX = "tokenizer.ggml."
_BYTE = 6
_KINDS = frozenset(range(7))  # undefined, normal, unknown, control, user defined, unused, byte


def check_vocabulary(fields: dict[str, Field], told: Told, order: str) -> None:
    """Hold the arrays of the tokenizer against each other."""
    tokens = fields.get(f"{_PREFIX}tokens")
    if tokens is None:
        return
    for name in ("scores", "token_type"):
        other = fields.get(f"{_PREFIX}{name}")
        if other is not None and other.kind == types.ARRAY and other.count != tokens.count:
            words = f"{tokens.count} tokens have {other.count} {name}"
            told.wrong("tokenizer arrays", words, memory=other.count < tokens.count)
    _check_tokens(tokens, told)
    kinds = fields.get(f"{_PREFIX}token_type")
    if kinds is not None and kinds.element in (types.INT32, types.UINT32) and kinds.raw:
        _check_kinds(tokens.texts, kinds.raw, told, order)
    charsmap = fields.get(f"{_PREFIX}precompiled_charsmap")
    if charsmap is not None and charsmap.raw:
        inner = int.from_bytes(charsmap.raw[:4], "little" if order == "<" else "big")
        if len(charsmap.raw) < 4 or inner > len(charsmap.raw) - 4:
            words = f"its first table claims {inner} of {len(charsmap.raw)} bytes"
            told.wrong("character map", words, memory=True)


def _check_tokens(tokens: Field, told: Told) -> None:
    texts = tokens.texts
    filled = len(texts) - texts.count(b"")
    different = len(set(texts)) - (filled != len(texts))
    if different != filled:
        told.wrong("duplicate tokens", f"{filled - different} tokens have the text of another one")
    longest = max(map(len, texts), default=0)
    if longest > LONGEST_TOKEN:
        told.wrong("token", f"a token has {longest} bytes")


def _check_kinds(texts: tuple[bytes, ...], raw: bytes, told: Told, order: str) -> None:
    from array import array
    from sys import byteorder

    kinds = array("i")
    kinds.frombytes(raw[: len(raw) // 4 * 4])
    if (byteorder == "little") != (order == "<"):
        kinds.byteswap()
    strange = set(kinds) - _KINDS
    if strange:
        told.wrong("token type", f"tokens are of type {short(sorted(strange)[:4])}")
    if _BYTE not in kinds:
        return
    for number, (text, kind) in enumerate(zip(texts, kinds, strict=False)):
        if kind == _BYTE and not _is_byte(text):
            words = f"token {number} is said to be a byte and reads {short(text_of(text))}"
            told.wrong("byte token", words, memory=True)


_HEX = b"0123456789abcdefABCDEF"


def _is_byte(text: bytes) -> bool:
    """Tell whether a byte token is written as ``<0xNN>``."""
    return len(text) == 6 and text[:3] == b"<0x" and text[5:] == b">" and not text[3:5].translate(None, _HEX)
