"""The report for a terminal: short, calm, at most ``width`` columns.

Order of reading: verdict, what would run and where, what to do, what was not judged, counts. Of several files the
findings stand in groups: what runs and when, what points elsewhere. Many files or findings of one kind are counted
rather than repeated; ``verbose`` shows them all and the decompiled programs as well, ``explain`` goes file by file and
adds the words of the rules.
"""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Finding, RuleInfo, Severity
from weighbridge.core.report import Report, Verdict
from weighbridge.core.values import value
from weighbridge.reports import outline, sections
from weighbridge.reports.neutral import columns, shorten, visible
from weighbridge.reports.wrap import fold, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NARROWEST = 40
"""Below this many columns the indents leave no room for words; lines are made this wide instead."""
FILES, RULES, FINDINGS, EVIDENCE, REASONS, PLACES = 8, 5, 3, 4, 6, 3
EDGES = 8
"""How many of each are shown before the rest is counted, chosen to keep a bad run of any size near three screens."""
LINES = 3
"""Lines that one name or one line of evidence may take before it is shortened."""

_COLOURS = {Verdict.CLEAN: "32", Verdict.INCONCLUSIVE: "35", Verdict.SUSPICIOUS: "33", Verdict.MALICIOUS: "31"}
_BOLD, _DIM = "1", "2"


@value
class _Manner:
    verbose: bool
    colour: bool
    width: int
    explain: bool = False
    words: Mapping[str, RuleInfo] | None = None

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def first(self, number: int) -> int | None:
        """Say how many of a list to show: ``None`` means all."""
        return None if self.verbose else number


def render(
    report: Report,
    rules: tuple[RuleInfo, ...],
    *,
    verbose: bool = False,
    explain: bool = False,
    colour: bool = False,
    width: int = 80,
    closing: str = "",
) -> str:
    """Render for people who have twenty seconds; ``closing`` is the last line, such as what the exit code means."""
    words = {rule.id: rule for rule in rules}
    manner = _Manner(
        verbose=verbose or explain, explain=explain, colour=colour, width=max(width, NARROWEST), words=words
    )
    listed = outline.entries(report)
    lines = [
        *_verdict(report, listed, manner),
        *_files(listed, manner),
        *_remedies(report, listed, rules, manner),
        *_missed(report, manner),
        *_signatures(report, manner),
        *_summary(report, listed, manner),
        *wrap(visible(closing), manner.width),
    ]
    return "\n".join(lines) + "\n"


def _verdict(report: Report, listed: tuple[outline.Entry, ...], manner: _Manner) -> Iterator[str]:
    head = outline.headline(report, listed)
    word = f"{outline.SYMBOLS[head.tone]} {head.word.upper()}:"
    first, *rest = wrap(f"{word} {head.sentence}", manner.width, rest="  ")
    yield manner.paint(word, f"{_BOLD};{_COLOURS[head.tone]}") + first[len(word) :]
    yield from rest


def _files(listed: tuple[outline.Entry, ...], manner: _Manner) -> Iterator[str]:
    """Show the files in which something was found: in groups where there are several, in verbose mode every file."""
    if manner.verbose:
        yield from _all_files(listed, manner)
        return
    found = [(entry, outline.weighty(entry.file.findings)) for entry in listed]
    if len(listed) == 1:
        yield from _alike(found, manner)
        return
    for section in sections.Section:
        told = [
            (entry, tuple(one for one in findings if sections.section_of(one) is section)) for entry, findings in found
        ]
        edges = list(_edges(listed, manner)) if section is sections.Section.ELSEWHERE else []
        if edges or any(findings for _, findings in told):
            yield ""
            for line in wrap(sections.HEADINGS[section], manner.width):
                yield manner.paint(line, _BOLD)
            yield from _alike(told, manner)
            yield from edges


def _edges(listed: tuple[outline.Entry, ...], manner: _Manner) -> Iterator[str]:
    """List what the repository leans on, a line each: no reason to stop, but to know."""
    edges = [(entry.path, finding) for entry in listed for finding in entry.file.findings if sections.is_edge(finding)]
    for path, finding in edges[:EDGES]:
        said = f"{visible(path)}: {visible(finding.message)}"
        yield from wrap(shorten(said, manner.width * LINES), manner.width, first="  → ", rest="    ")
    if len(edges) > EDGES:
        yield f"  and {outline.plural(len(edges) - EDGES, 'more')[:-1]} (-v shows all)"


