"""sentencepiece models."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (("sentencepiece", "tokenizer.model"),)

TARGET = Target(name="sentencepiece", seeds=seeds.sentencepiece, reads=_READS)
