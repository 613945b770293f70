"""BOM-Links: how one document names a bill of materials, and a component in it (https://cyclonedx.org/capabilities/bomlink)."""

from __future__ import annotations

import re
import uuid
from urllib.parse import quote

from weighbridge.inventory.document import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.graph import Graph

_SERIAL = re.compile(r"urn:uuid:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.ASCII)


def serial_number(graph: Graph) -> str:
    """Give the serial number of the bill that is written of a graph: equal graphs have equal ones."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'weighbridge:{dumps(graph)}')}"


def of_graph(graph: Graph) -> str:
    """Give the BOM-Link of the bill that ``bom`` and ``bom convert`` write of a graph."""
    return f"urn:cdx:{serial_number(graph).removeprefix('urn:uuid:')}/1"


def of_document(document: dict[str, Any]) -> str:
    """Give the BOM-Link of a CycloneDX document; empty for one without a serial number, and for other formats."""
    found = _SERIAL.fullmatch(str(document.get("serialNumber", "")).lower())
    version = document.get("version", 1)
    if document.get("bomFormat") != "CycloneDX" or found is None or type(version) is not int or version < 1:
        return ""
    return f"urn:cdx:{found[1]}/{version}"


def link(bom: str, ref: str) -> str:
    """Name a component of a bill by its reference."""
    return f"{bom}#{quote(ref.encode('utf-8', 'surrogatepass'), safe='')}"
