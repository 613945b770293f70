"""The report of ``weighbridge load`` for people."""

from __future__ import annotations

from weighbridge.cli.loaded import (
    ATTEMPTS,
    CLOSING,
    EVENTS,
    FILES,
    LINES,
    WIDE,
    cut,
    ending,
    missing,
    outline,
    tried,
)  # fmt: skip
from weighbridge.cli.terminal import width
from weighbridge.core.report import Verdict
from weighbridge.reports.neutral import shorten, visible
from weighbridge.reports.wrap import wrap
from weighbridge.sandbox.testimony import SeenBy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.cli.loaded import Loaded
    from weighbridge.sandbox.loading import Attempt, Loading


def render(done: Loaded, *, trace: bool) -> str:
    """Say what was found, what was tried, what the object looks like, and how it ended."""
    loading = done.loading
    lines = [
        f"{shorten(done.path, WIDE, keep_end=True)}: {'not loaded' if loading is None else f'with {done.library}'}",
        *_scanned(done),
    ]
    if loading is None:
        lines += [f"        {shorten(finding.message, WIDE)}" for _, finding in done.findings()[:ATTEMPTS]]
        lines.append("        --detonate loads it all the same, in the jail")
    else:
        lines += _loading(done, loading, trace=trace)
    return "\n".join((*lines, "", f"exit {done.code()}: {CLOSING[done.code()]}")) + "\n"


def _scanned(done: Loaded) -> Iterator[str]:
    files, verdict = done.scanned.files, done.scanned.verdict()
    if len(files) == 1:
        yield f"  scan  {verdict}, sha256 {files[0].sha256}"
        return
    yield f"  scan  {verdict}, {len(files):,} files"
    told = [file for file in files if file.verdict() is not Verdict.CLEAN]
    yield from (f"        {shorten(file.path, WIDE, keep_end=True)}: {file.verdict()}" for file in told[:FILES])
    if len(told) > FILES:
        yield f"        and {len(told) - FILES:,} more"


def _loading(done: Loaded, loading: Loading, *, trace: bool) -> Iterator[str]:
    lacks = missing(loading)
    layers = ", ".join(loading.layers) + (f"; missing: {', '.join(lacks)}" if lacks else "")
    yield from wrap(layers, width(), first="  jail  ", rest="        ")
    if loading.unseen:
        yield f"  note  {loading.unseen}"
    if loading.attempts:
        yield from ("", "tried, and stopped by the jail where it reached outside")
        yield from _indented(cut([line for attempt in loading.attempts for line in _attempt(attempt)], 3 * ATTEMPTS))
    if loading.outline is None:
        yield ""
        word, _, rest = ending(done)[0].partition(", ")
        yield f"{word}  {rest}"
        yield from _indented(list(ending(done)[1:]))
    else:
        yield from ("", "holds, by its own account")
        yield from _indented(cut(list(outline(loading.outline)), LINES))
    if trace:
        yield from ("", "seen")
        words = [f"{event.kind}  {shorten(tried(event), WIDE)}" for event in loading.events]
        yield from _indented(cut(words, EVENTS) or ["nothing"])


def _attempt(attempt: Attempt) -> Iterator[str]:
    if attempt.event is None:
        yield shorten(attempt.reason, WIDE)
        return
    event = attempt.event
    if event.seen_by is SeenBy.KERNEL:
        yield f"{event.kind}  {shorten(attempt.reason, WIDE)}"
        return
    yield f"{event.kind}  {shorten(tried(event), WIDE)}"
    yield f"  {visible(attempt.reason)}"
    yield f"  at {shorten(event.where, WIDE, keep_end=True)}"


def _indented(lines: list[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
