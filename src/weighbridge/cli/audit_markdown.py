"""An audit as Markdown, for a comment on a change or a page of a report."""

from __future__ import annotations

from weighbridge.cli.audit_words import warnings
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.advisories.outline import WORDS, counts, entries, ids, title
from weighbridge.inventory.advisories.triggers import sentence
from weighbridge.inventory.advisories.vex.words import action, reason, way, why
from weighbridge.reports.markup import code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.outcome import Outcome
    from weighbridge.inventory.advisories.outline import Entry


def render(outcome: Outcome) -> str:
    """Write a table of all that was found, and below it why, by which file, and what to do."""
    lines = [f"# Audit of {_cell(outcome.target)}", "", f"{counts(outcome).capitalize()}.", ""]
    found = entries(outcome)
    if found:
        lines += ["| component | advisory | severity | standing | fix |", "| --- | --- | --- | --- | --- |"]
        for entry in found:
            for one in entry.exposures:
                fixed = _cell(", ".join(one.fixed)) if one.fixed else ""
                known = f"{_cell(entry.name)} | {_cell(ids(one.advisory)[0])}"
                lines.append(f"| {known} | {one.severity} | {WORDS[one.standing]} | {fixed} |")
        lines.append("")
    for entry in found:
        lines += _entry(entry, outcome)
    if outcome.elsewhere:
        lines += ["## Loaders elsewhere", "", *(f"- {_cell(sentence(one))}" for one in outcome.elsewhere), ""]
    lines += ["## Data", ""]
    lines += [
        f"- feed {_cell(one.name)}: {one.records:,} records, newest change {one.newest[:10] or 'unknown'}"
        for one in outcome.feeds
    ]
    lines += [f"- **{_cell(words)}**" for words in warnings(outcome)]
    lines += [f"- not known: {_cell(words)}" for words in outcome.graph.gaps]
    return "\n".join((*lines, ""))


def _entry(entry: Entry, outcome: Outcome) -> Iterator[str]:
    yield f"## {_cell(entry.name)}"
    yield ""
    if entry.place:
        yield f"Named in {_cell(entry.place)}."
    if len(entry.way) > 1:
        yield f"Through {_cell(way(entry.way, outcome.graph))}."
    if entry.remedy:
        yield f"**{_cell(entry.remedy)}**"
    yield ""
    for one in entry.exposures:
        yield from _exposure(one, entry, outcome)
    yield ""


def _exposure(one: Exposure, entry: Entry, outcome: Outcome) -> Iterator[str]:
    summary = f": {_cell(title(one.advisory))}" if title(one.advisory) else ""
    yield f"- {_cell(', '.join(ids(one.advisory)))} ({one.severity}, {WORDS[one.standing]}){summary}"
    yield f"    - {_cell(why(one, outcome.graph))}"
    if one.statement is not None:
        yield f"    - {_cell(reason(one))}"
    if not entry.remedy and one.standing in {Standing.AFFECTED, Standing.POSSIBLY_AFFECTED}:
        yield f"    - {_cell(action(one, entry.component))}"


def _cell(text: str) -> str:
    """Show text of strangers as code: there nothing forms a cell, a link, a mention or markup."""
    return code(text, cell=True)
