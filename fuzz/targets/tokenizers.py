"""Tokenizers and vocabularies, in JSON and in lines."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats.text import json_file, vocabulary_file
from weighbridge.formats.text.regexes import measure

_NAMES = ("tokenizer.json", "tokenizer_config.json", "vocab.json", "added_tokens.json", "special_tokens_map.json")


def one(data: bytes) -> None:
    """Read under every name that means something."""
    for name in _NAMES:
        drain(json_file.extract, data, name)
    for reader in (vocabulary_file.extract, vocabulary_file.merges, vocabulary_file.tiktoken):
        drain(reader, data)
    measure(data.decode("latin-1"))


TARGET = Target(name="tokenizers", seeds=seeds.tokenizer_files, one=one)
