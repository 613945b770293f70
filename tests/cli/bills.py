"""How tests make repositories and all their bills of materials."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from weighbridge.cli import app

FORMATS = ("cyclonedx", "cyclonedx-1.6", "spdx", "graph")
EPOCH = "1767225600"


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files; gives their folder."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def boms(target: Path, out: Path, *more: str) -> dict[str, str]:
    """Write all formats in one run."""
    out.mkdir(exist_ok=True)
    words = [word for form in FORMATS for word in ("-o", f"{form}={out / form}")]
    assert app.main(["bom", str(target), "--format", "graph", "-o", os.devnull, "--quiet", *words, *more]) == 0
    return {form: (out / form).read_text() for form in FORMATS}


def components(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every component of a CycloneDX document."""
    waiting = [document["metadata"]["component"], *document.get("components", ())]
    while waiting:
        one = waiting.pop()
        waiting += one.get("components", ())
        yield one
