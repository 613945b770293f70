"""A dossier as one HTML page, to be read, printed and handed on.

As the page of a scan it holds everything and loads nothing: no script, no font; its content security policy allows its
own style sheet only, by digest. Every text of strangers is made neutral, of bounded length, and escaped.
"""

from __future__ import annotations

import re
from html import escape

from weighbridge import __version__
from weighbridge.governance.dossier import telling
from weighbridge.governance.dossier.dossier import MEANINGS, State
from weighbridge.governance.dossier.rows import Fill
from weighbridge.governance.dossier.style import PAGE
from weighbridge.inventory.views.telling import KINDS, SURE
from weighbridge.reports import page
from weighbridge.reports.neutral import shorten, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.governance.dossier.answers import Answer
    from weighbridge.governance.dossier.dossier import Dossier, Filled
    from weighbridge.governance.dossier.evidence import Evidence
    from weighbridge.governance.dossier.rows import Part

SHOWN, FINDINGS, GAPS, CITED = 20, 200, 100, 500
"""What is shown of each before the rest is counted: evidence of a row, findings, gaps, files."""
LONGEST, PROSE = 240, 900
"""Columns of a name or a value, and of what people have written."""
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


def render(dossier: Dossier) -> str:
    """Render the page."""
    return "\n".join(_lines(dossier)) + "\n"


def _text(text: str, longest: int = LONGEST) -> str:
    return escape(shorten(text, longest, keep_end=longest == LONGEST))


def _words(text: str) -> str:
    """Show a message of a rule, in which backticks mark code."""
    return page.words(shorten(text, PROSE))


def _lines(dossier: Dossier) -> Iterator[str]:
    yield from page.head(f"AI Act dossier, draft: {shorten(dossier.name, 80)}", PAGE)
    yield from _top(dossier)
    yield "<main>"
    yield from _counts(dossier)
    yield from _content(dossier)
    for part in dossier.parts:
        yield from _part(part, dossier)
    yield from _register(dossier)
    yield from _cited(dossier)
    yield from _dates(dossier)
    yield from _gaps(dossier)
    yield "</main>"
    date = f" · drawn on {_text(dossier.date)}" if dossier.date else ""
    yield from page.foot(f"Weighbridge {_text(__version__)}{date} · a draft, no legal advice")


def _top(dossier: Dossier) -> Iterator[str]:
    kind = KINDS[dossier.kind][0]
    yield "<header>"
    yield f'<p class="kicker">EU AI Act: draft of the documentation of {"an" if kind[0] in "aeiou" else "a"} {kind}</p>'
    yield f"<h1>{_text(dossier.name, 80)}</h1>"
    yield f'<p class="lead">{_text(telling.subject(dossier))}</p>'
    yield f'<p class="notice">{page.words(telling.NOTICE)}</p>'
    yield '<dl class="figures">'
    for state in State:
        symbol = telling.SYMBOLS[state]
        yield f'<div class="{state}"><dt>{symbol} {state.value}</dt><dd>{dossier.count(state):,}</dd></div>'
    yield "</dl>"
    yield "</header>"


def _counts(dossier: Dossier) -> Iterator[str]:
    yield "<section>"
    yield "<h2>How far it is</h2>"
    heads = "".join(f'<th>{telling.SYMBOLS[state]} <span class="word">{state.value}</span></th>' for state in State)
    yield f'<table class="counts"><thead><tr><th>document</th><th>rows</th>{heads}</tr></thead><tbody>'
    for part in dossier.parts:
        rows = dossier.of(part.id)
        cells = "".join(f"<td>{sum(one.state is state for one in rows)}</td>" for state in State)
        yield f'<tr><td><a href="#{part.id}">{page.words(part.title)}</a></td><td>{len(rows)}</td>{cells}</tr>'
    yield "</tbody></table>"
    yield '<dl class="words inline">'
    for state, words in MEANINGS.items():
        yield f'<dt class="{state}">{telling.SYMBOLS[state]} {state.value}</dt><dd>{page.words(words)}</dd>'
    yield "</dl>"
    yield "</section>"


