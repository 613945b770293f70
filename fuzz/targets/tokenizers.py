"""Tokenizers and vocabularies, in JSON and in lines."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target
from weighbridge.formats.text.regexes import measure

_READS = (
    ("json", "tokenizer.json"), ("json", "tokenizer_config.json"), ("json", "vocab.json"),
    ("json", "added_tokens.json"), ("json", "special_tokens_map.json"), ("vocabulary", "vocab.txt"),
    ("bpe.merges", "merges.txt"), ("tiktoken", "qwen.tiktoken"),
)  # fmt: skip


def beyond(data: bytes) -> None:
    """Measure the input as a regular expression."""
    measure(data.decode("latin-1"))


TARGET = Target(name="tokenizers", seeds=seeds.tokenizer_files, reads=_READS, beyond=beyond)
