"""FlexBuffers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from tests.builders.flatbuffer_files import flexbuffer

from fuzz.target import Target
from weighbridge.core.errors import OverLimit
from weighbridge.formats.flexbuffers import FlexReader


def seeds() -> Iterator[bytes]:
    """Vectors of strings, and a map of numbers in the way of the library."""
    yield flexbuffer([b"a", b"bcd", b""])
    yield bytes((*b"a\0", *b"b\0", 2, 5, 4, 2, 1, 2, 7, 9, 4, 4, 4, 9 << 2, 1))


def beyond(data: bytes) -> None:
    """Read to the end."""
    with suppress(OverLimit):
        FlexReader(data).read()


TARGET = Target(name="flexbuffers", seeds=seeds, beyond=beyond)
