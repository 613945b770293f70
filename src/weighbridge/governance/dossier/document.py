"""The dossier as a JSON document, ``weighbridge.dossier/1`` (``schemas/dossier-v1.json``).

Equal dossiers give equal bytes; there is no time in it unless it was asked for. Everything outside ASCII is escaped,
which makes the document safe to print on a terminal.
"""

from __future__ import annotations

import json

from weighbridge import __version__
from weighbridge.governance.dossier.dossier import State
from weighbridge.governance.dossier.rows import Fill
from weighbridge.governance.dossier.telling import NOTICE
from weighbridge.inventory import document as graphs
from weighbridge.reports.neutral import encodable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.governance.dossier.dossier import Dossier, Filled
    from weighbridge.governance.dossier.evidence import Evidence
    from weighbridge.governance.dossier.rows import Part

SCHEMA = "weighbridge.dossier/1"


def dumps(dossier: Dossier) -> str:
    """Write a dossier."""
    return json.dumps(_encodable(plain(dossier)), indent=1, ensure_ascii=True) + "\n"


def plain(dossier: Dossier) -> dict[str, Any]:
    """Give a dossier as plain data."""
    law = dossier.obligations
    made = {"date": dossier.date} if dossier.date else {}
    return {
        "schema": SCHEMA,
        "tool": {"name": "weighbridge", "version": __version__},
        **made,
        "notice": NOTICE,
        "subject": {
            "name": dossier.name, "kind": str(dossier.kind), "version": dossier.version,
            "reference": dossier.reference, "content": list(map(_evidence, dossier.content)),
            "content_total": dossier.held,
        },
        "rows": counts(dossier.rows),
        "parts": [_part(one, dossier) for one in dossier.parts],
        "register": {
            "scanned": dossier.found >= 0,
            "total": max(dossier.found, 0),
            "findings": [
                {
                    "id": one.id, "rule": one.rule, "severity": str(one.severity), "confidence": one.confidence,
                    "title": one.title, "message": one.message, "file": one.file, "sha256": one.sha256,
                    "status": one.status, "reason": one.reason,
                }
                for one in dossier.register
            ],
        },
        "obligations": {
            "law": law.law, "source": law.source, "checked": law.checked,
            "dates": [
                {
                    "date": one.date, "what": one.what, "article": one.article, "source": one.source,
                    "confirmed": one.confirmed, "note": one.note, "parts": list(one.parts),
                }
                for one in law.duties
            ],
        },
        "gaps": {"total": dossier.unread, "listed": list(dossier.gaps)},
    }  # fmt: skip


def counts(rows: tuple[Filled, ...]) -> dict[str, Any]:
    """Count rows by who can fill them and by how far they are."""
    return {
        "total": len(rows),
        "fill": {str(fill): sum(one.row.fill is fill for one in rows) for fill in Fill},
        "state": {str(state): sum(one.state is state for one in rows) for state in State},
    }


def _part(part: Part, dossier: Dossier) -> dict[str, Any]:
    held = dossier.of(part.id)
    return {
        "id": part.id, "title": part.title, "article": part.article, "reader": part.reader, "note": part.note,
        "counts": counts(held), "rows": list(map(_row, held)),
    }  # fmt: skip


def _row(one: Filled) -> dict[str, Any]:
    row = one.row
    told: dict[str, Any] = {
        "id": row.id, "number": row.number, "title": row.title, "article": row.article, "fill": str(row.fill),
        "state": str(one.state), "question": row.question, "who": row.who, "evidence_sha256": one.digest,
        "evidence_total": one.total, "evidence": list(map(_evidence, one.evidence)), "lacks": list(one.lacks),
        "disputed": list(one.disputed),
    }  # fmt: skip
    if one.answer is not None:
        answer = one.answer
        told["answer"] = {
            "author": answer.author, "date": answer.date, "text": answer.text, "evidence_sha256": answer.evidence,
            "sha256": answer.sha256, "signer": one.signer, "outdated": one.stale,
            "attachments": [{"name": each.name, "sha256": each.sha256} for each in answer.attachments],
        } | ({} if one.age is None else {"age_days": one.age})  # fmt: skip
    return told


def _evidence(one: Evidence) -> dict[str, Any]:
    told: dict[str, Any] = {
        "feed": one.feed, "what": one.what, "value": one.text, "origin": graphs.origin(one.origin)
    }  # fmt: skip
    return told | {
        name: words for name, words in (("about", one.about), ("name", one.name), ("note", one.note)) if words
    }


def _encodable(found: Any) -> Any:
    """Write lone surrogates as visible escapes: no UTF-8 document can carry them."""
    if isinstance(found, str):
        return encodable(found)
    if isinstance(found, list):
        return [_encodable(one) for one in found]
    return {key: _encodable(one) for key, one in found.items()} if isinstance(found, dict) else found
