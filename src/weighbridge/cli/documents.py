"""Documents of others that commands read: JSON of a bounded length, from a file that is one."""

from __future__ import annotations

from weighbridge.core.errors import AccessError, UsageError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.graph import Graph

LARGEST = 100 << 20
"""Bytes; a bill of materials of an operating system has some tens of MB."""


def content(path: str, most: int = LARGEST) -> bytes:
    """Read a file of at most ``most`` bytes; raises AccessError and UsageError."""
    from weighbridge.access.local_files import open_given

    try:
        with open(open_given(path), "rb") as file:
            held = file.read(most + 1)
    except OSError as error:
        raise AccessError(f"cannot read {path!r}: {reason(error)}") from None
    if len(held) > most:
        raise UsageError(f"{path!r} has more than {most >> 20} MiB", hint="divide it, or leave parts out")
    return held


def read(path: str) -> tuple[str, dict[str, Any]]:
    """Read a JSON object; gives its text too. Raises AccessError and UsageError."""
    import json

    held = content(path)
    try:
        text = held.decode("utf-8-sig")
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{path!r} is not JSON") from None
    if not isinstance(found, dict):
        raise UsageError(f"{path!r} holds no JSON object")
    return text, found


def graph(path: str) -> Graph:
    """Read a bill of materials, or a graph, into a graph; raises AccessError and UsageError."""
    return graph_of(path, read(path)[1])


def graph_of(path: str, found: dict[str, Any]) -> Graph:
    """Give the graph of a document that was read from ``path``; raises UsageError."""
    from weighbridge.core.errors import Malformed
    from weighbridge.inventory import document as graphs
    from weighbridge.inventory.bom.cyclonedx import reader as cyclonedx
    from weighbridge.inventory.bom.spdx import reader as spdx

    is_graph = found.get("schema") == graphs.SCHEMA
    known = graphs.graph_of if is_graph else spdx.graph_of if spdx.is_spdx(found) else cyclonedx.graph_of
    try:
        return known(found)
    except Malformed as broken:
        raise UsageError(
            f"{path!r}: {broken}", hint="CycloneDX and SPDX 3 as JSON and graphs of weighbridge are read"
        ) from None
