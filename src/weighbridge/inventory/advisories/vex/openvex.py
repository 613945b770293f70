"""Writes what an audit has found as an OpenVEX 0.2.0 document (https://github.com/openvex/spec)."""

from __future__ import annotations

import json
import uuid

from weighbridge.core.errors import UsageError
from weighbridge.inventory.advisories.exposure import Exposure
from weighbridge.inventory.advisories.vex.codes import STATUSES
from weighbridge.inventory.advisories.vex.words import action, reason, why
from weighbridge.inventory.bom.addresses import is_digest
from weighbridge.inventory.bom.links import link
from weighbridge.inventory.bom.purls import trouble
from weighbridge.inventory.graph import Field, Graph

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.bom.made import Made
    from weighbridge.inventory.graph import Component

CONTEXT = "https://openvex.dev/ns/v0.2.0"
AUTHOR = "weighbridge audit: found by a program, read by nobody"


def write(exposures: tuple[Exposure, ...], graph: Graph, made: Made, serial: str) -> str:
    """Write a document; equal exposures and times give equal bytes. ``serial`` is the BOM-Link of what was audited.

    The format has no document without statements: raises UsageError where nothing was found.
    """
    known = {one.id: one for one in graph.components}
    statements = [_statement(one, known.get(one.component), graph, serial) for one in exposures]
    if not statements:
        raise UsageError(
            "nothing was found, and OpenVEX has no document without statements", hint="--format cyclonedx-vex has one"
        )
    body = json.dumps(statements, sort_keys=True)
    document = {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'weighbridge:{serial}:{body}')}",
        "author": AUTHOR,
        "timestamp": made.timestamp,
        "version": 1,
        "tooling": f"weighbridge {made.version}",
        "statements": statements,
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _statement(one: Exposure, component: Component | None, graph: Graph, serial: str) -> dict[str, Any]:
    advisory, status = one.advisory, STATUSES[one.standing]
    vulnerability: dict[str, Any] = {"name": advisory.id}
    if advisory.aliases:
        vulnerability["aliases"] = sorted(set(advisory.aliases))
    written: dict[str, Any] = {
        "vulnerability": vulnerability,
        "products": [_product(one.component, component, serial)],
        "status": status,
    }
    said = one.statement
    notes = "; ".join(filter(None, (f"found {str(one.found).replace('_', ' ')}: {why(one, graph)}", reason(one))))
    if status == "not_affected" and said is not None:
        if said.justification:
            written["justification"] = said.justification
        else:
            written["impact_statement"] = said.note or reason(one)
    if status == "affected":
        written["action_statement"] = action(one, component)
    written["status_notes"] = notes
    return written


def _product(id_: str, component: Component | None, serial: str) -> dict[str, Any]:
    purl = component.text(Field.PURL) if component is not None else ""
    digest = component.text(Field.SHA256) if component is not None else ""
    written: dict[str, Any] = {"@id": link(serial, id_)}
    if purl and not trouble(purl):
        written = {"@id": purl, "identifiers": {"purl": purl}}
    if is_digest(digest, "sha256"):
        written["hashes"] = {"sha-256": digest}
    return written
