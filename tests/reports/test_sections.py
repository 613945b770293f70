"""A report on several files is grouped by what runs and when, what points elsewhere, and the rest."""

from __future__ import annotations

from tests.reports import samples
from weighbridge.core.finding import Finding, Harm, Severity
from weighbridge.core.values import replace
from weighbridge.core.when import When
from weighbridge.reports import html, sections, text
from weighbridge.reports.sections import HEADINGS, MOMENTS, Section, section_of


def told(rule: str, when: When | None, severity: Severity = Severity.MEDIUM, harm: Harm = Harm.CONCEALMENT) -> Finding:
    return replace(samples.finding(message=f"{rule} was found."), rule=rule, when=when, severity=severity, harm=harm)


def test_where_findings_belong() -> None:
    assert section_of(told("EXE101", When.LOAD, harm=Harm.EXECUTION)) is Section.LOAD
    assert section_of(told("EXE130", When.FLAG, harm=Harm.EXECUTION)) is Section.FLAG
    assert section_of(told("HID212", When.BEHAVIOUR)) is Section.BEHAVIOUR
    assert section_of(told("REF401", When.LOAD)) is Section.ELSEWHERE
    assert section_of(told("REF403", When.FLAG, harm=Harm.EXECUTION)) is Section.FLAG
    assert section_of(told("STR305", None, harm=Harm.HYGIENE)) is Section.OTHER
    assert set(HEADINGS) == set(Section)
    assert set(MOMENTS) == set(When)


def test_groups_stand_in_the_order_of_reading() -> None:
    report = samples.report(
        samples.file("a.bin", told("STR305", None), told("EXE101", When.LOAD, harm=Harm.EXECUTION)),
        samples.file("b.json", told("REF401", When.LOAD), told("REF405", None, Severity.INFO)),
        samples.file("c.py", told("EXE130", When.FLAG, harm=Harm.EXECUTION)),
    )
    shown = text.render(report, samples.RULES)
    places = [shown.index(HEADINGS[one]) for one in (Section.LOAD, Section.FLAG, Section.ELSEWHERE, Section.OTHER)]
    assert places == sorted(places)
    assert HEADINGS[Section.BEHAVIOUR] not in shown
    assert "→ m/b.json: REF405 was found." in shown.replace("\n    ", " ") or "→" in shown
    assert "low weight" not in shown, "an edge is listed, so it is not counted as unseen"


def test_one_file_has_no_groups() -> None:
    shown = text.render(samples.report(samples.file("a.bin", told("EXE101", When.LOAD))), samples.RULES)
    assert not any(heading in shown for heading in HEADINGS.values())


def test_edges_have_an_end() -> None:
    edges = [replace(told("REF405", None, Severity.INFO), message=f"base model org/{n}") for n in range(30)]
    shown = text.render(samples.report(samples.file("a", *edges), samples.file("b")), samples.RULES)
    assert shown.count("→") == text.EDGES
    assert f"and {30 - text.EDGES} more (-v shows all)" in shown
    assert all(sections.is_edge(one) for one in edges)


def test_explaining_goes_file_by_file_with_the_words_of_the_rules() -> None:
    report = samples.report(samples.file("a.bin", told("EXE101", When.FLAG)), samples.file("b.bin"))
    shown = " ".join(text.render(report, samples.RULES, explain=True).split())
    for word in (
        "When: only after a step of yours",
        "Why: The callable runs before",
        "Do: Do not load",
        "Accept: Only when",
    ):
        assert word in shown
    assert "b.bin" in shown


def test_headings_keep_to_a_narrow_terminal() -> None:
    report = samples.report(samples.file("a.bin", told("EXE101", When.FLAG)), samples.file("b.bin"))
    shown = text.render(report, samples.RULES, width=40)
    assert "What runs only after a step of yours (a\nflag" in shown
    assert max(map(len, shown.split("\n"))) <= 40


def test_the_page_says_when() -> None:
    report = samples.report(samples.file("a.bin", told("EXE101", When.FLAG)))
    assert f"When: {MOMENTS[When.FLAG]}." in html.render(report, samples.RULES)
