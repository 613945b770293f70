"""What is lost between formats: what a reader does not take, and what a format has no word of its own for."""

from __future__ import annotations

from collections import Counter

from weighbridge.inventory.bom.cyclonedx.pedigree import LEFT, MODEL
from weighbridge.inventory.bom.spdx.reader import is_spdx
from weighbridge.inventory.graph import LINEAGE, Field, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.inventory.graph import Graph

_READ = frozenset({
    "$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "services",
    "dependencies", "properties", "citations", "compositions",
})  # fmt: skip
"""Parts of a CycloneDX document that are taken; citations and compositions are written anew."""
_READ_OF_COMPONENT = frozenset({
    "type", "bom-ref", "name", "version", "purl", "description", "supplier", "manufacturer", "publisher", "authors",
    "author", "tags", "hashes", "licenses", "externalReferences", "modelCard", "components", "properties", "evidence",
    "pedigree", "data",
})  # fmt: skip
_READ_OF_SPDX = frozenset({
    "CreationInfo", "SpdxDocument", "software_Sbom", "Tool", "SoftwareAgent", "Organization", "Person", "Agent",
    "Relationship", "LifecycleScopedRelationship", "Annotation", "ai_AIPackage", "dataset_DatasetPackage",
    "software_File", "software_Package", "software_Snippet", "simplelicensing_LicenseExpression",
    "simplelicensing_SimpleLicensingText",
})  # fmt: skip
_NOT_IN_SPDX = {
    Field.ENDPOINT: "endpoints", Field.PIN: "how references are pinned", Field.OCCURRENCE: "places of mention",
    Field.EMISSION: "grams of CO2, which are no energy", Field.RISK: "ethical considerations",
    Field.TRADEOFF: "trade-offs", Field.USER: "intended users", Field.LANGUAGE: "languages", Field.TAG: "tags",
    Field.DTYPE: "types of numbers", Field.VERDICT: "verdicts of the scan", Field.REMOTE_CODE: "remote code",
    Field.SIZE: "sizes", Field.FORMAT: "formats", Field.SPECIFIER: "asked versions",
}  # fmt: skip
_NOT_IN_CYCLONEDX = {
    Field.VERDICT: "verdicts of the scan", Field.PIN: "how references are pinned", Field.SIZE: "sizes of files",
    Field.REMOTE_CODE: "remote code", Field.HYPERPARAMETER: "hyperparameters", Field.PARAMETERS: "parameter counts",
    Field.DTYPE: "types of numbers", Field.CONTEXT_LENGTH: "context lengths", Field.LANGUAGE: "languages",
    Field.FORMAT: "formats", Field.SPECIFIER: "asked versions", Field.QUANTIZATION: "quantisation",
}  # fmt: skip

_FOR_PEOPLE = frozenset({"markdown", "html"})


def not_read(document: dict[str, Any]) -> Iterator[str]:
    """Yield what of a document does not become part of the graph, in words with counts."""
    if is_spdx(document):
        listed = document.get("@graph")
        found = Counter(
            str(one.get("type"))[:80] for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict)
        )
        lost = {name: count for name, count in found.items() if name not in _READ_OF_SPDX}
    elif document.get("bomFormat") == "CycloneDX":
        lost = {key: len(part) if isinstance(part, list) else 1 for key, part in document.items() if key not in _READ}
        counted: Counter[str] = Counter()
        waiting = [one for key in ("components",) for one in _tables(document.get(key))]
        while waiting:
            one = waiting.pop()
            counted.update(f"{str(key)[:80]} of components" for key in one if key not in _READ_OF_COMPONENT)
            counted.update(_of_pedigree(one))
            waiting += _tables(one.get("components"))
        lost |= counted
    else:
        lost = {}
    for name, count in sorted(lost.items()):
        yield f"not carried over: {name} ({count})"


def _of_pedigree(one: dict[str, Any]) -> Iterator[str]:
    held = one.get("pedigree")
    if isinstance(held, dict) and one.get("type") != MODEL:
        yield "pedigree of components that are no models"
    elif isinstance(held, dict):
        yield from (f"{key} of pedigrees" for key in LEFT if held.get(key))


def not_written(graph: Graph, form: str) -> Iterator[str]:
    """Yield what a format keeps only as an annotation or a property of this program."""
    if form in {"graph", "text"}:
        return
    if form in _FOR_PEOPLE:
        yield f"{form} is for people: long lists and texts are cut, and no program reads it back"
        return
    words = _NOT_IN_SPDX if form == "spdx" else _NOT_IN_CYCLONEDX
    counts = Counter(stated.field for one in graph.components for stated in one.stated if stated.claims)
    keeper = "annotations" if form == "spdx" else "properties"
    for field, name in words.items():
        if counts[field]:
            yield f"kept as {keeper} only: {name} ({counts[field]})"
    if form == "spdx":
        descents = sum(one.kind in LINEAGE for one in graph.relations)
        if descents:
            yield f"kept as comments only: the kind of {descents} descents (SPDX 3.0.1 knows descendantOf)"
        services = sum(1 for _ in graph.of(Kind.SERVICE))
        if services:
            yield f"written as packages: {services} services (SPDX 3.0.1 has none)"


def _tables(found: Any) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
