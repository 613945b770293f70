"""The table of formats: one way in, equal bytes out, and a cheap start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.reports import samples
from weighbridge import reports
from weighbridge.core.values import replace


@pytest.mark.parametrize("format_name", reports.FORMATS)
@pytest.mark.parametrize("name", samples.ALL)
def test_equal_reports_give_equal_bytes(format_name: str, name: str) -> None:
    first = reports.render(format_name, samples.ALL[name], samples.RULES, verbose=True, closing="exit 0")
    again = reports.render(format_name, samples.ALL[name], samples.RULES, verbose=True, closing="exit 0")
    assert first.encode() == again.encode()
    assert first.endswith("\n")


@pytest.mark.parametrize("format_name", reports.FORMATS)
def test_the_order_in_which_files_were_met_changes_nothing(format_name: str) -> None:
    shuffled = samples.report(*reversed(samples.MIXED.artifacts[0].files))
    assert reports.render(format_name, shuffled, samples.RULES) == reports.render(
        format_name, samples.MIXED, samples.RULES
    )


def test_a_day_that_was_asked_for_is_told_by_what_is_kept() -> None:
    dated = replace(samples.MALICIOUS, date="2027-01-31")
    told = [one for one in reports.FORMATS if "2027-01-31" in reports.render(one, dated, samples.RULES)]
    assert sorted(told) == ["html", "json", "markdown"]


def test_text_gets_its_manners_passed_on() -> None:
    shown = reports.render("text", samples.MALICIOUS, samples.RULES, colour=True, width=40, closing="exit 1: so")
    assert "\x1b[" in shown
    assert shown.endswith("exit 1: so\n")


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(KeyError):
        reports.render("pdf", samples.CLEAN, samples.RULES)


def test_the_text_report_loads_nothing_but_itself() -> None:
    """A tiny scan pays for every module that is loaded: re, json, html or textwrap would cost milliseconds each."""
    program = (
        "import sys; from weighbridge.core.report import ArtifactReport, FileReport, Report;"
        "before = set(sys.modules); from weighbridge import reports;"
        "file = FileReport(path='a.bin', size=1, sha256=None, formats=(), findings=(), gaps=());"
        "report = Report(version='1', rules='r', artifacts=(ArtifactReport(ref='a.bin', files=(file,)),));"
        "reports.render('text', report, ()); print(*set(sys.modules) - before)"
    )
    source = Path(reports.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, env={}, cwd=source
    )
    loaded = set(done.stdout.split())
    assert "weighbridge.reports.text" in loaded
    assert all(name.startswith("weighbridge.reports") for name in loaded)