def _content(dossier: Dossier) -> Iterator[str]:
    if dossier.content:
        yield "<section>"
        yield "<h2>What it speaks of</h2>"
        yield f"<p>{telling.CONTENT}</p>"
        yield from _table(dossier.content, dossier.held)
        yield "</section>"


def _table(evidence: tuple[Evidence, ...], total: int) -> Iterator[str]:
    yield '<table class="evidence"><thead><tr><th>what</th><th>value</th><th>where it stands</th><th>how sure</th>'
    yield "</tr></thead><tbody>"
    yield from map(_evidence, evidence[:SHOWN])
    yield "</tbody></table>"
    if total > SHOWN:
        yield f'<p class="note">And {total - SHOWN:,} more.</p>'


def _part(part: Part, dossier: Dossier) -> Iterator[str]:
    rows = dossier.of(part.id)
    yield f'<section id="{part.id}">'
    yield f"<h2>{page.words(part.title)}</h2>"
    yield f"<p>{page.words(part.article)}; for {page.words(part.reader)}. {page.words(part.note)}</p>"
    yield f'<p class="note">{telling.summary(rows) if rows else telling.NO_QUESTION}</p>'
    for one in rows:
        yield from _row(one)
    yield "</section>"


def _row(one: Filled) -> Iterator[str]:
    row = one.row
    yield f'<article class="row {one.state}" id="{row.id}">'
    yield f'<h3><span class="number">{page.words(row.number)}</span><span>{page.words(row.title)}</span>'
    yield f'<span class="state">{telling.SYMBOLS[one.state]} {one.state.value}</span></h3>'
    yield f'<p class="about"><code>{row.id}</code> · {page.words(row.article)} · {row.fill}: '
    yield f"{page.words(telling.FILLS[row.fill])}</p>"
    if one.answer is not None:
        yield from _answer(one, one.answer)
    if one.state is not State.COMPLETE:
        yield f'<p class="ask"><strong>To answer</strong> ({page.words(row.who)}): {page.words(row.question)}</p>'
    notes = [f"lacks {_text(words)}" for words in one.lacks]
    notes += [f"sources disagree: {_text(words, PROSE)}" for words in one.disputed]
    yield from (f'<p class="note">{words}</p>' for words in notes[:SHOWN])
    if len(notes) > SHOWN:
        yield f'<p class="note">and {len(notes) - SHOWN:,} more</p>'
    if one.evidence:
        if row.fill is Fill.HUMAN:
            yield '<p class="note">Facts to write by:</p>'
        yield from _table(one.evidence, one.total)
    if one.digest:
        yield f'<code class="digest">an answer here is bound to {telling.binding(one)}sha256:{one.digest}</code>'
    yield "</article>"


def _answer(one: Filled, answer: Answer) -> Iterator[str]:
    when = _text(telling.written(answer, one.age))
    yield '<div class="answer">'
    yield f'<p class="label">{_text(answer.author)}, {when}, {_text(telling.standing(one))}</p>'
    text = "\n".join(escape(visible(line)) for line in answer.text.splitlines())
    yield f"<p>{text}</p>"
    for each in answer.attachments:
        yield f'<p class="label">attached: {_text(each.name)} <code class="digest">sha256:{each.sha256}</code></p>'
    if one.stale:
        yield f'<p class="stale">{telling.SYMBOLS[State.OUTDATED]} Outdated: {_text(one.stale)}.</p>'
    if telling.is_other(one):
        yield f'<p class="label">written over <code>{_digest(answer.evidence)}</code></p>'
        yield f'<p class="label">here now <code>{_digest(one.digest)}</code></p>'
    yield "</div>"


def _digest(found: str) -> str:
    return f"sha256:{found}" if found else "nothing"


