"""Names that show people something else than systems read (OTH-31)."""

from __future__ import annotations

from tests.builders import zips

TURNED = "weights\u202esrotnesafe"
"""Shown as `weightsefasentors`: what follows the sign reads from right to left."""


def named(name: str, content: bytes = b"INERT") -> bytes:
    """An archive with one member of that name."""
    return zips.plain({name: content})


def archive_named_zip() -> bytes:
    """A program behind the extension of weights."""
    return named("model.safetensors.exe")


def honest_named_zip() -> bytes:
    """Names with several dots, and one beyond ASCII."""
    return zips.plain({"model.v1.2.txt": b"INERT", "\u6743\u91cd.txt": b"INERT"})
