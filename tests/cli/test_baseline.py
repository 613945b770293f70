"""A baseline is an earlier JSON report, whole, or an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reports import samples
from weighbridge.cli.baseline import known
from weighbridge.core.errors import UsageError
from weighbridge.core.report import Report
from weighbridge.reports import jsonv1
from weighbridge.reports.neutral import encodable

REPORTS = [one for one in vars(samples).values() if isinstance(one, Report)]


@pytest.mark.parametrize("report", REPORTS, ids=range(len(REPORTS)))
def test_every_finding_of_a_report_is_known_also_those_set_aside_before(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(jsonv1.render(report))
    files = [file for artifact in report.artifacts for file in artifact.files]
    findings = [
        (file.sha256, finding)
        for file in files
        for finding in (*file.findings, *(one.finding for one in file.suppressed))
    ]
    assert known(str(path)) == {f"{sha256}:{encodable(finding.fingerprint)}" for sha256, finding in findings}


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", '{"artifacts": 1}', '{"artifacts": [1]}', '{"artifacts": [{"files": [{}]}]}',
     '{"artifacts": [{"files": [{"sha256": "a", "findings": [1]}]}]}', "[" * 100_000, "\ufeff{}"],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_report_is_an_error_with_a_hint(text: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="is not a report of weighbridge") as refused:
        known(str(path))
    assert "--output json=" in refused.value.hint


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_an_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the baseline"):
        known(str(tmp_path / name))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inside: (
        st.lists(inside, max_size=2)
        | st.dictionaries(st.sampled_from(["artifacts", "files", "findings", "sha256", "fingerprint"]), inside)
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(JSON)
def test_any_json_is_a_report_or_an_error(tmp_path: Path, document: object) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(document))
    try:
        known(str(path))
    except UsageError:
        return
