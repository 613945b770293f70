"""Models for the cases of the format's conformance suite, small and our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

PLAIN = {"part-1": b"first\n", "part-2": b"second", "scratch": b""}
SIGNED = {name: PLAIN[name] for name in ("part-1", "part-2")}
NESTED = {"config.json": b'{"layers": 2}', "parts/adapter.bin": b"\x0c" * 700, "weights.bin": b"\x0b" * 900}


def pem(path: Path, *several: Any) -> str:
    """Write certificates; gives the file's path."""
    path.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in several))
    return str(path)
