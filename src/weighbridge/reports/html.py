"""The report as one HTML page that somebody who does not read code can use: verdict, reasons, what to do, limits."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Finding, Harm, RuleInfo
from weighbridge.core.report import Report, Verdict
from weighbridge.reports import outline
from weighbridge.reports.page import foot as page_foot
from weighbridge.reports.page import head as page_head
from weighbridge.reports.page import text, told, words
from weighbridge.reports.sections import MOMENTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES, MORE_PLACES, EVIDENCE, ROWS = 3, 200, 12, 1_000
"""What a page shows: places of a rule at once and folded away, lines of evidence of a place, rows of the table."""
TITLE = 80
"""Columns of a target in the title; the JSON report has it whole."""

NOT_PROMISED = (
    "A scan reads what is in the files. It does not run the model, so it cannot see a backdoor that was trained into "
    "the weights, answers that were poisoned by training data, or data hidden in the numbers themselves.",
    "Clean means: nothing in the file acts when it is loaded, as far as the formats named here are concerned. It does "
    "not mean that the model is correct, fair, safe in its answers, or made by whom it says.",
    "A file that changed after the scan is another file. Compare the SHA-256 digest in the table before you rely on "
    "this page.",
)


def render(report: Report, rules: tuple[RuleInfo, ...], *, verbose: bool = False) -> str:
    """Render the page; ``verbose`` opens the list of clean files and shows findings of low weight."""
    listed = outline.entries(report)
    known = {rule.id: rule for rule in rules}
    head = outline.headline(report, listed)
    lines = [
        *page_head(f"Weighbridge report: {head.word}"),
        *_top(report, listed, head),
        "<main>",
        *_found(listed, known, verbose),
        *_advice(report, listed, rules),
        *_table(listed, verbose),
        *_missed(report),
        *_signatures(report),
        *_aside(listed),
        *_glossary(),
        *_promise(),
        "</main>",
        *_foot(report),
    ]
    return "\n".join(lines) + "\n"


def _top(report: Report, listed: tuple[outline.Entry, ...], head: outline.Headline) -> Iterator[str]:
    refs = [artifact.ref for artifact in report.artifacts]
    more = f" and {outline.plural(len(refs) - 3, 'more target')}" if len(refs) > 3 else ""
    bad = sum(entry.verdict in (Verdict.MALICIOUS, Verdict.SUSPICIOUS) for entry in listed)
    holes = sum(bool(entry.file.gaps) for entry in listed)
    yield "<header>"
    yield '<p class="kicker">Weighbridge report</p>'
    yield f"<h1>{', '.join(text(ref, TITLE) for ref in refs[:3]) or 'Nothing was weighed'}{more}</h1>"
    yield f'<p class="verdict {head.tone}"><strong>{outline.SYMBOLS[head.tone]} {head.word}</strong>'
    yield f"<span>{text(head.sentence)}</span></p>"
    yield '<dl class="figures">'
    for number, said in (
        (len(listed), "file weighed" if len(listed) == 1 else "files weighed"),
        (bad, "malicious or suspicious"),
        (holes, "not judged in full"),
    ):
        yield f"<div><dt>{said}</dt><dd>{number:,}</dd></div>"
    yield "</dl>"
    yield "</header>"


def _found(listed: tuple[outline.Entry, ...], known: dict[str, RuleInfo], verbose: bool) -> Iterator[str]:
    """Explain every rule that fired once, with the places where it did."""
    groups: dict[str, list[tuple[outline.Entry, Finding]]] = {}
    for entry in listed:
        shown = entry.file.findings if verbose else outline.weighty(entry.file.findings)
        for finding in outline.ordered(shown):
            groups.setdefault(finding.rule, []).append((entry, finding))
    if not groups:
        return
    yield "<section>"
    yield "<h2>What was found, and why it matters</h2>"
    worst_first = sorted(groups.items(), key=lambda item: (-max(one.severity.rank for _, one in item[1]), item[0]))
    for rule, places in worst_first:
        yield from _card(rule, places, known.get(rule))
    yield "</section>"


def _card(rule: str, places: list[tuple[outline.Entry, Finding]], info: RuleInfo | None) -> Iterator[str]:
    worst = max((finding for _, finding in places), key=lambda finding: finding.severity.rank)
    files = len({entry.path for entry, _ in places})
    sure = "" if worst.confidence is Confidence.HIGH else f" · {worst.confidence} confidence"
    yield f'<div class="card {worst.severity}">'
    yield f"<h3>{words(worst.title)}</h3>"
    mark = f'<span class="mark">{worst.severity}</span>'
    yield f'<p class="standing">{mark}{sure} · {text(rule)} · in {outline.of_files(files)}</p>'
    if info is not None:
        yield f"<p>{words(info.why)}</p>"
    for entry, finding in places[:PLACES]:
        yield from _place(entry, finding)
    folded = places[PLACES : PLACES + MORE_PLACES]
    if folded:
        yield f"<details><summary>{outline.plural(len(places) - PLACES, 'more place')}</summary>"
        for entry, finding in folded:
            yield from _place(entry, finding)
        left = len(places) - PLACES - len(folded)
        if left:
            yield f'<p class="note">And {left:,} more, which the JSON report lists.</p>'
        yield "</details>"
    yield "</div>"


def _place(entry: outline.Entry, finding: Finding) -> Iterator[str]:
    yield '<div class="found">'
    yield f'<p class="path"><code>{text(entry.path)}</code></p>'
    yield f"<p>{told(finding.message)}</p>"
    if finding.when:
        yield f'<p class="note">When: {MOMENTS[finding.when]}.</p>'
    if finding.evidence:
        left = len(finding.evidence) - EVIDENCE
        more = [f"… {outline.plural(left, 'more line')}"] if left > 0 else []
        yield f'<p class="label">{"What would run" if finding.harm is Harm.EXECUTION else "What shows it"}</p>'
        yield f"<pre>{chr(10).join([*map(text, finding.evidence[:EVIDENCE]), *more])}</pre>"
    place = outline.where(finding.at)
    if place:
        yield f'<p class="note">{text(place)}</p>'
    yield "</div>"


def _advice(report: Report, listed: tuple[outline.Entry, ...], rules: tuple[RuleInfo, ...]) -> Iterator[str]:
    advice = [
        f'{words(rule.fix)} <span class="note">{text(rule.id)}</span>' for rule in outline.remedies(listed, rules)
    ]
    if listed and outline.gaps(report):
        advice.append(outline.UNJUDGED_ADVICE)
    if advice:
        yield "<section>"
        yield "<h2>What to do</h2>"
        yield "<ol>"
        yield from (f"<li>{one}</li>" for one in advice)
        yield "</ol>"
        yield "</section>"


def _table(listed: tuple[outline.Entry, ...], verbose: bool) -> Iterator[str]:
    if not listed:
        return
    clean = [entry for entry in listed if entry.verdict is Verdict.CLEAN]
    rest = [entry for entry in listed if entry.verdict is not Verdict.CLEAN]
    yield "<section>"
    yield "<h2>Files</h2>"
    yield f'<p class="note">{outline.counts(listed)}</p>'
    yield from _rows(rest)
    if clean and not rest and len(clean) <= PLACES:
        yield from _rows(clean)
    elif clean:
        opened = " open" if verbose else ""
        yield f"<details{opened}><summary>{outline.plural(len(clean), 'clean file')}</summary>"
        yield from _rows(clean)
        yield "</details>"
    yield "</section>"


def _rows(listed: list[outline.Entry]) -> Iterator[str]:
    if not listed:
        return
    yield "<table><thead><tr><th>verdict</th><th>file and SHA-256</th><th>format</th><th>size</th></tr></thead><tbody>"
    for entry in listed[:ROWS]:
        mark = f'<span class="mark {entry.verdict}">{outline.SYMBOLS[entry.verdict]} {entry.verdict}</span>'
        digest = f'<code class="digest">{text(entry.file.sha256)}</code>' if entry.file.sha256 else ""
        if entry.file.claimed_sha256 and not entry.file.sha256:
            digest = f'<code class="digest">{text(entry.file.claimed_sha256)} (claimed, not computed)</code>'
        formats = text(", ".join(entry.file.formats)) or "unknown"
        yield f"<tr><td>{mark}</td><td><code>{text(entry.path)}</code>{digest}</td>"
        yield f'<td>{formats}</td><td class="number">{outline.size(entry.file.size)}</td></tr>'
    yield "</tbody></table>"
    if len(listed) > ROWS:
        yield f'<p class="note">And {len(listed) - ROWS:,} more, which the JSON report lists.</p>'


def _missed(report: Report) -> Iterator[str]:
    groups = outline.missed(report)
    if not groups:
        return
    yield "<section>"
    yield "<h2>What was not judged</h2>"
    yield "<ul>"
    for group in groups[:ROWS]:
        yield f"<li>{outline.GAPS[group.kind].capitalize()}: {text(group.reason)}"
        for path, at in group.places[:PLACES]:
            place = outline.where(at)
            yield f'<br><code>{text(path)}</code>{" " if place else ""}<span class="note">{text(place)}</span>'
        left = len(group.places) - PLACES
        if left > 0:
            yield f'<br><span class="note">and {outline.plural(left, "more place")}</span>'
        yield "</li>"
    yield "</ul>"
    yield "</section>"


def _signatures(report: Report) -> Iterator[str]:
    noted = [one for artifact in report.artifacts for one in artifact.signatures]
    if not noted:
        return
    yield "<section>"
    yield "<h2>Signatures</h2>"
    yield "<p>A signature says who vouches for the files. It makes nothing better that was found in them.</p>"
    yield "<ul>"
    for one in noted[:ROWS]:
        yield f"<li>{outline.HOLDING[one.holds]} {text(one.words)}<br><code>{text(one.path)}</code></li>"
    yield "</ul>"
    yield "</section>"


def _aside(listed: tuple[outline.Entry, ...]) -> Iterator[str]:
    aside = [(entry.path, one) for entry in listed for one in entry.file.suppressed]
    if not aside:
        return
    yield "<section>"
    yield "<h2>Set aside</h2>"
    yield "<p>These findings were accepted by a baseline or suppression and do not count in the verdict.</p>"
    yield "<ul>"
    for path, one in aside[:ROWS]:
        yield f"<li>{text(one.finding.rule)} {words(one.finding.title)}: {text(one.reason)}"
        yield f"<br><code>{text(path)}</code></li>"
    yield "</ul>"
    if len(aside) > ROWS:
        yield f'<p class="note">And {len(aside) - ROWS:,} more, which the JSON report lists.</p>'
    yield "</section>"


def _glossary() -> Iterator[str]:
    yield "<section>"
    yield "<h2>What the verdicts mean</h2>"
    yield '<dl class="words">'
    for verdict in outline.WORST_FIRST:
        yield f'<dt class="{verdict}">{outline.SYMBOLS[verdict]} {verdict}</dt><dd>{outline.MEANINGS[verdict]}</dd>'
    yield "</dl>"
    yield "</section>"


def _promise() -> Iterator[str]:
    yield "<section>"
    yield "<h2>What this report does not promise</h2>"
    yield from (f"<p>{words}</p>" for words in NOT_PROMISED)
    yield "</section>"


def _foot(report: Report) -> Iterator[str]:
    plugins = f" · plugins: {text(', '.join(report.plugins))}" if report.plugins else ""
    off = f" · switched off: {text(', '.join(report.disabled))}" if report.disabled else ""
    date = f" · weighed on {text(report.date)}" if report.date else ""
    rules = f"rules <code>{text(report.rules)}</code>"
    yield from page_foot(f"Weighbridge {text(report.version)}{date} · {rules}{off}{plugins}")
