"""The report of ``weighbridge load`` for people."""

from __future__ import annotations

from weighbridge.cli.exit import ERROR, FAIL, INCONCLUSIVE, PASS
from weighbridge.reports.neutral import shorten, visible
from weighbridge.sandbox.policy import LOADER_LAYERS
from weighbridge.sandbox.testimony import NodeKind, SeenBy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.cli.load import Loaded
    from weighbridge.sandbox.loading import Attempt, Loading
    from weighbridge.sandbox.testimony import Node

LINES, ATTEMPTS, EVENTS = 60, 40, 200
"""How many of each are shown before the rest is counted; JSON has all."""
_WIDE = 160

_CLOSING = {
    PASS: "loaded, and nothing forbidden was tried",
    FAIL: "the file is malicious, or something forbidden was tried",
    ERROR: "the library could not load it",
    INCONCLUSIVE: "loading came to no end of its own",
}


def render(done: Loaded, *, trace: bool) -> str:
    """Say what was found, what was tried, what the object looks like, and how it ended."""
    loading = done.loading
    lines = [
        f"{shorten(done.path, _WIDE, keep_end=True)}: {'not loaded' if loading is None else f'with {done.library}'}",
        f"  scan  {done.scanned.verdict()}, sha256 {done.scanned.sha256}",
    ]
    if loading is None:
        lines += [f"        {shorten(finding.message, _WIDE)}" for finding in done.scanned.findings[:ATTEMPTS]]
        lines.append("        --detonate loads it all the same, in the jail")
    else:
        lines += _loading(loading, trace=trace)
    return "\n".join((*lines, "", f"exit {done.code()}: {_CLOSING[done.code()]}")) + "\n"


def _loading(loading: Loading, *, trace: bool) -> Iterator[str]:
    missing = [layer for layer in LOADER_LAYERS if layer not in loading.layers]
    yield f"  jail  {', '.join(loading.layers)}" + (f"; missing: {', '.join(missing)}" if missing else "")
    if loading.unseen:
        yield f"  note  {loading.unseen}"
    if loading.attempts:
        yield from ("", "tried, and stopped by the jail where it reached outside")
        yield from _cut([line for attempt in loading.attempts for line in _attempt(attempt)], 2 * ATTEMPTS)
    if loading.halt is not None:
        yield from ("", f"halted  {loading.halt.kind}: {shorten(loading.halt.reason, _WIDE)}")
    if loading.failure is not None:
        yield from ("", f"failed  {shorten(f'{loading.failure.class_name}: {loading.failure.words}', _WIDE)}")
        yield from (f"  at {shorten(place, _WIDE, keep_end=True)}" for place in loading.failure.where[-3:])
    if loading.outline is not None:
        yield from ("", "holds, by its own account")
        yield from _cut(list(_outline(loading.outline, 1)), LINES)
    if trace:
        yield from ("", "seen")
        words = [f"  {event.kind}  {visible(event.event)}({shorten(event.what, _WIDE)})" for event in loading.events]
        yield from _cut(words, EVENTS) if words else ("  nothing",)


def _attempt(attempt: Attempt) -> Iterator[str]:
    if attempt.event is None:
        yield f"  {shorten(attempt.reason, _WIDE)}"
        return
    event = attempt.event
    if event.seen_by is SeenBy.KERNEL:
        yield f"  {event.kind}  {shorten(attempt.reason, _WIDE)}"
        return
    yield f"  {event.kind}  {visible(event.event)}({shorten(event.what, _WIDE)}): {visible(attempt.reason)}"
    yield f"    at {shorten(event.where, _WIDE, keep_end=True)}"


def _outline(node: Node, depth: int) -> Iterator[str]:
    yield "  " * depth + shorten((f"{node.label}: " if node.label else "") + _words(node), _WIDE)
    for item in node.items:
        yield from _outline(item, depth + 1)
    if node.length > len(node.items) > 0:
        yield "  " * (depth + 1) + f"and {node.length - len(node.items):,} more"


def _words(node: Node) -> str:
    match node.kind:
        case NodeKind.TENSOR:
            return f"{node.class_name} {node.dtype} [{', '.join(map(str, node.shape))}]"
        case NodeKind.VALUE:
            return f"{node.class_name} {node.text}" if node.text else f"{node.class_name} of {node.length:,}"
        case NodeKind.NAME:
            return f"{node.class_name} {node.text}"
        case NodeKind.AGAIN:
            return f"{node.class_name}, which is above"
        case _:
            return f"{node.class_name} of {node.length:,}"


def _cut(lines: list[str], most: int) -> list[str]:
    """Keep the first lines, and count what is left out."""
    return lines if len(lines) <= most else [*lines[:most], f"  and {len(lines) - most:,} lines more: --format json"]
