"""The JSON report against its published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]

from tests.reports import samples
from tests.reports.test_neutral import ANY_TEXT
from weighbridge.core.location import Location
from weighbridge.core.values import replace
from weighbridge.reports import jsonv1

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "report-v1.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def document(name: str, *, verbose: bool = False) -> Any:
    return json.loads(jsonv1.render(samples.ALL[name], verbose=verbose))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", samples.ALL)
@pytest.mark.parametrize("verbose", [False, True])
def test_every_report_is_valid(name: str, verbose: bool) -> None:
    VALIDATOR.validate(document(name, verbose=verbose))


def test_a_day_stands_in_it_only_where_it_was_asked_for() -> None:
    dated = json.loads(jsonv1.render(replace(samples.ALL["malicious"], date="2027-01-31")))
    VALIDATOR.validate(dated)
    assert dated.pop("date") == "2027-01-31"
    assert dated == document("malicious")


def test_the_shape_is_the_promised_one() -> None:
    assert document("malicious", verbose=True) == {
        "schema": "weighbridge.report/1",
        "tool": {"name": "weighbridge", "version": "0.1.0", "rules": f"sha256:{'ab' * 32}"},
        "verdict": "malicious",
        "artifacts": [
            {
                "ref": "models",
                "verdict": "malicious",
                "files": [
                    {
                        "path": "models/pytorch_model.bin",
                        "size": 46827520,
                        "sha256": "45cbfee796ed4df83d507b7d9c1efb23f12929728e8ab24c045315582e95b600",
                        "sha256_origin": "computed",
                        "formats": ["torch.zip", "pickle"],
                        "verdict": "malicious",
                        "findings": [
                            {
                                "rule": "EXE101",
                                "severity": "critical",
                                "confidence": "high",
                                "harm": "execution",
                                "title": "Loading runs an operating-system command",
                                "message": "The pickle calls posix.system with one argument.",
                                "location": {"member": "archive/data.pkl", "offset": 17, "length": 12},
                                "evidence": ["posix.system('echo INERT')"],
                                "fingerprint": samples.finding().fingerprint,
                            },
                            {
                                "rule": "EXE301",
                                "severity": "medium",
                                "confidence": "medium",
                                "harm": "execution",
                                "title": "Loading builds an object of an unvetted class",
                                "message": "Custom class my_pkg.Net is not on the vetted list.",
                                "location": {"offset": 4, "length": 20},
                                "evidence": ["my_pkg.Net(…)"],
                                "fingerprint": samples.CUSTOM.fingerprint,
                            },
                        ],
                        "gaps": [],
                        "suppressed": [],
                        "program": ["from posix import system", "_0 = system('echo INERT')", "result = _0"],
                    }
                ],
                "gaps": [],
            }
        ],
    }


def test_files_findings_and_gaps_do_not_depend_on_the_order_of_discovery() -> None:
    files = samples.MIXED.artifacts[0].files
    shuffled = samples.report(*reversed(files))
    assert jsonv1.render(shuffled) == jsonv1.render(samples.MIXED)
    one, two = samples.finding(), samples.CUSTOM
    assert jsonv1.render(samples.report(samples.file("a", one, two))) == jsonv1.render(
        samples.report(samples.file("a", two, one))
    )
    gaps = (samples.CUT, samples.UNSUPPORTED)
    assert jsonv1.render(samples.report(samples.file("a", gaps=gaps))) == jsonv1.render(
        samples.report(samples.file("a", gaps=gaps[::-1]))
    )


def test_the_text_is_ascii_and_ends_with_a_line() -> None:
    shown = jsonv1.render(samples.HOSTILE)
    assert shown.isascii()
    assert shown.endswith("}\n")
    assert "\x1b" not in shown


def test_names_are_exact_but_for_bytes_that_are_not_utf8() -> None:
    [file] = document("hostile")["artifacts"][0]["files"]
    assert file["path"] == f"models/{samples.ATTACK[:-2]}\\xff\\x9b"


@given(ANY_TEXT)
def test_any_text_makes_a_valid_document(text: str) -> None:
    found = samples.finding(message=text, evidence=(text,), at=Location(member=(text, text)))
    report = samples.report(samples.file(text, found, program=(text,)), ref=text, gaps=(samples.gap(text),))
    shown = jsonv1.render(report, verbose=True)
    shown.encode()
    VALIDATOR.validate(json.loads(shown))


def test_the_program_is_there_only_when_asked() -> None:
    assert "program" not in document("malicious")["artifacts"][0]["files"][0]


def test_an_unread_file_claims_no_digest() -> None:
    [file] = document("unreadable")["artifacts"][0]["files"]
    assert (file["size"], file["sha256"], "sha256_origin" in file) == (None, None, False)


def test_plugins_are_named() -> None:
    assert document("targets")["tool"]["plugins"] == ["acme-rules 1.2"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (("verdict",), "safe"),
        (("extra",), 1),
        (("artifacts", 0, "files", 0, "sha256"), "00"),
        (("artifacts", 0, "files", 0, "sha256_origin"), "claimed"),
        (("artifacts", 0, "files", 0, "findings", 0, "severity"), "fatal"),
        (("artifacts", 0, "files", 0, "findings", 0, "location", "offset"), -1),
        (("artifacts", 0, "gaps"), [{"kind": "lost", "reason": "", "location": {}}]),
    ],
)
def test_the_schema_refuses_what_is_not_in_the_contract(path: tuple[str | int, ...], content: Any) -> None:
    broken = document("malicious")
    place = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = content
    with pytest.raises(ValidationError):
        VALIDATOR.validate(broken)


def test_the_schema_wants_an_origin_for_every_digest() -> None:
    broken = document("malicious")
    del broken["artifacts"][0]["files"][0]["sha256_origin"]
    with pytest.raises(ValidationError):
        VALIDATOR.validate(broken)


def test_a_digest_that_is_only_claimed_is_never_taken_for_a_computed_one() -> None:
    (remote,) = document("remote")["artifacts"][0]["files"]
    assert (remote["sha256"], remote["claimed_sha256"]) == (None, samples.CLAIMED)
    assert "sha256_origin" not in remote
    (local, *_) = document("clean")["artifacts"][0]["files"]
    assert "claimed_sha256" not in local
    assert VALIDATOR.is_valid(document("remote"))
    wrong = document("remote")
    wrong["artifacts"][0]["files"][0]["claimed_sha256"] = "x"
    assert not VALIDATOR.is_valid(wrong)
