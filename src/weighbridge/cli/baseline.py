"""Baselines: an earlier JSON report whose findings are known, each bound to the content it was found in."""

from __future__ import annotations

import json

from weighbridge.core.errors import UsageError, reason


def known(path: str) -> frozenset[str]:
    """Read ``sha256:fingerprint`` of every finding in a report; raises UsageError."""
    try:
        with open(path, "rb") as file:
            document = json.load(file)
        return frozenset(
            f"{entry['sha256']}:{finding['fingerprint']}"
            for artifact in document["artifacts"]
            for entry in artifact["files"]
            for finding in (*entry["findings"], *(one.get("finding", one) for one in entry.get("suppressed", ())))
        )
    except OSError as error:
        raise UsageError(f"cannot read the baseline {path!r}: {reason(error)}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        hint = "make one with: weighbridge scan TARGET --output json=baseline.json"
        raise UsageError(f"{path!r} is not a report of weighbridge", hint=hint) from None
