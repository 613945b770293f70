"""An audit for people, at 80 columns."""

from __future__ import annotations

from weighbridge.cli.audit_words import closing, warnings
from weighbridge.core.values import replace
from weighbridge.inventory.advisories.exposure import Basis, Standing
from weighbridge.inventory.advisories.matching import UNRATED
from weighbridge.inventory.advisories.outline import WORDS, counts, entries, ids, title
from weighbridge.inventory.advisories.triggers import sentence
from weighbridge.inventory.advisories.vex.words import action, reason, way, why
from weighbridge.reports.neutral import shorten, visible
from weighbridge.reports.outline import plural
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.outcome import Outcome
    from weighbridge.inventory.advisories.outline import Entry

_WIDE, _MOST, _GAPS, _FILES = 80, 6, 5, 4
"""Columns; exposures of one component, gaps, and files of one flaw that are shown. What somebody states always is."""
_MARKS = {
    Standing.AFFECTED: "✗", Standing.POSSIBLY_AFFECTED: "!", Standing.UNDER_INVESTIGATION: "?", Standing.NOTED: "·",
    Standing.FIXED: "✓", Standing.NOT_AFFECTED: "✓",
}  # fmt: skip


def render(outcome: Outcome) -> str:
    """Say what is affected, by which path and file, what fixes it, and what is not known; JSON has all."""
    lines = [f"{shorten(outcome.target, 50, keep_end=True)}: {counts(outcome)}"]
    for entry in entries(outcome):
        lines += ["", *_entry(entry, outcome)]
    if outcome.elsewhere:
        lines += ["", *_elsewhere(outcome)]
    lines += ["", *_data(outcome)]
    if gaps := outcome.graph.gaps:
        lines += ["", f"not known ({len(gaps):,})"]
        for words in gaps[:_GAPS]:
            lines += wrap(visible(words), _WIDE, first="  ", rest="    ")
        if len(gaps) > _GAPS:
            lines.append(f"  and {len(gaps) - _GAPS:,} more: --format json")
    return "\n".join((*lines, "", *closing(outcome, _WIDE), ""))


def _entry(entry: Entry, outcome: Outcome) -> Iterator[str]:
    worst = entry.exposures[0]
    where = f" ({shorten(entry.place, 36, keep_end=True)})" if entry.place else ""
    yield from wrap(f"{_MARKS[worst.standing]} {visible(entry.name)}{where}", _WIDE, rest="    ")
    if len(entry.way) > 2:
        yield from _field("through", way(entry.way, outcome.graph))
    if entry.remedy:
        yield from _field("fix", entry.remedy)
    shown = [one for number, one in enumerate(entry.exposures) if number < _MOST or one.statement is not None]
    for one in shown:
        yield from _exposure(one, entry, outcome)
    if len(entry.exposures) > len(shown):
        yield f"    and {len(entry.exposures) - len(shown):,} more: --format json"


def _exposure(one: Exposure, entry: Entry, outcome: Outcome) -> Iterator[str]:
    known = ids(one.advisory)
    also = f" ({known[1]})" if len(known) > 1 else ""
    unrated = ", unrated" if UNRATED in one.note else ""
    head = f"{visible(known[0] + also)} · {one.severity}{unrated} · {WORDS[one.standing]}"
    yield from wrap(head, _WIDE, first="    ", rest="      ")
    if words := title(one.advisory):
        yield from wrap(shorten(words, 150), _WIDE, first="      ", rest="      ")
    because = [] if one.basis is Basis.VERSION else [why(replace(one, note="", triggers=()), outcome.graph)]
    because += [words for words in (one.note.replace(UNRATED, "").strip("; "),) if words]
    if because:
        yield from _field("because", "; ".join(because), 6)
    for words in one.triggers:
        yield from _field("file", words, 6)
    if one.statement is not None:
        yield from _field("stated", reason(one), 6)
        yield from _field("found", WORDS[one.found], 6)
    if not entry.remedy and one.standing in {Standing.AFFECTED, Standing.POSSIBLY_AFFECTED}:
        yield from _field("fix", action(one, entry.component), 6)


def _field(name: str, text: str, indent: int = 4) -> list[str]:
    head = f"{' ' * indent}{name:<8}"
    return wrap(visible(text), _WIDE, first=head, rest=" " * len(head))


def _elsewhere(outcome: Outcome) -> Iterator[str]:
    """Tell of the files that matter to loaders which are not part of the target."""
    yield "loaders that are not here, and that these files use a flaw of"
    groups: dict[str, list[str]] = {}
    for one in outcome.elsewhere:
        groups.setdefault(one.flaw.ids[0], []).append(sentence(one))
    for held in groups.values():
        for words in held[:_FILES]:
            yield from wrap(visible(words), _WIDE, first="  · ", rest="    ")
        if len(held) > _FILES:
            yield f"    and {len(held) - _FILES:,} files more"


def _data(outcome: Outcome) -> Iterator[str]:
    for feed in outcome.feeds:
        newest = f", newest change {feed.newest[:10]}" if feed.newest else ""
        yield from wrap(visible(f"feed {feed.name}: {plural(feed.records, 'record')}{newest}"), _WIDE, rest="  ")
    if outcome.extra:
        yield f"given for this run: {plural(outcome.extra, 'record')}"
    for words in warnings(outcome):
        yield from wrap(f"! {visible(words)}", _WIDE, rest="  ")