def _alike(found: list[tuple[outline.Entry, tuple[Finding, ...]]], manner: _Manner) -> Iterator[str]:
    """Show files with these of their findings, files that say the same together."""
    alike: dict[tuple[object, ...], list[outline.Entry]] = {}
    shown: dict[str, tuple[Finding, ...]] = {}
    for entry, findings in found:
        told = tuple((finding.rule, finding.message, finding.evidence) for finding in outline.ordered(findings))
        if told:
            alike.setdefault((entry.verdict, *told), []).append(entry)
            shown[entry.path] = findings
    groups = list(alike.values())
    for first, *others in groups[:FILES]:
        yield ""
        yield from _file(first, shown[first.path], manner)
        if others:
            names = ", ".join(visible(entry.path) for entry in others[:PLACES])
            more = ", …" if len(others) > PLACES else ""
            said = shorten(f"the same in {outline.plural(len(others), 'more file')}: {names}", manner.width * LINES)
            yield from wrap(said + more, manner.width, first="  ", rest="  ")
    rest = [entry for group in groups[FILES:] for entry in group]
    if rest:
        yield ""
        yield f"and {outline.plural(len(rest), 'more file')} (-v shows all):"
        yield from _tally(rest, manner)


def _all_files(listed: tuple[outline.Entry, ...], manner: _Manner) -> Iterator[str]:
    clean: list[outline.Entry] = []
    for entry in listed:
        if entry.file.findings or entry.file.program:
            yield ""
            yield from _file(entry, entry.file.findings, manner)
        elif entry.verdict is Verdict.CLEAN:
            clean.append(entry)
    if clean:
        yield ""
        yield manner.paint("Clean", _BOLD)
        symbol = outline.SYMBOLS[Verdict.CLEAN]
        for entry in clean:
            first, *rest = fold(visible(entry.path), manner.width - 4)
            yield f"  {manner.paint(symbol, _COLOURS[Verdict.CLEAN])} {first}"
            yield from (f"    {piece}" for piece in rest)


def _tally(rest: list[outline.Entry], manner: _Manner) -> Iterator[str]:
    """Count files by rule."""
    tally: dict[tuple[str, str], int] = {}
    for entry in rest:
        for group in outline.by_rule(outline.weighty(entry.file.findings)):
            tally[group[0].rule, group[0].title] = tally.get((group[0].rule, group[0].title), 0) + 1
    for (rule, title), number in sorted(tally.items(), key=lambda item: (-item[1], item[0])):
        yield from wrap(f"{number:,} × {visible(rule)} {visible(title)}", manner.width, first="  ", rest="    ")


def _file(entry: outline.Entry, shown: tuple[Finding, ...], manner: _Manner) -> Iterator[str]:
    code = _COLOURS[entry.verdict]
    symbol, room = outline.SYMBOLS[entry.verdict], manner.width - 2
    name = visible(entry.path) if manner.verbose else shorten(entry.path, room * LINES, keep_end=True)
    first, *rest = fold(name, room)
    yield f"{manner.paint(symbol, code)} {manner.paint(first, _BOLD)}"
    yield from (f"  {manner.paint(piece, _BOLD)}" for piece in rest)
    facts = [str(entry.verdict), ", ".join(visible(name) for name in entry.file.formats), outline.size(entry.file.size)]
    for line in wrap(" · ".join(fact for fact in facts if fact), manner.width, first="  ", rest="  "):
        yield manner.paint(line, _DIM)
    groups = outline.by_rule(shown)
    for group in groups[: manner.first(RULES)]:
        yield from _group(group, code, manner)
    if not manner.verbose and len(groups) > RULES:
        names = " ".join(group[0].rule for group in groups[RULES:])
        said = shorten(f"and {outline.plural(len(groups) - RULES, 'more rule')}: {names}", manner.width * LINES)
        yield from wrap(said, manner.width, first="  ", rest="  ")
    if manner.verbose and entry.file.program:
        yield "  What the file says, decompiled:"
        for line in entry.file.program:
            yield from _quoted(visible(line), "    ", manner)


def _group(group: tuple[Finding, ...], code: str, manner: _Manner) -> Iterator[str]:
    """Show the findings of one rule in one file under one heading."""
    worst = group[0]
    # Below high, being sure or not changes no verdict; there it would only be in the way.
    unsure = worst.severity.rank >= Severity.HIGH.rank and worst.confidence is not Confidence.HIGH
    sure = f" ({worst.confidence} confidence)" if unsure or manner.verbose else ""
    start = f"{visible(worst.rule)} {worst.severity}{sure}"
    first, *rest = wrap(f"{start} · {visible(worst.title)}", manner.width, first="  ", rest="    ")
    yield first.replace(start, manner.paint(start, code), 1)
    yield from rest
    for finding in group[: manner.first(FINDINGS)]:
        yield from wrap(visible(finding.message), manner.width, first="    ", rest="    ")
        for line in finding.evidence[: manner.first(EVIDENCE)]:
            room = (manner.width - 6) * LINES
            yield from _quoted(visible(line) if manner.verbose else shorten(line, room), "    ", manner)
        hidden = 0 if manner.verbose else len(finding.evidence) - EVIDENCE
        if hidden > 0:
            yield f"    │ … {outline.plural(hidden, 'more line')}"
        place = outline.where(finding.at)
        if not manner.verbose:
            place = shorten(place, (manner.width - 4) * LINES, keep_end=True)
        for line in wrap(place, manner.width, first="    ", rest="    "):
            yield manner.paint(line, _DIM)
    if manner.explain:
        yield from _explained(worst, manner)
    if not manner.verbose and len(group) > FINDINGS:
        said = f"and {len(group) - FINDINGS:,} more of this kind (-v shows all)"
        yield from wrap(said, manner.width, first="    ", rest="    ")


