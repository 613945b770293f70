"""A dossier as GitHub-flavoured Markdown; text of strangers stands in code only, and nothing breaks out."""

from __future__ import annotations

from weighbridge import __version__
from weighbridge.governance.dossier import telling
from weighbridge.governance.dossier.dossier import MEANINGS, State
from weighbridge.governance.dossier.rows import Fill
from weighbridge.inventory.views.telling import KINDS, SURE
from weighbridge.reports.markup import code, fence, prose
from weighbridge.reports.neutral import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.governance.dossier.answers import Answer
    from weighbridge.governance.dossier.dossier import Dossier, Filled
    from weighbridge.governance.dossier.evidence import Evidence
    from weighbridge.governance.dossier.rows import Part

SHOWN, FINDINGS, CITED = 12, 50, 200
"""What is shown of each before the rest is counted: evidence of a row, findings and gaps, files."""
LONGEST = 300


def render(dossier: Dossier) -> str:
    """Render the whole draft."""
    return "\n".join(_lines(dossier)) + "\n"


def _lines(dossier: Dossier) -> Iterator[str]:
    yield f"# AI Act dossier of {_code(dossier.name)}: a draft"
    yield ""
    yield f"> {prose(telling.NOTICE)}"
    yield ""
    version = _code(dossier.version) if dossier.version else "no known version"
    yield f"Subject: {KINDS[dossier.kind][0]} {_code(dossier.name)}, {version}."
    if dossier.date:
        yield f"Drawn on {prose(dossier.date)}."
    yield ""
    yield "| document | rows | " + " | ".join(state.value for state in State) + " |"
    yield "| --- " * (len(State) + 2) + "|"
    for part in dossier.parts:
        rows = dossier.of(part.id)
        counts = (str(sum(one.state is state for one in rows)) for state in State)
        yield f"| {prose(part.title)} | {len(rows)} | {' | '.join(counts)} |"
    yield ""
    yield from (f"- {telling.SYMBOLS[state]} **{state.value}**: {prose(words)}" for state, words in MEANINGS.items())
    yield from _content(dossier)
    for part in dossier.parts:
        yield from _part(part, dossier)
    yield from _register(dossier)
    yield from _cited(dossier)
    yield from _dates(dossier)
    yield from _gaps(dossier)
    yield ""
    yield f"*Weighbridge {prose(__version__)}.*"


def _content(dossier: Dossier) -> Iterator[str]:
    if dossier.content:
        yield ""
        yield "## What it speaks of"
        yield ""
        yield telling.CONTENT
        yield ""
        yield "| what | value | where it stands | how sure |"
        yield "| --- | --- | --- | --- |"
        yield from map(_evidence, dossier.content[:SHOWN])
        if dossier.held > SHOWN:
            yield ""
            yield f"And {dossier.held - SHOWN:,} more."


def _part(part: Part, dossier: Dossier) -> Iterator[str]:
    rows = dossier.of(part.id)
    yield ""
    yield f"## {prose(part.title)}"
    yield ""
    yield f"{prose(part.article)}; for {prose(part.reader)}. {prose(part.note)}"
    yield ""
    yield telling.summary(rows) if rows else telling.NO_QUESTION
    for one in rows:
        yield from _row(one)


def _row(one: Filled) -> Iterator[str]:
    row = one.row
    yield ""
    yield f"### {telling.SYMBOLS[one.state]} {prose(row.number)} {prose(row.title)}"
    yield ""
    yield f"`{row.id}` · {prose(row.article)} · {row.fill}: {telling.FILLS[row.fill]} · **{one.state}**"
    if one.answer is not None:
        yield from _answer(one, one.answer)
    if one.state is not State.COMPLETE:
        yield ""
        yield f"**To answer** ({prose(row.who)}): {prose(row.question)}"
    for words in one.lacks:
        yield f"- lacks {_code(words)}"
    for words in one.disputed:
        yield f"- sources disagree: {_code(words)}"
    if one.evidence:
        yield ""
        if row.fill is Fill.HUMAN:
            yield "Facts to write by:"
            yield ""
        yield "| what | value | where it stands | how sure |"
        yield "| --- | --- | --- | --- |"
        yield from map(_evidence, one.evidence[:SHOWN])
        if one.total > SHOWN:
            yield ""
            yield f"And {one.total - SHOWN:,} more."
    if one.digest:
        yield ""
        yield f"An answer here is bound to {telling.binding(one)}`sha256:{one.digest}`"


