"""sentencepiece models put together field by field (OTH-27). Nothing is loaded."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from tests.builders.protobufs import data, number, single

LEAF = 1 << 31


def piece(text: str, score: float = -1.0, kind: int | None = None) -> bytes:
    """A SentencePiece."""
    return data(1, text) + single(2, score) + (b"" if kind is None else number(3, kind))


PIECES = (piece("<unk>", 0.0, 2), piece("<s>", 0.0, 3), piece("</s>", 0.0, 3), piece("▁a"), piece("b"))


def table(units: Sequence[int] | None = None, texts: bytes = b"a\0b\0", *, size: int | None = None) -> bytes:
    """A normaliser's table: the size of an array, the array, texts; by default two blocks that stay inside."""
    held = [1 << 10, *[0] * 510, LEAF | 2] if units is None else units
    return struct.pack("<I", 4 * len(held) if size is None else size) + struct.pack(f"<{len(held)}I", *held) + texts


def model(
    charsmap: bytes | None = None, *, pieces: Sequence[bytes] = PIECES, rules: str = "", more: bytes = b""
) -> bytes:
    """A model with a normaliser."""
    normaliser = data(1, "nmt_nfkc") + data(2, table() if charsmap is None else charsmap) + number(3, 1)
    normaliser += data(6, rules) if rules else b""
    return b"".join(data(1, one) for one in pieces) + data(2, number(4, len(pieces))) + data(3, normaliser) + more


def honest() -> bytes:
    """Five pieces and a small table."""
    return model()


def leaf_outside() -> bytes:
    """OTH-27: a leaf leads behind the texts."""
    return model(table([1 << 10, *[0] * 510, LEAF | 4_000]))


def unit_outside() -> bytes:
    """OTH-27: a unit leads out of the array."""
    return model(table([4_000 << 10, *[0] * 511]))


def long_array() -> bytes:
    """OTH-27: the array is longer than the table."""
    return model(table(size=1 << 20))


def endless_texts() -> bytes:
    """OTH-27: the last text has no end."""
    return model(table(texts=b"a\0b"))
