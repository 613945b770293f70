"""GGUF files, those from before, and those that are a program too."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("gguf", "model-00001-of-00002.gguf"),
    ("ggml", "model.bin"),
    ("ape", "model.llamafile"),
)

TARGET = Target(name="ggufs", seeds=seeds.ggufs, reads=_READS)
