"""What changed between two dossiers, as the JSON document ``weighbridge.dossier-diff/1``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.governance.dossier.difference import Difference


def render(found: Difference) -> str:
    """Render a difference."""
    import json

    rows = [
        {
            "row": one.id, "title": one.title, "was": one.was, "now": one.now, "old_evidence_sha256": one.old_digest,
            "new_evidence_sha256": one.new_digest, "evidence_changed": one.is_evidence_changed,
            "answer_changed": one.is_answer_changed, "gone": list(one.gone), "new": list(one.new),
        }
        for one in found.rows
    ]  # fmt: skip
    told: dict[str, Any] = {
        "schema": "weighbridge.dossier-diff/1", "rows": rows, "outdated": [one.id for one in found.outdated],
        "documents_of_one_side": list(found.alone), "gone": list(found.gone), "new": list(found.new),
    }  # fmt: skip
    if found.components is not None:
        told["components"] = [
            {"weight": str(one.weight), "what": one.what, "component": one.path, "words": one.words}
            for one in found.components
        ]
    return json.dumps(told, indent=2, ensure_ascii=True) + "\n"
