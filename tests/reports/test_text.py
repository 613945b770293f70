"""The terminal report: readable in twenty seconds, never wider than asked, nothing hidden by brevity."""

from __future__ import annotations

import pytest

from tests.reports import samples
from tests.reports.test_neutral import harmless
from weighbridge.core.finding import Confidence
from weighbridge.core.report import Report
from weighbridge.reports import text
from weighbridge.reports.neutral import columns


def test_the_whole_report_of_a_bad_file_reads_like_this() -> None:
    assert text.render(samples.MALICIOUS, samples.RULES, closing="exit 1: at or above medium") == (
        """\
✗ MALICIOUS: This file runs code when it is loaded.

✗ models/pytorch_model.bin
  malicious · torch.zip, pickle · 47 MB
  EXE101 critical · Loading runs an operating-system command
    The pickle calls posix.system with one argument.
    │ posix.system('echo INERT')
    in archive/data.pkl, at byte 17
  EXE301 medium · Loading builds an object of an unvetted class
    Custom class my_pkg.Net is not on the vetted list.
    │ my_pkg.Net(…)
    at byte 4

What to do
  EXE101  Do not load this file. Ask the publisher for safetensors, or convert
          it inside the sandbox.
  EXE301  Read the class, then allow it in the configuration; or ask for weights
          without custom classes.

1 file: 1 malicious
exit 1: at or above medium
"""
    )


@pytest.mark.parametrize("name", samples.ALL)
@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("width", [0, 40, 80, 131])
def test_no_line_is_wider_than_asked_and_none_is_harmful(name: str, verbose: bool, width: int) -> None:
    shown = text.render(samples.ALL[name], samples.RULES, verbose=verbose, width=width, closing="exit 1: because " * 9)
    lines = shown.split("\n")
    assert max(columns(line) for line in lines) <= max(width, text.NARROWEST)
    assert all(harmless(line) for line in lines)
    assert shown.endswith("\n")


@pytest.mark.parametrize("name", samples.ALL)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    plain = text.render(samples.ALL[name], samples.RULES)
    painted = text.render(samples.ALL[name], samples.RULES, colour=True)
    assert "\x1b" not in plain
    assert painted != plain
    for code in ("1", "2", "31", "32", "33", "35", "1;31", "1;32", "1;33", "1;35", "0"):
        painted = painted.replace(f"\x1b[{code}m", "")
    assert painted == plain


@pytest.mark.parametrize(
    ("report", "start"),
    [
        (samples.CLEAN, "✓ CLEAN: "),
        (samples.INCONCLUSIVE, "? INCONCLUSIVE: "),
        (samples.SUSPICIOUS, "! SUSPICIOUS: "),
        (samples.MALICIOUS, "✗ MALICIOUS: "),
        (samples.EMPTY, "? NOTHING WEIGHED: "),
    ],
)
def test_the_first_line_is_the_verdict_in_word_and_symbol(report: Report, start: str) -> None:
    assert text.render(report, samples.RULES).startswith(start)


def test_clean_files_are_counted_and_listed_only_when_asked() -> None:
    short = text.render(samples.CLEAN, samples.RULES)
    assert short == "✓ CLEAN: Nothing dangerous found in 2 files.\n\n2 files: 2 clean\n"
    full = text.render(samples.CLEAN, samples.RULES, verbose=True)
    assert "  ✓ models/a.safetensors\n  ✓ models/b.safetensors\n" in full


def test_two_thousand_files_fit_on_three_screens_and_all_are_counted() -> None:
    shown = text.render(samples.THOUSANDS, samples.RULES)
    assert shown.count("\n") <= 60
    assert "the same in 699 more files" in shown
    assert "the same in 299 more files" in shown
    assert "and 497 more places" in shown
    assert "2,000 files: 700 malicious, 300 suspicious, 500 inconclusive, 500 clean" in shown
    full = text.render(samples.THOUSANDS, samples.RULES, verbose=True)
    assert all(file.path in full for file in samples.THOUSANDS.artifacts[0].files)


def test_files_that_differ_are_counted_by_rule_past_the_first() -> None:
    several = samples.report(
        *(samples.file(f"m/{number:02}.pt", samples.finding(message=f"calls number {number}.")) for number in range(30))
    )
    shown = text.render(several, samples.RULES)
    assert shown.count("EXE101 critical") == text.FILES
    assert f"and {30 - text.FILES} more files (-v shows all):" in shown
    assert f"{30 - text.FILES} × EXE101" in shown


def test_many_findings_of_a_rule_are_counted() -> None:
    shown = text.render(samples.MANY_FINDINGS, samples.RULES)
    assert shown.count("Custom class zoo.C") == text.FINDINGS
    assert "and 497 more of this kind" in shown
    assert "… 96 more lines" in shown
    full = text.render(samples.MANY_FINDINGS, samples.RULES, verbose=True)
    assert full.count("Custom class zoo.C") == 500
    assert full.count("│ line ") == 100


def test_many_rules_and_many_reasons_are_counted() -> None:
    several = samples.report(
        samples.file("a", *(samples.replace_rule(samples.finding(), f"EXE9{number:02}") for number in range(9))),
        samples.file("b", gaps=tuple(samples.gap(f"reason {number}") for number in range(10))),
    )
    shown = text.render(several, samples.RULES)
    assert "and 4 more rules: EXE905 EXE906 EXE907 EXE908" in shown
    assert "and 4 other reasons in 4 places (-v shows all)" in shown
    full = text.render(several, samples.RULES, verbose=True)
    assert "EXE908 critical" in full
    assert "reason 9" in full


def test_each_rule_says_once_what_to_do() -> None:
    assert text.render(samples.MIXED, samples.RULES).count("Read the class, then allow it") == 1


def test_low_findings_are_counted_and_shown_only_when_asked() -> None:
    assert "12 bytes follow the end." not in text.render(samples.SUSPICIOUS, samples.RULES)
    assert "1 finding of low weight not shown" in text.render(samples.SUSPICIOUS, samples.RULES)
    assert "12 bytes follow the end." in text.render(samples.SUSPICIOUS, samples.RULES, verbose=True)


def test_the_program_is_shown_only_when_asked() -> None:
    assert "_0 = system" not in text.render(samples.MALICIOUS, samples.RULES)
    assert "    │ _0 = system('echo INERT')\n" in text.render(samples.MALICIOUS, samples.RULES, verbose=True)


def test_what_was_set_aside_is_counted_and_explained_when_asked() -> None:
    assert "1 finding set aside by a baseline or suppression" in text.render(samples.SUPPRESSED, samples.RULES)
    assert "read by the platform team" in text.render(samples.SUPPRESSED, samples.RULES, verbose=True)


def test_gaps_are_told_with_reason_place_and_advice() -> None:
    shown = text.render(samples.INCONCLUSIVE, samples.RULES)
    assert "broken or not as its format demands: the stream ends inside an opcode" in shown
    assert "models/cut.pt, in archive/data.pkl, at byte 1048576" in shown
    assert "Do not take what was not judged for safe" in shown


def test_doubt_about_a_grave_finding_is_told() -> None:
    doubtful = samples.report(samples.file("a", samples.finding(confidence=Confidence.LOW)))
    assert "EXE101 critical (low confidence)" in text.render(doubtful, samples.RULES)


def test_rules_missing_from_the_catalogue_are_still_reported() -> None:
    assert "EXE101 critical · Loading runs an operating-system command" in text.render(samples.MALICIOUS, ())
