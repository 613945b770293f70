"""The report as GitHub-flavoured Markdown, for comments on pull requests and summaries of CI runs."""

from __future__ import annotations

from weighbridge.core.finding import RuleInfo
from weighbridge.core.report import Report, Verdict
from weighbridge.reports import outline
from weighbridge.reports.markup import code, fence, prose
from weighbridge.reports.neutral import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS, FILES, RULES, FINDINGS, EVIDENCE, REASONS, PLACES = 50, 10, 5, 3, 6, 10, 3
"""How many of each are shown before the rest is counted; a comment on GitHub ends at 65,536 characters."""
NAME, LINE = 120, 200
"""Columns of a name and of a line of evidence."""


def render(report: Report, rules: tuple[RuleInfo, ...]) -> str:
    """Render the report; text from the files stands only in code spans and fences."""
    listed = outline.entries(report)
    head = outline.headline(report, listed)
    lines = [
        f"## {outline.SYMBOLS[head.tone]} {head.word.capitalize()}: {prose(head.sentence)}",
        *_table(listed),
        *_details(listed),
        *_advice(report, listed, rules),
        *_missed(report),
        *_signatures(report),
        *_summary(report, listed),
    ]
    return "\n".join(lines) + "\n"


def _signatures(report: Report) -> Iterator[str]:
    noted = [one for artifact in report.artifacts for one in artifact.signatures]
    if noted:
        yield ""
        yield "### Signatures"
        yield ""
    for one in noted:
        yield f"- {outline.HOLDING[one.holds]} {code(shorten(one.path, NAME, keep_end=True))}: {prose(one.words)}"


def _table(listed: tuple[outline.Entry, ...]) -> Iterator[str]:
    rows = [entry for entry in listed if entry.verdict is not Verdict.CLEAN]
    if not rows:
        return
    yield ""
    yield "| verdict | file | why |"
    yield "| --- | --- | --- |"
    for entry in rows[:ROWS]:
        groups = outline.by_rule(outline.weighty(entry.file.findings))
        fired = [f"{prose(group[0].rule)} {prose(group[0].title)}" for group in groups[:RULES]]
        why = "<br>".join(fired) or "not judged in full"
        mark = f"{outline.SYMBOLS[entry.verdict]} {entry.verdict}"
        yield f"| {mark} | {code(shorten(entry.path, NAME, keep_end=True), cell=True)} | {why} |"
    if len(rows) > ROWS:
        yield ""
        yield f"And {outline.of_files(len(rows) - ROWS)} more."


def _details(listed: tuple[outline.Entry, ...]) -> Iterator[str]:
    """Show what would run, of the worst files."""
    telling = [entry for entry in listed if outline.weighty(entry.file.findings)]
    for entry in telling[:FILES]:
        yield ""
        yield f"### {code(shorten(entry.path, NAME, keep_end=True))}"
        for group in outline.by_rule(outline.weighty(entry.file.findings))[:RULES]:
            yield ""
            yield f"**{prose(group[0].rule)}** ({group[0].severity}) {prose(group[0].title)}"
            lines: list[str] = []
            for finding in group[:FINDINGS]:
                lines += [finding.message, *(f"  {line}" for line in finding.evidence[:EVIDENCE])]
                lines += [f"  … {len(finding.evidence) - EVIDENCE} more"] if len(finding.evidence) > EVIDENCE else []
                place = outline.where(finding.at)
                lines += [f"  {place}"] if place else []
            if len(group) > FINDINGS:
                lines.append(f"… {len(group) - FINDINGS:,} more of this kind")
            yield ""
            yield from fence(tuple(shorten(line, LINE) for line in lines))
    if len(telling) > FILES:
        yield ""
        yield f"Details of {outline.of_files(len(telling) - FILES)} more are in the full report."


def _advice(report: Report, listed: tuple[outline.Entry, ...], rules: tuple[RuleInfo, ...]) -> Iterator[str]:
    advice = [f"**{rule.id}** {prose(rule.fix)}" for rule in outline.remedies(listed, rules)]
    if listed and outline.gaps(report):
        advice.append(outline.UNJUDGED_ADVICE)
    if advice:
        yield ""
        yield "### What to do"
        yield ""
        yield from (f"- {one}" for one in advice)


def _missed(report: Report) -> Iterator[str]:
    groups = outline.missed(report)
    if not groups:
        return
    yield ""
    yield "### Not judged"
    yield ""
    for group in groups[:REASONS]:
        places = ", ".join(code(shorten(path, NAME, keep_end=True)) for path, _ in group.places[:PLACES])
        left = len(group.places) - PLACES
        more = f" and {outline.plural(left, 'more place')}" if left > 0 else ""
        yield f"- {outline.GAPS[group.kind]}: {code(shorten(group.reason, LINE))} in {places}{more}"
    if len(groups) > REASONS:
        yield f"- and {outline.plural(len(groups) - REASONS, 'other reason')}"


def _summary(report: Report, listed: tuple[outline.Entry, ...]) -> Iterator[str]:
    aside = sum(len(entry.file.suppressed) for entry in listed)
    said = f"{outline.plural(aside, 'finding')} set aside by a baseline or suppression. " if aside else ""
    if report.disabled:
        said += f"Switched off: {prose(', '.join(report.disabled))}. "
    yield ""
    date = f", weighed on {prose(report.date)}" if report.date else ""
    yield f"{said}{outline.counts(listed)}. Weighbridge {prose(report.version)}, rules {code(report.rules)}{date}."
