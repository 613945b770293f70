"""The report of ``weighbridge load`` as GitHub-flavoured Markdown, for issues and summaries of CI runs."""

from __future__ import annotations

from weighbridge.cli.loaded import (
    ACCOUNT,
    ATTEMPTS,
    CLOSING,
    EVENTS,
    FILES,
    LINES,
    TELEMETRY,
    TONES,
    WIDE,
    cut,
    ending,
    missing,
    outline,
    tried,
)  # fmt: skip
from weighbridge.reports.markup import code, fence, prose
from weighbridge.reports.neutral import shorten
from weighbridge.reports.outline import SYMBOLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.cli.loaded import Loaded
    from weighbridge.sandbox.loading import Loading


def render(done: Loaded, *, trace: bool) -> str:
    """Render the report; a stranger's text stands only in code spans and fences. With ``trace`` all that was seen."""
    lines = [f"## {SYMBOLS[TONES[done.code()]]} {prose(CLOSING[done.code()].capitalize())}", "", *_facts(done)]
    if done.loading is not None:
        lines += _attempts(done.loading)
    lines += _section("How it ended", ending(done))
    if done.loading is not None and done.loading.outline is not None:
        held = tuple(cut(list(outline(done.loading.outline)), LINES))
        lines += [*_section("What it holds, by its own account", held), "", prose(ACCOUNT)]
    found = [f"{finding.rule} {finding.severity}: {finding.message} ({path})" for path, finding in done.findings()]
    lines += _section("What the scan found before", tuple(cut(found, ATTEMPTS)))
    if trace and done.loading is not None:
        seen = [f"{event.kind}  {tried(event)}" for event in done.loading.events]
        lines += _section("All that was seen", tuple(cut(seen, EVENTS)))
    return "\n".join((*lines, "", prose(TELEMETRY))) + "\n"


def _facts(done: Loaded) -> Iterator[str]:
    yield f"- loaded: {code(shorten(done.path, WIDE, keep_end=True))} with {done.library}"
    for file in done.scanned.files[:FILES]:
        path = code(shorten(file.path, WIDE, keep_end=True))
        yield f"- weighed: {path}, {file.verdict()}, SHA-256 {code(file.sha256 or 'unknown')}"
    left = len(done.scanned.files) - FILES
    if left > 0:
        yield f"- and {left:,} files more"
    if done.loading is not None:
        lacks = missing(done.loading)
        yield f"- jail: {prose(', '.join(done.loading.layers))}; missing: {prose(', '.join(lacks)) or 'none'}"
    yield f"- exit code {done.code()}"


def _attempts(loading: Loading) -> Iterator[str]:
    if not loading.attempts:
        return
    yield from ("", "### What was attempted", "")
    for number, attempt in enumerate(loading.attempts[:ATTEMPTS], start=1):
        yield f"{number}. {code(shorten(attempt.reason, WIDE))}"
        if attempt.event is not None:
            event = attempt.event
            lines = (f"{event.kind}  {shorten(tried(event), WIDE)}", *(f"  {line}" for line in event.through))
            yield ""
            yield from (f"   {line}" for line in fence(lines))
            yield ""
    if len(loading.attempts) > ATTEMPTS:
        yield f"And {len(loading.attempts) - ATTEMPTS:,} more, which the JSON report lists."


def _section(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield from ("", f"### {title}", "", *fence(tuple(shorten(line, WIDE) for line in lines)))
