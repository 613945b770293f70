"""An audit as SARIF 2.1.0: one rule for each advisory, in the family ``VUL``."""

from __future__ import annotations

import os

from weighbridge import __version__
from weighbridge.core.finding import Severity
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.advisories.outline import WORDS, entries, ids, title
from weighbridge.inventory.advisories.vex.words import action, reason, why
from weighbridge.inventory.graph import Kind
from weighbridge.reports.neutral import encodable, visible
from weighbridge.reports.outline import shown_path
from weighbridge.reports.sarif import FINGERPRINT, LEVELS, SCHEMA, SCORES, message_text, uri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.outcome import Outcome
    from weighbridge.inventory.advisories.outline import Entry
    from weighbridge.inventory.advisories.record import Advisory

FAMILY = "VUL"


def render(outcome: Outcome) -> str:
    """Write the log; equal outcomes give equal text."""
    import json

    listed = [(entry, one) for entry in entries(outcome) for one in entry.exposures]
    worst: dict[str, tuple[Advisory, Severity]] = {}
    for _, one in listed:
        held = worst.get(one.advisory.id)
        if held is None or one.severity.rank > held[1].rank:
            worst[one.advisory.id] = one.advisory, one.severity
    places = {id_: number for number, id_ in enumerate(sorted(worst))}
    run = {
        "tool": {
            "driver": {
                "name": "Weighbridge",
                "version": __version__,
                "rules": [_rule(*worst[id_]) for id_ in sorted(worst)],
            }
        },
        "results": [_result(one, entry, outcome, places) for entry, one in listed],
        "properties": {"sufficient": outcome.has_data},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(advisory: Advisory, severity: Severity) -> dict[str, Any]:
    shown = visible(title(advisory) or ids(advisory)[0])
    tags = ["security", FAMILY, *(f"external/cwe/{one.lower()}" for one in advisory.cwes), *ids(advisory)]
    return {
        "id": f"{FAMILY}/{encodable(advisory.id)}",
        "shortDescription": {"text": message_text(shown)},
        "fullDescription": {"text": message_text(visible(advisory.details[:2_000]) or shown)},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {"tags": [encodable(one) for one in tags], "security-severity": SCORES[severity]},
    }


def _result(one: Exposure, entry: Entry, outcome: Outcome, places: dict[str, int]) -> dict[str, Any]:
    from hashlib import sha256

    sure = one.found is Standing.AFFECTED
    words = f"{entry.name}: {ids(one.advisory)[0]}, {WORDS[one.found]}: {why(one, outcome.graph)}. " + action(
        one, entry.component
    )
    key = f"{one.component}\0{one.advisory.id}".encode("utf-8", "surrogatepass")
    written: dict[str, Any] = {
        "ruleId": f"{FAMILY}/{encodable(one.advisory.id)}",
        "ruleIndex": places[one.advisory.id],
        "level": LEVELS[one.severity] if sure else "note",
        "message": {"text": message_text(visible(words))},
        "locations": [_location(entry, outcome)],
        "partialFingerprints": {FINGERPRINT: sha256(key).hexdigest()},
        "properties": {"severity": str(one.severity), "standing": str(one.standing), "basis": str(one.basis)},
    }
    if one.standing in {Standing.FIXED, Standing.NOT_AFFECTED}:
        written["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": message_text(visible(reason(one)))}
        ]
    return written


def _location(entry: Entry, outcome: Outcome) -> dict[str, Any]:
    path, _, line = entry.place.rpartition(":")
    region: dict[str, Any] = {}
    if path and line.isdigit():
        region = {"region": {"startLine": max(1, int(line))}}
    else:
        path = entry.place
    if os.path.isdir(outcome.target):
        path = shown_path(outcome.target, path) if path else outcome.target
    logical = {"fullyQualifiedName": encodable(entry.component.id), "kind": _kind(entry.component.kind)}
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri(path or outcome.target)}, **region},
        "logicalLocations": [logical],
    }


def _kind(kind: Kind) -> str:
    return "resource" if kind is Kind.FILE else "module"
