"""Documents of others that commands read: JSON of a bounded length, from a file that is one."""

from __future__ import annotations

from weighbridge.core.errors import AccessError, UsageError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.graph import Graph

LARGEST = 100 << 20
"""Bytes; a bill of materials of an operating system has some tens of MB."""


def read(path: str) -> tuple[str, dict[str, Any]]:
    """Read a JSON object; gives its text too. Raises AccessError and UsageError."""
    import json

    from weighbridge.access.local_files import open_given

    try:
        with open(open_given(path), "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise AccessError(f"cannot read {path!r}: {reason(error)}") from None
    if len(content) > LARGEST:
        raise UsageError(f"{path!r} has more than {LARGEST >> 20} MiB", hint="divide it, or leave parts out")
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{path!r} is not JSON") from None
    if not isinstance(found, dict):
        raise UsageError(f"{path!r} holds no JSON object")
    return text, found


def graph(path: str) -> Graph:
    """Read a bill of materials, or a graph, into a graph; raises AccessError and UsageError."""
    from weighbridge.core.errors import Malformed
    from weighbridge.inventory import document as graphs
    from weighbridge.inventory.bom.cyclonedx import reader as cyclonedx

    text, found = read(path)
    is_graph = found.get("schema") == graphs.SCHEMA
    try:
        return graphs.loads(text.encode()) if is_graph else cyclonedx.read(text.encode())
    except Malformed as broken:
        raise UsageError(f"{path!r}: {broken}", hint="CycloneDX as JSON and weighbridge graphs are read") from None
