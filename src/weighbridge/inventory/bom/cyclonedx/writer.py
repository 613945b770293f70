"""Writes a graph as a CycloneDX document: one component for each thing, files inside what they belong to.

Source: CycloneDX 1.6 and 1.7 JSON (ECMA-424). Equal graphs and times give equal bytes: the serial number is made from
the graph. What the schema has no word for is a property ``weighbridge:…``.
"""

from __future__ import annotations

import json

from weighbridge.inventory.bom.addresses import is_address
from weighbridge.inventory.bom.cyclonedx import cited, taxonomy
from weighbridge.inventory.bom.cyclonedx.components import LONGEST_VERSION, component, properties
from weighbridge.inventory.bom.links import serial_number
from weighbridge.inventory.document import origin
from weighbridge.inventory.graph import Field, Kind, RelationKind
from weighbridge.inventory.lookup import Lookup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.bom.made import Made
    from weighbridge.inventory.graph import Component, Graph

VERSIONS = ("1.7", "1.6")
RELATION = "weighbridge:relation"
GAP = "weighbridge:gap"


def write(graph: Graph, made: Made, version: str = "1.7", *, bsi: bool = False) -> str:
    """Write a document of a version in ``VERSIONS``; with ``bsi`` files have the properties of BSI TR-03183-2."""
    known = Lookup(graph)
    tops = list(map(known.component, known.tops))
    tool = _tool(graph)
    document: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": serial_number(graph),
        "version": 1,
        "metadata": {
            "timestamp": made.timestamp,
            "lifecycles": [{"phase": "discovery"}],
            "tools": {
                "components": [{"type": "application", "bom-ref": tool, "name": "weighbridge", "version": made.version}]
            },
            "component": component(known, known.component(graph.root)),
        },
        "components": [component(known, one) for one in tops if one.kind is not Kind.SERVICE],
        "services": [_service(one) for one in tops if one.kind is Kind.SERVICE],
        "dependencies": _dependencies(graph),
        "compositions": _compositions(graph, known),
        "properties": _properties(graph),
    }
    if bsi:
        taxonomy.describe(document, graph)
    citations = cited.collected(document, graph, made.timestamp, tool)
    if version != "1.6" and citations:
        document["citations"] = citations
    document = {key: part for key, part in document.items() if part != []}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _tool(graph: Graph) -> str:
    """Give this program a reference that no component has."""
    ids = {one.id for one in graph.components}
    found = cited.TOOL
    while found in ids:
        found += "~"
    return found


def _service(one: Component) -> dict[str, Any]:
    written: dict[str, Any] = {"bom-ref": one.id}
    if provider := one.best(Field.PROVIDER):
        written["provider"] = {"name": str(provider.content)}
    written["name"] = one.text(Field.NAME) or one.id
    version = one.text(Field.VERSION)
    if 0 < len(version) <= LONGEST_VERSION:
        written["version"] = version
    if endpoints := one.claims(Field.ENDPOINT):
        found = sorted({str(claim.content) for claim in endpoints if is_address(str(claim.content))})
        written |= {"endpoints": found} if found else {}
    written["properties"] = properties(one)
    return written


def _dependencies(graph: Graph) -> list[dict[str, Any]]:
    """Every component has its line; what a component is made from and uses is what it depends on."""
    needed: dict[str, set[str]] = {one.id: set() for one in graph.components}
    for one in graph.relations:
        if one.kind is not RelationKind.CONTAINS:
            needed[one.source].add(one.target)
    return [
        {"ref": ref, **({"dependsOn": sorted(targets)} if targets else {})} for ref, targets in sorted(needed.items())
    ]


def _compositions(graph: Graph, known: Lookup) -> list[dict[str, Any]]:
    """Say how far lists can be trusted: files of the root are all there unless something was not read.

    What lies elsewhere was not looked at, and what a model was trained on is what somebody says.
    """
    held = [one.id for one in graph.components if known.inside(one.id)]
    rest = [one.id for one in graph.components if one.kind is not Kind.FILE and not known.inside(one.id)]
    whole = "incomplete" if graph.gaps else "complete"
    found = [{"aggregate": whole, "assemblies": held}] if held else []
    if rest:
        found.append({"aggregate": "unknown", "assemblies": rest})
    return [*found, {"aggregate": "unknown", "dependencies": [graph.root]}]


def _properties(graph: Graph) -> list[dict[str, str]]:
    found = [{"name": GAP, "value": words} for words in graph.gaps]
    for one in graph.relations:
        held = {
            "source": one.source, "kind": str(one.kind), "target": one.target,
            "origins": [origin(each) for each in one.origins],
        }  # fmt: skip
        found.append({"name": RELATION, "value": json.dumps(held, ensure_ascii=True, separators=(",", ":"))})
    return found