def _explained(finding: Finding, manner: _Manner) -> Iterator[str]:
    """Add the words of the rule: when it takes effect, why it matters, what to do, when it may be accepted."""
    rule = (manner.words or {}).get(finding.rule)
    said = [("When", sections.MOMENTS[finding.when])] if finding.when else []
    if rule is not None:
        said += [("Why", rule.why), ("Do", rule.fix), ("Accept", outline.acceptance(rule))]
    for name, words in said:
        yield from wrap(f"{name}: {visible(words)}", manner.width, first="    ", rest="      ")


def _quoted(text: str, indent: str, manner: _Manner) -> Iterator[str]:
    for piece in fold(text, manner.width - columns(indent) - 2):
        yield f"{indent}│ {piece}"


def _remedies(
    report: Report, listed: tuple[outline.Entry, ...], rules: tuple[RuleInfo, ...], manner: _Manner
) -> Iterator[str]:
    advice = [(rule.id, rule.fix) for rule in outline.remedies(listed, rules)]
    if listed and outline.gaps(report):
        advice.append(("?", outline.UNJUDGED_ADVICE))
    if not advice:
        return
    yield ""
    yield manner.paint("What to do", _BOLD)
    hang = " " * (max(columns(name) for name, _ in advice) + 4)
    for name, fix in advice:
        yield from wrap(visible(fix), manner.width, first=f"  {name}".ljust(len(hang)), rest=hang)


def _missed(report: Report, manner: _Manner) -> Iterator[str]:
    groups = outline.missed(report)
    if not groups:
        return
    yield ""
    yield manner.paint("Not judged", _BOLD)
    for group in groups[: manner.first(REASONS)]:
        said = f"{outline.GAPS[group.kind]}: {visible(group.reason)}"
        if not manner.verbose:
            said = shorten(said, manner.width * LINES)
        yield from wrap(said, manner.width, first="  ? ", rest="    ")
        places = group.places[: manner.first(PLACES)]
        for path, at in places:
            place = ", ".join(part for part in (visible(path), outline.where(at)) if part)
            if not manner.verbose:
                place = shorten(place, (manner.width - 4) * LINES, keep_end=True)
            yield from (f"    {piece}" for piece in fold(place, manner.width - 4))
        if len(group.places) > len(places):
            yield f"    and {outline.plural(len(group.places) - len(places), 'more place')}"
    if not manner.verbose and len(groups) > REASONS:
        rest = groups[REASONS:]
        left = sum(len(group.places) for group in rest)
        said = f"and {outline.plural(len(rest), 'other reason')} in {outline.plural(left, 'place')} (-v shows all)"
        yield from wrap(said, manner.width, first="  ", rest="  ")


def _signatures(report: Report, manner: _Manner) -> Iterator[str]:
    noted = [one for artifact in report.artifacts for one in artifact.signatures]
    if not noted:
        return
    yield ""
    yield manner.paint("Signatures, which make nothing better that was found", _BOLD)
    for one in noted:
        said = f"{shorten(one.path, manner.width, keep_end=True)}: {visible(one.words)}"
        yield from wrap(said, manner.width, first=f"  {outline.HOLDING[one.holds]} ", rest="    ")


def _summary(report: Report, listed: tuple[outline.Entry, ...], manner: _Manner) -> Iterator[str]:
    yield ""
    aside = sum(len(entry.file.suppressed) for entry in listed)
    told = [one for entry in listed for one in entry.file.findings if len(listed) == 1 or not sections.is_edge(one)]
    light = len(told) - len(outline.weighty(tuple(told)))
    if aside:
        yield from wrap(f"{outline.plural(aside, 'finding')} set aside by a baseline or suppression", manner.width)
        if manner.verbose:
            yield from _aside(listed, manner)
    if light and not manner.verbose:
        yield from wrap(f"{outline.plural(light, 'finding')} of low weight not shown (-v shows all)", manner.width)
    if report.disabled:
        yield from wrap(f"switched off: {visible(', '.join(report.disabled))}", manner.width, rest="  ")
    yield from wrap(outline.counts(listed), manner.width)


def _aside(listed: tuple[outline.Entry, ...], manner: _Manner) -> Iterator[str]:
    for entry in listed:
        for one in entry.file.suppressed:
            said = f"{visible(one.finding.rule)} {visible(entry.path)}: {visible(one.reason)}"
            yield from wrap(said, manner.width, first="  ", rest="    ")
