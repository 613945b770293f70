"""A decision of a policy as SARIF 2.1.0: each key is a rule, each ruling that is not ``allow`` a result."""

from __future__ import annotations

from weighbridge import __version__
from weighbridge.governance.policy.decision import Decision, Key
from weighbridge.governance.policy.grammar import TOP
from weighbridge.reports.neutral import visible
from weighbridge.reports.sarif import SCHEMA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.governance.policy.decision import Judgement, Outcome, Ruling

_LEVELS = {Decision.BLOCK: "error", Decision.INCONCLUSIVE: "warning", Decision.WARN: "note"}
_WORDS = {one.name: one.words for one in TOP}


def render(outcome: Outcome) -> str:
    """Write a decision; it holds no time, so equal outcomes give equal text."""
    import json
    from urllib.parse import quote

    results = [
        _result(one, ruling) for one in outcome.judgements for ruling in one.rulings if ruling.decision in _LEVELS
    ]
    gaps = [{"level": "warning", "message": {"text": visible(f"not read: {words}")}} for words in outcome.gaps]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "weighbridge policy", "version": __version__,
                "rules": [_rule(key) for key in Key],
            }
        },
        "automationDetails": {"id": f"weighbridge-policy/{quote(outcome.policy, safe='')}"},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": gaps}],
        "results": results,
    }  # fmt: skip
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(key: Key) -> dict[str, Any]:
    return {
        "id": f"policy/{key}", "name": key.replace("_", " ").title().replace(" ", ""),
        "shortDescription": {"text": f"The policy's key {key}"}, "fullDescription": {"text": f"{_WORDS[key]}."},
    }  # fmt: skip


def _result(one: Judgement, ruling: Ruling) -> dict[str, Any]:
    from hashlib import sha256
    from urllib.parse import quote

    path = f"{one.target}/{one.name}" if one.kind == "file" else one.target or one.name
    uri = quote(path.encode("utf-8", "backslashreplace"))
    identity = "\0".join((ruling.key, one.subject, *ruling.words)).encode("utf-8", "backslashreplace")
    return {
        "ruleId": f"policy/{ruling.key}", "level": _LEVELS[ruling.decision],
        "message": {"text": visible(f"{one.name} ({one.kind}): {'; '.join(ruling.words)}")},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}}}],
        "partialFingerprints": {"weighbridgePolicy/v1": sha256(identity).hexdigest()},
        "properties": {"decision": str(ruling.decision), "missing": ruling.missing},
    }  # fmt: skip
