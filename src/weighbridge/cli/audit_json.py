"""An audit as JSON: the schema ``schemas/audit-v1.json``."""

from __future__ import annotations

from weighbridge import __version__
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.advisories.outline import entries, rank
from weighbridge.inventory.advisories.triggers import sentence
from weighbridge.inventory.advisories.vex.words import action
from weighbridge.inventory.graph import Field
from weighbridge.reports.neutral import encodable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.outcome import Outcome
    from weighbridge.inventory.advisories.outline import Entry

SCHEMA = "weighbridge.audit/1"


def render(outcome: Outcome) -> str:
    """Write all that was found; equal outcomes give equal text."""
    import json

    return json.dumps(document(outcome), indent=2, ensure_ascii=True) + "\n"


def document(outcome: Outcome) -> dict[str, Any]:
    """Give the outcome as plain data."""
    counted = {str(one): sum(each.standing is one for each in outcome.exposures) for one in Standing}
    return {
        "schema": SCHEMA,
        "tool": {"name": "weighbridge", "version": __version__},
        "target": encodable(outcome.target),
        "bom": outcome.serial,
        "threshold": str(outcome.threshold),
        "result": "affected" if outcome.is_affected else "open" if outcome.is_open else "pass",
        "counts": counted,
        "data": {
            "sufficient": outcome.has_data,
            "feeds": [
                {
                    "name": one.name, "origin": one.origin, "imported": one.imported, "newest": one.newest,
                    "records": one.records, "unusable": one.unusable,
                }
                for one in outcome.feeds
            ],
            "given": outcome.extra,
            "unread": list(map(encodable, outcome.unread)),
        },
        "components": [_entry(one, outcome) for one in entries(outcome)],
        "loaders": [
            {
                "advisory": one.flaw.ids[0], "package": one.flaw.package, "versions": one.flaw.versions,
                "file": encodable(one.path), "message": encodable(sentence(one)),
            }
            for one in outcome.elsewhere
        ],
        "statements_unused": list(map(encodable, outcome.unused)),
        "gaps": list(map(encodable, outcome.graph.gaps)),
    }  # fmt: skip


def _entry(one: Entry, outcome: Outcome) -> dict[str, Any]:
    known = {
        name: encodable(one.component.text(field))
        for name, field in (("name", Field.NAME), ("version", Field.VERSION), ("purl", Field.PURL))
        if one.component.text(field)
    }
    return {
        "id": encodable(one.component.id),
        "kind": str(one.component.kind),
        **known,
        "place": encodable(one.place),
        "through": list(map(encodable, one.way)),
        "remedy": encodable(one.remedy),
        "exposures": [_exposure(each, one, outcome) for each in sorted(one.exposures, key=rank)],
    }


def _exposure(one: Exposure, entry: Entry, outcome: Outcome) -> dict[str, Any]:
    said = one.statement
    return {
        "advisory": {
            "id": encodable(one.advisory.id), "aliases": list(map(encodable, sorted(one.advisory.aliases))),
            "summary": encodable(one.advisory.summary), "modified": one.advisory.modified,
            "source": encodable(one.advisory.source), "cwes": list(map(encodable, one.advisory.cwes)),
        },
        "severity": str(one.severity),
        "standing": str(one.standing),
        "found": str(one.found),
        "basis": str(one.basis),
        "counts": outcome.counts(one),
        "path": list(map(encodable, one.path)),
        "files": list(map(encodable, one.triggers)),
        "note": encodable(one.note),
        "fixed": list(map(encodable, one.fixed)),
        "action": encodable(action(one, entry.component)),
        "statement": None if said is None else {
            "standing": str(said.standing), "author": encodable(said.author), "justification": said.justification,
            "note": encodable(said.note), "at": encodable(said.at), "source": encodable(said.source),
        },
    }  # fmt: skip
