"""A decision of a policy as JSON, ``weighbridge.policy-decision/1``: every ruling about every subject."""

from __future__ import annotations

from weighbridge import __version__
from weighbridge.reports.neutral import encodable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.governance.policy.decision import Outcome

SCHEMA = "weighbridge.policy-decision/1"


def render(outcome: Outcome, code: int) -> str:
    """Write a decision."""
    import json

    from weighbridge.governance.policy.statement import judged

    document: dict[str, Any] = {
        "schema": SCHEMA, "tool": {"name": "weighbridge", "version": __version__},
        "policy": {"name": encodable(outcome.policy), "sha256": outcome.digest, "enforced": outcome.enforced},
        "day": outcome.day, "decision": str(outcome.decision), "exit_code": code,
        "subjects": [judged(one) for one in outcome.judgements],
        "gaps": [encodable(one) for one in outcome.gaps], "expired": [encodable(one) for one in outcome.expired],
        "unused": [encodable(one) for one in outcome.unused],
    }  # fmt: skip
    return json.dumps(document, indent=2) + "\n"