def _answer(one: Filled, answer: Answer) -> Iterator[str]:
    yield ""
    standing = _code(telling.standing(one)) if one.signer else telling.standing(one)
    yield f"{_code(answer.author)}, {telling.written(answer, one.age)}, {standing}:"
    yield ""
    yield from fence(tuple(answer.text.splitlines()))
    yield from (f"- attached: {_code(each.name)} `sha256:{each.sha256}`" for each in answer.attachments)
    if one.stale:
        yield ""
        yield f"**Outdated**: {_code(one.stale)}"
    if telling.is_other(one):
        yield ""
        yield f"- written over: {_digest(answer.evidence)}"
        yield f"- here now: {_digest(one.digest)}"


def _digest(found: str) -> str:
    return f"`sha256:{found}`" if found else "nothing"


def _evidence(one: Evidence) -> str:
    what = f"{_cell(one.name)}, {prose(one.what)}" if one.name else prose(one.what)
    note = f" ({_cell(one.note)})" if one.note else ""
    place = _cell(telling.place(one)) if telling.place(one) else telling.method(one)
    return f"| {what} | {_cell(one.text)}{note} | {place} | {SURE[one.origin.confidence]} |"


def _register(dossier: Dossier) -> Iterator[str]:
    yield ""
    yield "## Register of findings"
    yield ""
    yield telling.REGISTER
    yield ""
    if dossier.found < 0:
        yield telling.NO_SCAN
        return
    if not dossier.found:
        yield telling.NO_FINDING
        return
    yield "| id | rule | severity | status | finding | file |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for one in dossier.register[:FINDINGS]:
        status = f"{one.status}: {_cell(one.reason)}" if one.reason else one.status
        cells = [_cell(one.id[:16]), _cell(one.rule), str(one.severity), status, _cell(one.title), _cell(one.file)]
        yield f"| {' | '.join(cells)} |"
    if dossier.found > FINDINGS:
        yield ""
        yield f"And {dossier.found - FINDINGS:,} more."


def _cited(dossier: Dossier) -> Iterator[str]:
    files = telling.cited(dossier)
    if files:
        yield ""
        yield "## Where the evidence stands"
        yield ""
        yield "| file | SHA-256 |"
        yield "| --- | --- |"
        yield from (f"| {_cell(file)} | {_cell(digest) if digest else 'not known'} |" for file, digest in files[:CITED])
        if len(files) > CITED:
            yield ""
            yield f"And {len(files) - CITED:,} more."


def _dates(dossier: Dossier) -> Iterator[str]:
    law = dossier.obligations
    yield ""
    yield "## Dates"
    yield ""
    yield f"{prose(law.law)}, <{law.source}>; sources last looked at on {law.checked}. The law decides, not this table."
    yield ""
    yield "| from | what | article | source |"
    yield "| --- | --- | --- | --- |"
    for one in law.duties:
        doubt = "" if one.confirmed else f" **Not confirmed**: {prose(one.note)}"
        yield f"| {one.date} | {prose(one.what)}.{doubt} | {prose(one.article)} | <{one.source}> |"


def _gaps(dossier: Dossier) -> Iterator[str]:
    if dossier.gaps:
        yield ""
        yield "## What could not be read"
        yield ""
        yield from (f"- {_code(words)}" for words in dossier.gaps[:FINDINGS])
        if dossier.unread > FINDINGS:
            yield f"- and {dossier.unread - FINDINGS:,} more"


def _code(text: str) -> str:
    return code(shorten(text, LONGEST))


def _cell(text: str) -> str:
    return code(shorten(" ".join(text.split()), LONGEST), cell=True)
