"""Properties of files that BSI TR-03183-2 asks for, by its taxonomy of CycloneDX properties.

Source: https://github.com/BSI-Bund/tr-03183-cyclonedx-property-taxonomy.
"""

from __future__ import annotations

from weighbridge.inventory.bom.cyclonedx.cited import components
from weighbridge.inventory.graph import Field, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.graph import Component, Graph

_ARCHIVES = frozenset({
    "zip", "tar", "7z", "gzip", "bzip2", "xz", "zstd", "lz4", "torch.zip", "torch.tar", "keras", "numpy.npz", "skops",
    "java archive", "wheel",
})  # fmt: skip
"""Formats that hold files in files."""
_PROGRAMS = frozenset({"python", "script", "native", "python bytecode", "java class", "notebook", "torch.script"})


def describe(document: dict[str, Any], graph: Graph) -> None:
    """Add the properties to every file of a document."""
    files = {one.id: one for one in graph.of(Kind.FILE)}
    for _, one in components(document):
        file = files.get(one.get("bom-ref", ""))
        if file is not None:
            one["properties"] = _properties(file) + one["properties"]


def _properties(file: Component) -> list[dict[str, str]]:
    formats = {str(claim.content) for claim in file.claims(Field.FORMAT)}
    runs = file.text(Field.ROLE) == "code" or not formats.isdisjoint(_PROGRAMS)
    packed = not formats.isdisjoint(_ARCHIVES)
    told = {
        "filename": file.text(Field.NAME).rpartition("/")[2],
        "executable": "executable" if runs else "non-executable",
        "archive": "archive" if packed else "no archive",
        # An archive is structured when its parts can be had back as they were; all of these can.
        "structured": "structured" if packed else "unstructured",
    }
    return [{"name": f"bsi:component:{key}", "value": text} for key, text in told.items()]
