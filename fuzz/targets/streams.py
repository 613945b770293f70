"""Compressed streams: gzip, bzip2, xz, lzma, zlib, lz4, zstd, and those of joblib."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("gzip", "model"),
    ("bzip2", "model"),
    ("xz", "model"),
    ("lzma", "model"),
    ("zlib", "model"),
    ("lz4", "model"),
    ("zstd", "model"),
    ("joblib.zfile", "model"),
)

TARGET = Target(name="streams", seeds=seeds.compressed, reads=_READS)
