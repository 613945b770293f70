"""The report of ``weighbridge load`` as one HTML page: for whoever has to decide about the file, and for the record."""

from __future__ import annotations

from weighbridge import __version__
from weighbridge.cli.exit import ERROR, FAIL, INCONCLUSIVE, PASS
from weighbridge.cli.loaded import (
    ACCOUNT,
    ATTEMPTS,
    CLOSING,
    EVENTS,
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
from weighbridge.reports.outline import SYMBOLS, plural, size
from weighbridge.reports.page import foot, head, text, told, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.cli.loaded import Loaded
    from weighbridge.sandbox.loading import Attempt, Loading

_WORDS = {PASS: "nothing tried", FAIL: "malicious", ERROR: "not loaded", INCONCLUSIVE: "no end"}
_ROWS = 1_000


def render(done: Loaded, *, trace: bool) -> str:
    """Render the page; with ``trace`` also what honest files do."""
    lines = [*head(f"Weighbridge load report: {_word(done)}"), *_top(done), "<main>"]
    if done.loading is not None:
        lines += [*_attempts(done.loading), *_end(done), *_holds(done.loading)]
    else:
        lines += _end(done)
    lines += [*_findings(done), *_files(done)]
    if done.loading is not None:
        lines += [*_jail(done.loading), *(_seen(done.loading) if trace else ())]
    lines += [*_promise(), "</main>", *foot(f"Weighbridge {text(__version__)} · exit code {done.code()}")]
    return "\n".join(lines) + "\n"


def _word(done: Loaded) -> str:
    """Say in a word how it ended."""
    if done.loading is None:
        return "not loaded"
    return "tried, and stopped" if done.loading.attempts else _WORDS[done.code()]


def _top(done: Loaded) -> Iterator[str]:
    tone = TONES[done.code()]
    yield "<header>"
    yield '<p class="kicker">Weighbridge load report</p>'
    yield f"<h1>{text(done.path)}</h1>"
    yield f'<p class="verdict {tone}"><strong>{SYMBOLS[tone]} {_word(done)}</strong>'
    yield f"<span>{words(CLOSING[done.code()].capitalize())}.</span></p>"
    attempts = 0 if done.loading is None else len(done.loading.attempts)
    layers = 0 if done.loading is None else len(done.loading.layers)
    yield '<dl class="figures">'
    for number, said in (
        (attempts, "forbidden things attempted"),
        (len(done.findings()), "finding of the scan" if len(done.findings()) == 1 else "findings of the scan"),
        (layers, "layers of the jail stood"),
    ):
        yield f"<div><dt>{said}</dt><dd>{number:,}</dd></div>"
    yield "</dl>"
    yield "</header>"


def _section(title: str, body: Iterator[str]) -> Iterator[str]:
    yield "<section>"
    yield f"<h2>{title}</h2>"
    yield from body
    yield "</section>"


def _attempts(loading: Loading) -> Iterator[str]:
    if not loading.attempts:
        return

    def body() -> Iterator[str]:
        yield "<p>In the order in which it happened. What reached outside was refused by the jail.</p>"
        yield "<ol>"
        for attempt in loading.attempts[:ATTEMPTS]:
            yield from _attempt(attempt)
        yield "</ol>"
        if len(loading.attempts) > ATTEMPTS:
            yield f'<p class="note">And {len(loading.attempts) - ATTEMPTS:,} more, which the JSON report lists.</p>'

    yield from _section("What was attempted", body())


def _attempt(attempt: Attempt) -> Iterator[str]:
    event = attempt.event
    if event is None:
        yield f"<li>{text(attempt.reason)}</li>"
        return
    yield f"<li>{text(attempt.reason)}"
    yield '<div class="found malicious">'
    yield f'<p class="note">{text(str(event.kind))}</p>'
    yield f"<pre>{text(tried(event), 2 * WIDE)}</pre>"
    yield f'<p class="note">at <code>{text(event.where)}</code></p>'
    if len(event.through) > 1:
        yield "<details><summary>the lines that led there</summary>"
        yield f"<pre>{chr(10).join(map(text, event.through))}</pre>"
        yield "</details>"
    yield "</div></li>"


def _end(done: Loaded) -> Iterator[str]:
    first, *places = ending(done)

    def body() -> Iterator[str]:
        yield f"<p>{text(first[0].upper() + first[1:])}.</p>"
        if places:
            yield f"<pre>{chr(10).join(map(text, places))}</pre>"

    yield from _section("How it ended", body())


def _holds(loading: Loading) -> Iterator[str]:
    if loading.outline is None:
        return
    lines = cut(list(outline(loading.outline)), 2 * LINES)

    def body() -> Iterator[str]:
        yield f"<p>{words(ACCOUNT)}</p>"
        yield f"<pre>{chr(10).join(map(text, lines))}</pre>"

    yield from _section("What it holds, by its own account", body())


def _findings(done: Loaded) -> Iterator[str]:
    found = done.findings()
    if not found:
        return

    def body() -> Iterator[str]:
        yield "<ul>"
        for path, finding in found[:ATTEMPTS]:
            mark = f'<span class="mark {finding.severity}">{finding.severity}</span>'
            yield f"<li>{mark} · {text(finding.rule)} · {told(finding.message)}"
            yield f"<br><code>{text(path)}</code></li>"
        yield "</ul>"
        if len(found) > ATTEMPTS:
            yield f'<p class="note">And {len(found) - ATTEMPTS:,} more, which the JSON report lists.</p>'

    yield from _section("What the scan found before", body())


def _files(done: Loaded) -> Iterator[str]:
    files = done.scanned.files

    def body() -> Iterator[str]:
        yield "<table><thead><tr><th>verdict</th><th>file and SHA-256</th><th>format</th><th>size</th></tr></thead>"
        yield "<tbody>"
        for file in files[:_ROWS]:
            verdict = file.verdict()
            yield f'<tr><td><span class="mark {verdict}">{SYMBOLS[verdict]} {verdict}</span></td>'
            yield f'<td><code>{text(file.path)}</code><code class="digest">{text(file.sha256 or "")}</code></td>'
            yield f"<td>{text(', '.join(file.formats)) or 'unknown'}</td>"
            yield f'<td class="number">{size(file.size)}</td></tr>'
        yield "</tbody></table>"
        if len(files) > _ROWS:
            yield f'<p class="note">And {len(files) - _ROWS:,} more, which the JSON report lists.</p>'

    yield from _section("What was weighed", body())


def _jail(loading: Loading) -> Iterator[str]:
    def body() -> Iterator[str]:
        yield f"<p>Stood: {text(', '.join(loading.layers)) or 'none'}.</p>"
        lacks = missing(loading)
        yield f"<p>Missing: {text(', '.join(lacks)) or 'none'}.</p>"

    yield from _section("The jail", body())


def _seen(loading: Loading) -> Iterator[str]:
    lines = [f"{event.kind}  {tried(event)}  at {event.where}" for event in loading.events]

    def body() -> Iterator[str]:
        yield f"<p>{plural(len(lines), 'event')}, names and imports of honest files among them.</p>"
        yield f"<pre>{chr(10).join(map(text, cut(lines, EVENTS)))}</pre>"

    yield from _section("All that was seen", body())


def _promise() -> Iterator[str]:
    yield from _section("What this report does not promise", iter((f"<p>{words(TELEMETRY)}</p>",)))
