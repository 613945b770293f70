"""Compressed streams: gzip, bzip2, xz, lzma, zlib, lz4, zstd."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats.containers.streams import extract


def one(data: bytes) -> None:
    """Read to the end."""
    drain(extract, data)


TARGET = Target(name="streams", seeds=seeds.compressed, one=one)
