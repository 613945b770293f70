"""What a reader of any report needs first: the verdict in one sentence, the files worst first, counts, places."""

from __future__ import annotations

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.finding import Finding, Harm, RuleInfo, Severity
from weighbridge.core.location import Location
from weighbridge.core.report import FileReport, Report, Verdict, is_decisive
from weighbridge.core.values import value
from weighbridge.core.when import When
from weighbridge.reports.neutral import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Spot: TypeAlias = tuple[tuple[str, ...], int, int]

HOLDING = {True: "✓", False: "✗", None: "·"}
"""Marks of signatures: holds, does not, nobody was asked."""
SYMBOLS = {Verdict.CLEAN: "✓", Verdict.INCONCLUSIVE: "?", Verdict.SUSPICIOUS: "!", Verdict.MALICIOUS: "✗"}
WORST_FIRST = tuple(reversed(Verdict))

MEANINGS = {
    Verdict.MALICIOUS: "Loading it, or allowing what it asks for, runs code or breaks memory. There is no doubt.",
    Verdict.SUSPICIOUS: "The file holds something that is not known to be harmless. Somebody should look first.",
    Verdict.INCONCLUSIVE: "Part of the file could not be judged. Not judged does not mean safe.",
    Verdict.CLEAN: "All of the file was read and judged, and nothing dangerous was found in it.",
}
HARMS = {
    Harm.EXECUTION: "runs code",
    Harm.MEMORY_CORRUPTION: "corrupts memory",
    Harm.CONCEALMENT: "hides something",
    Harm.EXHAUSTION: "exhausts memory, disk or time",
    Harm.HYGIENE: "bad practice",
}
GAPS = {
    GapKind.UNREAD: "unread",
    GapKind.UNPARSED: "broken or not as its format demands",
    GapKind.UNSUPPORTED: "recognised, not analysed",
    GapKind.OVER_LIMIT: "larger than the limits of a scan",
    GapKind.CRASHED: "the analysis itself failed",
}
UNJUDGED_ADVICE = "Do not take what was not judged for safe: load it in a sandbox only, or get it in a readable form."


ACCEPTANCE = {
    Harm.EXECUTION: (
        "Only when you have read what runs and trust who wrote it: set the finding aside for this content, with a "
        "reason and an expiry. A later version of the file is a new question."
    ),
    Harm.MEMORY_CORRUPTION: "Never for a reader in native code: the file asks it to leave its memory.",
    Harm.CONCEALMENT: "When the publisher can say what it is for, and you have looked at it yourself.",
    Harm.EXHAUSTION: "When you know the size is real and the machine can bear it.",
    Harm.HYGIENE: "When the source of the file is known by other means, such as a digest or a signature.",
}


_NO_FILE = "There was no file to look at."


@value
class Entry:
    """A file under the name that the reader knows it by; ``path`` is raw text."""

    path: str
    file: FileReport
    verdict: Verdict


@value
class Headline:
    """The whole report in a word and a sentence; ``tone`` picks symbol and colour."""

    tone: Verdict
    word: str
    sentence: str


@value
class Missed:
    """All places that were not judged for one and the same reason; paths are raw text."""

    kind: GapKind
    reason: str
    places: tuple[tuple[str, Location], ...]


def shown_path(ref: str, path: str) -> str:
    """Name a file so that it is found from where the scan was started, whether or not its path repeats the target."""
    base = ref.rstrip("/")
    if ref in ("", ".") or path == ref or path.startswith(f"{base}/"):
        return path
    return ref if ref.endswith(f"/{path}") else f"{base}/{path}"


def entries(report: Report) -> tuple[Entry, ...]:
    """List the files of all targets, worst verdict first, then by name."""
    found = [
        Entry(path=shown_path(artifact.ref, file.path), file=file, verdict=file.verdict())
        for artifact in report.artifacts
        for file in artifact.files
    ]
    return tuple(sorted(found, key=lambda entry: (WORST_FIRST.index(entry.verdict), entry.path)))


def headline(report: Report, listed: tuple[Entry, ...]) -> Headline:
    """Say in one word and one sentence what the verdict means for these files."""
    verdict = report.verdict()
    if not listed and verdict is Verdict.CLEAN:
        # No file at all is no reason for a tick, whatever the empty set says about its members.
        return Headline(tone=Verdict.INCONCLUSIVE, word="nothing weighed", sentence=_NO_FILE)
    return Headline(tone=verdict, word=str(verdict), sentence=_sentence(verdict, listed))


