"""The report of ``weighbridge load`` as JSON, schema ``weighbridge.load/1``."""

from __future__ import annotations

import json

from weighbridge.cli.loaded import missing
from weighbridge.reports.neutral import encodable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.cli.loaded import Loaded
    from weighbridge.sandbox.loading import Attempt, Loading
    from weighbridge.sandbox.testimony import Event, Node

SCHEMA = "weighbridge.load/1"


def render(done: Loaded) -> str:
    """Write everything that is known; strings are exact, and some of them are a stranger's."""
    files = done.scanned.files
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "file": encodable(done.path),
        "sha256": files[0].sha256 if len(files) == 1 else None,
        "with": done.library,
        "verdict": str(done.scanned.verdict()),
        "files": [
            {"path": encodable(file.path), "sha256": file.sha256, "verdict": str(file.verdict())} for file in files
        ],
        "findings": [
            {
                "rule": finding.rule,
                "severity": str(finding.severity),
                "message": encodable(finding.message),
                "path": encodable(path),
            }
            for path, finding in done.findings()
        ],
        "exit_code": done.code(),
        "loading": None if done.loading is None else _loading(done.loading),
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _loading(loading: Loading) -> dict[str, Any]:
    failure, halt = loading.failure, loading.halt
    return {
        "jail": {
            "layers": [str(layer) for layer in loading.layers],
            "missing": list(missing(loading)),
        },
        "attempts": [_attempt(attempt) for attempt in loading.attempts],
        "events": [_event(event) for event in loading.events],
        "unseen": loading.unseen,
        "outline": None if loading.outline is None else _node(loading.outline),
        "error": None
        if failure is None
        else {"class": failure.class_name, "words": failure.words, "where": list(failure.where)},
        "halt": None if halt is None else {"kind": str(halt.kind), "reason": halt.reason},
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {"reason": attempt.reason, "event": None if attempt.event is None else _event(attempt.event)}


def _event(event: Event) -> dict[str, Any]:
    told = {"kind": str(event.kind), "event": event.event, "what": event.what, "where": event.where}
    return told | {"seen_by": str(event.seen_by), "traceback": list(event.through)}


def _node(node: Node) -> dict[str, Any]:
    words = {"label": node.label, "text": node.text, "dtype": node.dtype}
    told: dict[str, Any] = {"kind": str(node.kind), "class": node.class_name}
    told |= {name: content for name, content in words.items() if content}
    if node.dtype:
        told["shape"] = list(node.shape)
    if node.length:
        told["length"] = node.length
    if node.items:
        told["items"] = [_node(item) for item in node.items]
    return told
