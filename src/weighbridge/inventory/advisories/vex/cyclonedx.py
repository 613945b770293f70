"""Writes what an audit has found as a CycloneDX 1.6 document of vulnerabilities alone (VEX).

Components stay in the bill of materials: each ``ref`` is a BOM-Link into it, so that a bill which must hold no
vulnerabilities (BSI TR-03183-2) holds none. Source: CycloneDX 1.6 JSON, https://cyclonedx.org/capabilities/vex.
"""

from __future__ import annotations

import json
import uuid

from weighbridge.inventory.advisories.vex.codes import STATES, TO_CYCLONEDX
from weighbridge.inventory.advisories.vex.words import action, reason, why
from weighbridge.inventory.bom.addresses import is_address, time_of
from weighbridge.inventory.bom.links import link
from weighbridge.inventory.graph import Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.record import Advisory
    from weighbridge.inventory.bom.made import Made
    from weighbridge.inventory.graph import Component, Graph

_METHODS = {"CVSS_V2": "CVSSv2", "CVSS_V4": "CVSSv4"}
_ADDRESSES = {
    # prefix of an id: (name of the database, address)
    "CVE-": ("NVD", "https://nvd.nist.gov/vuln/detail/"),
    "GHSA-": ("GitHub", "https://github.com/advisories/"),
    "": ("OSV", "https://osv.dev/vulnerability/"),
}


def write(exposures: tuple[Exposure, ...], graph: Graph, made: Made, serial: str) -> str:
    """Write a document; equal exposures and times give equal bytes. ``serial`` is the BOM-Link of what was audited."""
    known = {one.id: one for one in graph.components}
    vulnerabilities = [
        _vulnerability(one, known.get(one.component), graph, serial, number) for number, one in enumerate(exposures, 1)
    ]
    body = json.dumps(vulnerabilities, sort_keys=True)
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'weighbridge:vex:{serial}:{body}')}",
        "version": 1,
        "metadata": {
            "timestamp": made.timestamp,
            "tools": {"components": [{"type": "application", "name": "weighbridge", "version": made.version}]},
        },
        "vulnerabilities": vulnerabilities,
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _vulnerability(
    one: Exposure, component: Component | None, graph: Graph, serial: str, number: int
) -> dict[str, Any]:
    advisory = one.advisory
    written: dict[str, Any] = {"bom-ref": f"vulnerability-{number}", "id": advisory.id, "source": _source(advisory.id)}
    if others := sorted(set(advisory.aliases) - {advisory.id}):
        written["references"] = [{"id": id_, "source": _source(id_)} for id_ in others]
    written["ratings"] = _ratings(one)
    if cwes := sorted({int(text[4:]) for text in advisory.cwes if _is_cwe(text)}):
        written["cwes"] = cwes
    if advisory.summary or advisory.details:
        written["description"] = advisory.summary or advisory.details[:1_000]
    written["recommendation"] = action(one, component)
    if pages := [{"url": each.url} for each in advisory.references if is_address(each.url)]:
        written["advisories"] = pages
    for name, text in (("published", advisory.published), ("updated", advisory.modified)):
        if at := time_of(text):
            written[name] = at
    written["analysis"] = _analysis(one, graph)
    affected: dict[str, Any] = {"ref": link(serial, one.component)}
    version = component.text(Field.VERSION) if component is not None else ""
    if 0 < len(version) <= 1_024:
        state = {"resolved": "unaffected", "not_affected": "unaffected", "exploitable": "affected"}
        affected["versions"] = [{"version": version, "status": state.get(STATES[one.standing], "unknown")}]
    written["affects"] = [affected]
    return written


def _analysis(one: Exposure, graph: Graph) -> dict[str, Any]:
    written: dict[str, Any] = {"state": STATES[one.standing]}
    said = one.statement
    if said is not None and written["state"] == "not_affected" and said.justification in TO_CYCLONEDX:
        written["justification"] = TO_CYCLONEDX[said.justification]
    if written["state"] == "exploitable":
        written["response"] = ["update"] if one.fixed else ["can_not_fix"]
    words = [str(one.found).replace("_", " ") + f": {why(one, graph)}", reason(one)]
    written["detail"] = "; ".join(filter(None, words))
    if said is not None and (at := time_of(said.at)):
        written["lastUpdated"] = at
    return written


def _ratings(one: Exposure) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"severity": str(one.severity)}]
    advisory: Advisory = one.advisory
    for each in advisory.severity:
        method = _METHODS.get(each.type, "CVSSv31" if each.score.startswith("CVSS:3.1") else "CVSSv3")
        if each.type.startswith("CVSS_"):
            found.append({"method": method, "vector": each.score})
    return found


def _source(id_: str) -> dict[str, str]:
    name, address = next(held for prefix, held in _ADDRESSES.items() if id_.startswith(prefix))
    url = address + id_
    return {"name": name, "url": url} if is_address(url) and not id_.startswith("x_") else {"name": "local"}


def _is_cwe(text: str) -> bool:
    return text.startswith("CWE-") and text[4:].isascii() and text[4:].isdigit() and len(text) < 12 and text[4:] != "0"