def _evidence(one: Evidence) -> str:
    what = f"{_text(one.name)}, {_text(one.what)}" if one.name else _text(one.what)
    note = f' <span class="note">{_text(one.note)}</span>' if one.note else ""
    held = _text(one.text, PROSE if " " in one.text else LONGEST)
    held = f"<code>{held}</code>" if _HEX.fullmatch(one.text) else held
    sure = one.origin.confidence
    digest = f"; sha256:{one.origin.sha256}" if one.origin.sha256 else ""
    place = telling.place(one) or telling.method(one)
    return (
        f"<tr><td>{what}</td><td>{held}{note}</td>"
        f'<td title="{_text(telling.method(one) + digest)}">{_text(place)}</td>'
        f'<td><span class="{sure}">{SURE[sure]}</span></td></tr>'
    )


def _register(dossier: Dossier) -> Iterator[str]:
    yield "<section>"
    yield "<h2>Register of findings</h2>"
    yield f"<p>{telling.REGISTER}</p>"
    if dossier.found < 0:
        yield f'<p class="note">{page.words(telling.NO_SCAN)}</p></section>'
        return
    if not dossier.found:
        yield f'<p class="note">{telling.NO_FINDING}</p></section>'
        return
    yield '<table class="register"><thead><tr><th>id</th><th>severity, status</th><th>finding</th><th>file</th></tr>'
    yield "</thead><tbody>"
    for one in dossier.register[:FINDINGS]:
        reason = f' <span class="note">{_text(one.reason)}</span>' if one.reason else ""
        yield f"<tr><td><code>{_text(one.id[:16])}</code></td>"
        yield f'<td><span class="mark {one.severity}">{one.severity}</span>, {_text(one.status)}{reason}</td>'
        yield f'<td>{_text(one.rule)} {_text(one.title)}<br><span class="note">{_words(one.message)}</span></td>'
        yield f"<td><code>{_text(one.file)}</code></td></tr>"
    yield "</tbody></table>"
    if dossier.found > FINDINGS:
        yield f'<p class="note">And {dossier.found - FINDINGS:,} more.</p>'
    yield "</section>"


def _cited(dossier: Dossier) -> Iterator[str]:
    files = telling.cited(dossier)
    if not files:
        return
    yield "<section>"
    yield "<h2>Where the evidence stands</h2>"
    yield '<table class="cited"><thead><tr><th>file</th><th>SHA-256</th></tr></thead><tbody>'
    for file, digest in files[:CITED]:
        held = f'<code class="digest">{_text(digest)}</code>' if digest else "not known"
        yield f"<tr><td><code>{_text(file)}</code></td><td>{held}</td></tr>"
    yield "</tbody></table>"
    if len(files) > CITED:
        yield f'<p class="note">And {len(files) - CITED:,} more.</p>'
    yield "</section>"


def _dates(dossier: Dossier) -> Iterator[str]:
    law = dossier.obligations
    yield "<section>"
    yield "<h2>Dates</h2>"
    yield f'<p>{page.words(law.law)}, <span class="note">{page.words(law.source)}</span>. The sources were last looked '
    yield f"at on {law.checked}. The law decides, not this table.</p>"
    yield '<table class="dates"><thead><tr><th>from</th><th>what</th><th>article</th><th>source</th></tr></thead>'
    yield "<tbody>"
    for one in law.duties:
        doubt = "" if one.confirmed else f'<br><span class="unsure">Not confirmed: {page.words(one.note)}</span>'
        yield f"<tr><td>{one.date}</td><td>{page.words(one.what)}.{doubt}</td><td>{page.words(one.article)}</td>"
        yield f'<td><span class="note">{_text(one.source)}</span></td></tr>'
    yield "</tbody></table>"
    yield "</section>"


def _gaps(dossier: Dossier) -> Iterator[str]:
    if dossier.gaps:
        yield "<section>"
        yield "<h2>What could not be read</h2>"
        yield "<ul>"
        yield from (f"<li>{_text(words, PROSE)}</li>" for words in dossier.gaps[:GAPS])
        if dossier.unread > GAPS:
            yield f"<li>and {dossier.unread - GAPS:,} more</li>"
        yield "</ul>"
        yield "</section>"
