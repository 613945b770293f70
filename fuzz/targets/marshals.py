"""Marshalled code of every version of CPython."""

from __future__ import annotations

from contextlib import suppress

from fuzz import seeds
from fuzz.target import Target
from weighbridge.core.errors import Malformed
from weighbridge.formats.marshal_reader import codes, reaches, read


def beyond(data: bytes) -> None:
    """Read to the end and see what it reaches for."""
    with suppress(Malformed):
        for code in codes(read(data)[0]):
            list(reaches(code))


TARGET = Target(name="marshals", seeds=seeds.marshals, beyond=beyond)