def _sentence(verdict: Verdict, listed: tuple[Entry, ...]) -> str:
    worst = [entry for entry in listed if entry.verdict is verdict]
    if not worst:
        return "Not everything could be read." if listed else _NO_FILE
    one, only = len(worst) == 1, len(listed) == 1
    if verdict is Verdict.CLEAN:
        aside = sum(len(entry.file.suppressed) for entry in listed)
        apart = f", apart from {plural(aside, 'finding')} set aside" if aside else ""
        return f"Nothing dangerous found in {'this file' if only else of_files(len(listed))}{apart}."
    whole = "This file" if only else f"{len(worst):,} of {of_files(len(listed))}"
    if verdict is Verdict.INCONCLUSIVE:
        return f"{whole} could not be judged in full."
    if verdict is Verdict.SUSPICIOUS:
        return f"{whole} may be unsafe to load."
    decisive = [finding for entry in worst for finding in entry.file.findings if is_decisive(finding)]
    harms = {finding.harm for finding in decisive}
    when = "it is loaded" if one else "they are loaded"
    if all(finding.when is When.FLAG for finding in decisive):
        when = "you run or allow it" if one else "you run or allow them"
    does = []
    if Harm.EXECUTION in harms:
        does.append("runs code" if one else "run code")
    if Harm.MEMORY_CORRUPTION in harms:
        does.append("corrupts memory" if one else "corrupt memory")
    return f"{whole} {' or '.join(does)} when {when}."


def counts(listed: tuple[Entry, ...]) -> str:
    """Count files by verdict: ``12 files: 1 malicious, 11 clean``."""
    tally = [(sum(entry.verdict is verdict for entry in listed), verdict) for verdict in WORST_FIRST]
    parts = ", ".join(f"{number:,} {verdict}" for number, verdict in tally if number)
    return f"{of_files(len(listed))}: {parts}" if parts else of_files(0)


def ordered(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Sort findings: worst first, then by rule and place; equal sets give equal order."""
    return tuple(sorted(findings, key=_rank))


def by_rule(findings: tuple[Finding, ...]) -> tuple[tuple[Finding, ...], ...]:
    """Group findings of one rule, groups ordered by their worst finding."""
    groups: dict[str, list[Finding]] = {}
    for finding in ordered(findings):
        groups.setdefault(finding.rule, []).append(finding)
    return tuple(tuple(group) for group in groups.values())


def weighty(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Keep what makes a file suspicious or worse: medium and above."""
    return tuple(finding for finding in findings if finding.severity.rank >= Severity.MEDIUM.rank)


def missed(report: Report) -> tuple[Missed, ...]:
    """Group what was not judged by reason, the most frequent first."""
    groups: dict[tuple[GapKind, str], list[tuple[str, Location]]] = {}
    for path, gap in gaps(report):
        groups.setdefault((gap.kind, gap.reason), []).append((path, gap.at))
    made = [
        Missed(kind=kind, reason=reason, places=tuple(sorted(places, key=lambda place: (place[0], spot(place[1])))))
        for (kind, reason), places in groups.items()
    ]
    return tuple(sorted(made, key=lambda group: (-len(group.places), group.kind, group.reason)))


def gaps(report: Report) -> tuple[tuple[str, Gap], ...]:
    """List every gap with the path it belongs to: targets as given, their files by name, gaps by place."""
    found: list[tuple[str, Gap]] = []
    for artifact in report.artifacts:
        found += [(artifact.ref, gap) for gap in in_place(artifact.gaps)]
        for file in sorted(artifact.files, key=lambda file: file.path):
            found += [(shown_path(artifact.ref, file.path), gap) for gap in in_place(file.gaps)]
    return tuple(found)


def in_place(found: tuple[Gap, ...]) -> list[Gap]:
    """Sort gaps by place, then by kind and reason."""
    return sorted(found, key=lambda gap: (spot(gap.at), gap.kind, gap.reason))


def remedies(listed: tuple[Entry, ...], rules: tuple[RuleInfo, ...]) -> tuple[RuleInfo, ...]:
    """Pick the rules with weighty findings, worst first, so that each says once what to do."""
    known = {rule.id: rule for rule in rules}
    groups = by_rule(tuple(finding for entry in listed for finding in weighty(entry.file.findings)))
    return tuple(known[group[0].rule] for group in groups if group[0].rule in known)


def acceptance(rule: RuleInfo) -> str:
    """Say when a finding may be accepted: in the rule's own words, else by the harm that it does."""
    return rule.accept or ACCEPTANCE[rule.harm]


def where(at: Location) -> str:
    """Say where inside a file something is, in words and safe to show; empty for the whole file."""
    inside = " > ".join(visible(name) for name in at.member)
    byte = f"at byte {at.offset}" if at.offset is not None else ""
    return ", ".join(part for part in (f"in {inside}" if inside else "", byte) if part)


def of_files(number: int) -> str:
    """Count files: ``1 file``, ``2,000 files``."""
    return plural(number, "file")


def plural(number: int, noun: str) -> str:
    """Count things of a regular noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size(number: int | None) -> str:
    """Say a size in bytes for people: decimal units, as file managers show it."""
    if number is None:
        return "unknown size"
    if number < 1_000:
        return f"{number} B"
    amount, units = number / 1_000, ["TB", "GB", "MB", "kB"]
    while amount >= 999.5 and len(units) > 1:
        amount /= 1_000
        units.pop()
    return f"{amount:.0f} {units[-1]}" if amount >= 9.95 else f"{amount:.1f} {units[-1]}"


def spot(at: Location) -> Spot:
    """Make a location sortable; what has no offset comes first."""
    return (at.member, -1 if at.offset is None else at.offset, -1 if at.length is None else at.length)


def _rank(finding: Finding) -> tuple[int, str, Spot, str, str]:
    return (-finding.severity.rank, finding.rule, spot(finding.at), finding.message, finding.fingerprint)
