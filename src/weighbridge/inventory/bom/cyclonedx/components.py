"""One component of a graph as one of CycloneDX, as far as its schema has words for it."""

from __future__ import annotations

import json

from weighbridge.inventory.bom.addresses import address_of, is_address, is_digest
from weighbridge.inventory.bom.cyclonedx.card import model_card
from weighbridge.inventory.bom.cyclonedx.cited import CITED
from weighbridge.inventory.bom.purls import trouble
from weighbridge.inventory.document import claim as plain_claim
from weighbridge.inventory.graph import LINEAGE, Confidence, Field, Kind, License, Method
from weighbridge.inventory.spdx_identifiers import LICENSES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.bom.cyclonedx.cited import Cited
    from weighbridge.inventory.graph import Claim, Component
    from weighbridge.inventory.lookup import Lookup

TYPES = {
    Kind.APPLICATION: "application", Kind.MODEL: "machine-learning-model", Kind.ADAPTER: "machine-learning-model",
    Kind.DATASET: "data", Kind.FILE: "file", Kind.LIBRARY: "library", Kind.FRAMEWORK: "framework",
    Kind.HARDWARE: "device",
}  # fmt: skip
"""A graph's kind is kept as a property where types are fewer; a service is no component unless it is the subject."""

CLAIM = "weighbridge:claim:"
"""Prefix of the properties that hold every claim with its origin, so that nothing is lost on the way."""
UNKNOWN = "weighbridge:unknown"
KIND = "weighbridge:kind"
_TECHNIQUES = {
    Method.HASH: "hash-comparison", Method.HEADER: "binary-analysis", Method.MANIFEST: "manifest-analysis",
    Method.CARD: "manifest-analysis", Method.SOURCE: "source-code-analysis", Method.NAME: "filename",
    Method.STORE: "manifest-analysis", Method.STATEMENT: "attestation",
}  # fmt: skip
_DEGREES = {Confidence.VERIFIED: 1.0, Confidence.DECLARED: 0.7, Confidence.INFERRED: 0.4}
"""Numbers for a schema that wants numbers; their order is what they mean."""
LONGEST_VERSION = 1_024
"""Characters of a version (CycloneDX 1.6 and 1.7, ``definitions.version``)."""
_PARTS = {"version": Field.VERSION, "description": Field.DESCRIPTION, "purl": Field.PURL}
"""Keys of CycloneDX that hold one text; supplier and the like are objects."""


def component(graph: Lookup, one: Component) -> dict[str, Any]:
    """Write a component with everything inside it; citations wait under ``CITED``."""
    cited: list[Cited] = []
    written: dict[str, Any] = {"type": TYPES.get(one.kind, "application"), "bom-ref": one.id}
    if supplier := one.best(Field.SUPPLIER):
        written["supplier"] = {"name": str(supplier.content)}
        cited.append((("supplier",), supplier.origin))
    if authors := one.claims(Field.AUTHOR):
        written["authors"] = [{"name": str(claim.content)} for claim in authors]
        cited += ((("authors", at), claim.origin) for at, claim in enumerate(authors))
    name = one.best(Field.NAME)
    written["name"] = str(name.content) if name else one.id
    if name:
        cited.append((("name",), name.origin))
    for key, text in _parts(one).items():
        written[key] = text
        cited += (((key,), claim.origin) for claim in one.claims(_PARTS[key])[:1])
    hashes = [
        (algorithm, claim)
        for algorithm, field in (("SHA-256", Field.SHA256), ("SHA-512", Field.SHA512))
        for claim in one.claims(field)
        if is_digest(str(claim.content), algorithm)
    ]
    if hashes:
        written["hashes"] = [{"alg": algorithm, "content": str(claim.content)} for algorithm, claim in hashes]
        cited += ((("hashes", at), claim.origin) for at, (_, claim) in enumerate(hashes))
    if licenses := tuple(claim for claim in one.claims(Field.LICENSE) if isinstance(claim.content, License)):
        written["licenses"] = _licenses(licenses)
        cited += ((("licenses", at), claim.origin) for at, claim in enumerate(licenses))
    if references := _references(one):
        written["externalReferences"] = references
    if tags := one.claims(Field.TAG):
        written["tags"] = sorted({str(claim.content) for claim in tags})
    if ancestors := _ancestors(graph, one):
        written["pedigree"] = {"ancestors": ancestors}
    if evidence := _evidence(one):
        written["evidence"] = evidence
    if one.kind in {Kind.MODEL, Kind.ADAPTER}:
        card, of_card = model_card(graph, one)
        cited += of_card
        written |= {"modelCard": card} if card else {}
    if one.kind is Kind.DATASET:
        url = {"contents": {"url": address}} if (address := address_of(one.text(Field.REFERENCE))) else {}
        written["data"] = [{"type": "dataset", "name": written["name"], **url}]
    if inner := graph.inside(one.id):
        written["components"] = [component(graph, part) for part in inner]
    written["properties"] = properties(one)
    written[CITED] = cited
    return written


