"""R, fastText, word2vec and Torch7; the first bytes say which."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.core.source import BytesSource
from weighbridge.formats import fasttext, torch7, word2vec
from weighbridge.formats.r import extract as r


def one(data: bytes) -> None:
    """Read to the end, by the reader whose file it is; by all of them if it is nobody's."""
    source, head = BytesSource(data), data[:4096]
    if head[:4] == b"\xba\x16\x4f\x2f":
        drain(fasttext.extract, data)
        return
    known = [module for module in (r, word2vec, torch7) if module.sniff(head, source)]
    for module in known or (r, torch7):
        drain(module.extract, data)


TARGET = Target(name="classical", seeds=seeds.classical, one=one)