def _parts(one: Component) -> dict[str, str]:
    """Give the texts of a component; a package URL that is none, or too long a version, stays a property."""
    found = {key: text for key, field in _PARTS.items() if (text := one.text(field))}
    if len(found.get("version", "")) > LONGEST_VERSION:
        del found["version"]
    if "purl" in found and trouble(found["purl"]):
        del found["purl"]
    return found


def properties(one: Component) -> list[dict[str, str]]:
    """Write the kind, what is unknown, and every claim with its origin."""
    found = [{"name": KIND, "value": str(one.kind)}]
    found += ({"name": UNKNOWN, "value": str(field)} for field in one.unknown())
    for stated in one.stated:
        for claim in stated.claims:
            text = json.dumps(plain_claim(claim), ensure_ascii=True, separators=(",", ":"))
            found.append({"name": f"{CLAIM}{stated.field}", "value": text})
    return found


def _licenses(claims: tuple[Claim, ...]) -> list[dict[str, Any]]:
    """An expression stands alone by the schema; beside others it becomes a name."""
    found: list[dict[str, Any]] = []
    for claim in claims:
        held = claim.content
        if not isinstance(held, License):
            continue
        how = {"acknowledgement": "declared" if claim.origin.confidence is Confidence.DECLARED else "concluded"}
        if held.expression and held.expression not in LICENSES and len(claims) == 1:
            return [{"expression": held.expression, **how}]
        named = {"id": held.expression} if held.expression in LICENSES else {"name": held.expression or held.name}
        url = {"url": held.url} if is_address(held.url) else {}
        found.append({"license": {**named, **url, **how}})
    return found


def _references(one: Component) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for claim in one.claims(Field.REFERENCE):
        reference = str(claim.content)
        found.append({"type": "distribution", "url": address_of(reference) or reference})
    found += ({"type": "website", "url": str(claim.content)} for claim in one.claims(Field.URL))
    found = [reference for reference in found if is_address(reference["url"])]
    return [reference for at, reference in enumerate(found) if reference not in found[:at]]


def _ancestors(graph: Lookup, one: Component) -> list[dict[str, Any]]:
    """Name what a model was made from; the components themselves stand at the top of the document."""
    found = []
    for relation in graph.leaving(one.id, *LINEAGE):
        base = graph.component(relation.target)
        words = _parts(base)
        found.append(
            {
                "type": TYPES.get(base.kind, "application"),
                "name": base.text(Field.NAME) or base.id,
                **words,
                "properties": [
                    {"name": "weighbridge:relation", "value": str(relation.kind)},
                    {"name": "weighbridge:ref", "value": base.id},
                ],
            }
        )
    return found


def _evidence(one: Component) -> dict[str, Any]:
    found: dict[str, Any] = {}
    identity = []
    for field, key in ((Field.NAME, "name"), (Field.VERSION, "version"), (Field.PURL, "purl"), (Field.SHA256, "hash")):
        if claims := one.claims(field):
            identity.append({
                "field": key,
                "confidence": max(_DEGREES[claim.origin.confidence] for claim in claims),
                "methods": [_method(claim) for claim in claims],
            })  # fmt: skip
    if identity and one.kind is not Kind.FILE:
        found["identity"] = identity
    if places := one.claims(Field.OCCURRENCE):
        found["occurrences"] = [_occurrence(claim) for claim in places]
    return found


def _method(claim: Claim) -> dict[str, Any]:
    place = " ".join(filter(None, (claim.origin.file, claim.origin.pointer)))
    return {
        "technique": _TECHNIQUES[claim.origin.method],
        "confidence": _DEGREES[claim.origin.confidence],
        "value": f"{claim.content}" + (f" ({place})" if place else ""),
    }


def _occurrence(claim: Claim) -> dict[str, Any]:
    name, _, number = claim.origin.pointer.rpartition(":")
    line = {"line": int(number)} if name == "line" and number.isdigit() else {}
    return {"location": claim.origin.file, **line, "symbol": str(claim.content)}
