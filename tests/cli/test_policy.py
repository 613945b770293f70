"""``weighbridge policy``: exit codes, documents, what is kept, and bad input of every kind."""

from __future__ import annotations

import base64
import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tests.builders import pickles
from tests.builders.repositories import honest_named_repository
from tests.cli.bills import written
from tests.e2e.command import weigh, without_rights
from tests.provenance.signing import authorities
from tests.reports.test_sarif import schema as sarif_schema
from weighbridge.cli.app import main
from weighbridge.provenance.signing import bundle
from weighbridge.provenance.signing.authenticate import authenticate
from weighbridge.provenance.signing.policy import trusting_keys

LOW = "version: 1\nseverities: {highest: low}\n"
HOSTILE = "\x1b[2J\u202e|`<b>\n::error::x"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all: the same small files are weighed once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return written(tmp_path / "model", honest_named_repository())


@pytest.fixture
def poisoned(tmp_path: Path) -> Path:
    return written(tmp_path / "poisoned", {f"{HOSTILE}.pkl": pickles.posix_system()})


def policy(text: str) -> str:
    """Write a policy; gives its name."""
    Path("house.yaml").write_text(text)
    return "house.yaml"


def check(*words: str | Path, text: str = LOW) -> int:
    """Run a check under a policy."""
    return main(["policy", "check", *map(str, words), "--policy", policy(text)])


# -- the age of scans ----------------------------------------------------------------------------------------------

AGED = "version: 1\nscan: {max_age: 7}\n"
NOON = 1_801_396_800
"""2027-01-31, 12:00 UTC."""


def saved(target: Path, monkeypatch: pytest.MonkeyPatch, *words: str, seconds: int = NOON) -> None:
    """Scan into ``report.json`` on a day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(seconds))
    assert main(["scan", str(target), "--format", "json", "-o", "report.json", *words]) == 0
    monkeypatch.delenv("SOURCE_DATE_EPOCH")


@pytest.mark.parametrize(
    ("day", "code", "words"),
    [
        ("2027-01-31", 0, "nothing is against it"), ("2027-02-07", 0, "nothing is against it"),
        ("2027-02-08", 1, "the scan is 8 days old, and 7 are accepted"),
        ("2027-01-30", 3, "the scan is dated 2027-01-31, which is yet to come"),
    ],
)  # fmt: skip
def test_a_saved_report_ages(
    day: str, code: int, words: str, model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saved(model, monkeypatch, "--dated")
    assert check("report.json", "--day", day, text=AGED) == code
    assert words in " ".join(capsys.readouterr().out.split())


def test_a_report_without_a_day_has_no_age_and_says_how_to_give_it_one(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saved(model, monkeypatch)
    first = Path("report.json").read_bytes()
    saved(model, monkeypatch, seconds=NOON + 86_400)
    assert Path("report.json").read_bytes() == first
    assert check("report.json", text=AGED) == 3
    assert "does not say when it was made (scan --dated)" in " ".join(capsys.readouterr().out.split())


def test_what_is_scanned_now_is_of_today_and_facts_keep_the_day(model: Path) -> None:
    assert check(model, "--facts", "facts.json", text=AGED.replace("7", "0")) == 0
    today = datetime.now(UTC).date()
    assert check("facts.json", "--day", str(today + timedelta(days=8)), text=AGED) == 1


def test_a_bill_of_materials_takes_the_day_of_the_report_that_joins_it(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["bom", str(model), "-o", "bill.cdx.json"]) == 0
    saved(model, monkeypatch, "--dated")
    words = ("bill.cdx.json", "report.json", "--day")
    assert check(*words, "2027-02-01", text=AGED) == 0
    assert check(*words, "2027-02-20", text=AGED) == 1


# -- decisions and exit codes --------------------------------------------------------------------------------------


def test_what_may_pass(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(model) == 0
    out, err = capsys.readouterr()
    assert out.startswith("✓ ALLOW: nothing is against it (policy house)\n")
    assert out.endswith("exit 0: nothing is against it\n")
    assert err == ""


def test_what_is_blocked_and_cannot_forge_a_line(poisoned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(poisoned) == 1
    out, _ = capsys.readouterr()
    assert out.startswith("✗ BLOCK")
    assert "EXE101 (critical)" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    assert all(text.isprintable() for text in out.splitlines())
    assert not any(line.strip().startswith("::") for line in out.splitlines())
    for form in ("markdown", "json", "sarif"):
        main(["policy", "check", str(poisoned), "--policy", "house.yaml", "--format", form, "--quiet"])
        shown = capsys.readouterr().out
        assert all(text.isprintable() for text in shown.splitlines())
        assert "<b>" not in shown.replace("`", "") or form != "markdown" or "`" in shown


def test_warnings_pass_and_are_told(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(model, text=LOW + "evaluations: {require: [{name: x}], missing: warn}\n") == 0
    out, err = capsys.readouterr()
    assert out.startswith("! ALLOW, with warnings")
    assert "it passes with warnings" in err


def test_what_is_not_known_is_inconclusive(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(model, text=LOW + "evaluations: {require: [{name: refusals}]}\n") == 3
    assert "no evaluation that can be relied on is known" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("kind", ["poisoned", "absent"])
def test_audit_mode_stops_nothing_and_says_so_even_when_quiet(
    kind: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    if kind == "poisoned":
        assert check(request.getfixturevalue("poisoned"), "--quiet", text=LOW + "mode: audit\n") == 0
        out, err = capsys.readouterr()
        assert "AUDIT MODE" in out
        assert "AUDIT MODE: the policy house stops nothing; with mode: enforce the decision would be block" in err
    else:
        assert check("nowhere", text=LOW + "mode: audit\n") == 2


def test_an_empty_directory_is_nothing_that_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert check(tmp_path / "empty", text="version: 1\n") == 3
    assert "there is no file in it" in capsys.readouterr().out


def test_what_cannot_be_read_does_not_pass(model: Path) -> None:
    (model / "config.json").chmod(0)
    policy(LOW)
    ran = weigh("policy", "check", model, "--policy", "house.yaml", preexec_fn=without_rights)
    assert ran.code == 3, ran
    model.chmod(0)
    assert weigh("policy", "check", model, "--policy", "house.yaml", preexec_fn=without_rights).code in {2, 3}
    model.chmod(0o755)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["model"], "no policy is named"), (["model", "--policy", "prodction"], "did you mean 'production'?"),
        (["model", "--policy", "no/such.yaml"], "no/such.yaml"), (["nowhere", "--policy", "ci"], "nowhere"),
        (["model", "--policy", "model"], "no regular file"),
        (["model", "--policy", "ci", "--day", "soon"], "2027-01-31"),
        (["model", "--policy", "ci", "--key", "k.pem"], "--statement"), (["--policy", "ci"], "TARGET is missing"),
        (["nowhere", "--policy", "ci", "--facts", "no/such/facts.json"], "no directory"),
        (["broken.json", "--policy", "ci"], "broken.json"), (["odd.json", "--policy", "ci"], "odd.json"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_an_error(
    words: list[str], said: str, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("broken.json").write_text("{")
    Path("odd.json").write_text('{"schema": "weighbridge.report/1", "artifacts": [{"ref": 7, "files": []}]}')
    assert main(["policy", "check", *words]) == 2
    assert said in capsys.readouterr().err


# -- documents -----------------------------------------------------------------------------------------------------


def test_a_report_that_was_saved_says_what_it_knows_and_no_more(model: Path, poisoned: Path) -> None:
    main(["scan", str(model), "--output", "json=clean.json", "--quiet"])
    main(["scan", str(poisoned), "--output", "json=bad.json", "--quiet", "--exit-zero"])
    assert check("clean.json") == 0
    assert check("bad.json") == 1
    assert check("clean.json", text=LOW + "licenses: {deny: [MIT]}\n") == 3
    assert check("clean.json", text=LOW + "scan: {max_age: 30}\n") == 3


def test_a_bill_of_materials_passes_with_the_report_of_its_files_only(model: Path) -> None:
    main(["bom", str(model), "--output", "graph=graph.json", "--output", "cyclonedx=bom.json", "--quiet"])
    main(["scan", str(model), "--output", "json=report.json", "--quiet"])
    for bill in ("graph.json", "bom.json"):
        assert check(bill) == 3
    assert check("graph.json", "report.json") == 0


def test_a_model_that_nobody_weighed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = written(tmp_path / "app", {
        "requirements.txt": b"transformers==5.0\n",
        "main.py": b'from transformers import AutoModel\nAutoModel.from_pretrained("org/name")\n',
    })  # fmt: skip
    assert check(app, text="version: 1\npins: {}\n") == 1
    out = capsys.readouterr().out
    assert "the reference to it is fixed by nothing" in out
    assert "it is not here, and nobody has weighed it" in out


def test_what_is_locked_was_not_weighed_by_that(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["lock", str(model), "--name", "own", "--quiet"])
    capsys.readouterr()
    assert check("model.lock", text="version: 1\n") == 3
    assert "README.md (file in model.lock)" in capsys.readouterr().out


@pytest.mark.parametrize("way", ["model/", "./model", "model/."])
def test_however_a_directory_is_written_its_files_are_weighed(way: str, model: Path) -> None:
    os.rename(os.fsencode(model / "tokenizer.json"), os.fsencode(model) + b"/\xff\xfe.json")
    assert check(way, text="version: 1\n") == 0


def test_a_model_of_the_hub_is_judged_for_the_application_that_names_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("huggingface_hub")
    from tests.servers.hub import HubServer

    with HubServer() as hub:
        commit = hub.repository("org/name").commit(honest_named_repository())
        hub.adopt(monkeypatch, tmp_path / "home")
        call = f'from transformers import AutoModel\nAutoModel.from_pretrained("org/name", revision="{commit}")\n'
        app = written(tmp_path / "app", {"main.py": call.encode()})
        text = LOW + "pins: {}\npublishers: {allow: ['hf://org']}\n"
        assert check(app, text=text) == 3
        assert check(app, f"hf://org/name@{commit}", "--full", "--quiet", text=text) == 0
        assert check(app, f"hf://org/name@{commit}", "--full", "--quiet", text=text.replace("hf://org", "hf://x")) == 1
        other = hub.repository("org/name").commit(honest_named_repository() | {"x.json": b"{}"})
        capsys.readouterr()
        assert check(app, f"hf://org/name@{other}", "--full", "--quiet", text=text) == 3
    assert f"name hf://org/name@{commit} as a target, too" in " ".join(capsys.readouterr().out.split())


def test_facts_are_judged_again_to_the_same_decision(poisoned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(poisoned, "--facts", "facts.json", "--day", "2026-11-30", "--format", "json") == 1
    first = json.loads(capsys.readouterr().out)
    assert check("facts.json", "--day", "2026-11-30", "--format", "json") == 1
    assert json.loads(capsys.readouterr().out)["subjects"] == first["subjects"]


def test_sarif_has_a_rule_for_each_key_and_a_result_for_what_is_not_allowed(
    poisoned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(poisoned, "--format", "sarif", text=LOW + "licenses: {allow: [MIT]}\n")
    document = json.loads(capsys.readouterr().out)
    assert [problem.message for problem in Draft4Validator(sarif_schema()).iter_errors(document)] == []
    (run,) = document["runs"]
    rules = {one["id"] for one in run["tool"]["driver"]["rules"]}
    found = {(one["ruleId"], one["level"]) for one in run["results"]}
    assert found == {("policy/severities", "error"), ("policy/licenses", "warning")}
    assert {rule for rule, _ in found} <= rules
    assert len({one["partialFingerprints"]["weighbridgePolicy/v1"] for one in run["results"]}) == len(run["results"])


# -- statements ----------------------------------------------------------------------------------------------------


def test_a_statement_is_bound_to_bytes_and_policy_and_can_be_signed(model: Path, tmp_path: Path) -> None:
    authorities.signer_files(tmp_path / "keys")
    assert check(model, "--statement", "plain.json", "--day", "2026-11-30") == 0
    plain: dict[str, Any] = json.loads(Path("plain.json").read_text())
    digests = {one["digest"]["sha256"] for one in plain["subject"]}
    assert len(digests) == len(list(model.rglob("*.*")))
    assert plain["predicate"]["policy"]["digest"]["sha256"]
    assert plain["predicate"]["decision"] == "allow"
    again = Path("plain.json").read_bytes()
    check(model, "--statement", "plain.json", "--day", "2026-11-30")
    assert Path("plain.json").read_bytes() == again

    words = ["--statement", "signed.json", "--key", "keys/key.pem", "--day", "2026-11-30"]
    assert check(model, *words) == 0
    held = bundle.load("signed.json")
    assert held.payload == again
    assert not authenticate(held, trusting_keys("keys/public.pem")).problems

    forged = json.loads(Path("signed.json").read_text())
    payload = base64.b64decode(forged["dsseEnvelope"]["payload"]).replace(b'"allow"', b'"block"')
    forged["dsseEnvelope"]["payload"] = base64.b64encode(payload).decode()
    assert authenticate(bundle.loads(json.dumps(forged).encode()), trusting_keys("keys/public.pem")).problems


def test_a_statement_about_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert check(tmp_path / "empty", "--statement", "s.json") == 2
    assert "nothing that was judged has a digest" in capsys.readouterr().err
    assert not os.path.exists("s.json")


# -- explain and test ----------------------------------------------------------------------------------------------


def test_a_policy_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "explain", "--policy", policy(LOW + "pins: {missing: warn}\n")]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "severities no finding above low otherwise blocked; not known: inconclusive" in out
    assert "pins references are fixed by commit or digest otherwise blocked; not known: a warning" in out


def test_a_preset_can_be_taken_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "explain", "--policy", "ci", "--format", "yaml", "--output", "policy.yaml"]) == 0
    assert main(["policy", "explain"]) == 0
    assert capsys.readouterr().out.startswith("ci: In a build.")
    assert main(["policy", "explain", "--policy", "ci", "--format", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Weighbridge policy"


def test_a_decision_is_explained_rule_by_rule(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["policy", "explain", str(model), "--policy", policy(LOW + "formats: {allow: [gguf, safetensors]}\n")]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "✓ scan, severities" in out.replace("formats, ", "")
    assert "config.json (file" in out
    assert main([*words, "--format", "yaml"]) == 2


CLEAN = {"known": {"findings": [], "gaps": []}}
CASES = """\
version: 1
policy: house.yaml
cases:
- {name: all of it, facts: facts.json, day: 2026-11-30, expect: %s}
- {name: one file, facts: facts.json, subject: config.json, key: scan, day: 2026-11-30, expect: allow}
"""


def test_cases_notice_a_change_of_the_policy(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(model, "--facts", "facts.json") == 0
    (scanned,) = set(re.findall(r'"scanned": \{\s*"known": "([\d-]+)"', Path("facts.json").read_text()))
    Path("cases.yaml").write_text((CASES % "allow").replace("2026-11-30", scanned))
    assert main(["policy", "test", "cases.yaml"]) == 0
    assert "2 cases: 2 as expected, 0 not" in capsys.readouterr().out
    policy(LOW + "licenses: {allow: [MIT]}\n")
    assert main(["policy", "test", "cases.yaml"]) == 1
    assert "✗ all of it: expected allow, decided block" in capsys.readouterr().out
    assert main(["policy", "test", "cases.yaml", "--policy", "regulated", "--format", "json"]) == 1
    assert {one["result"] for one in json.loads(capsys.readouterr().out)["cases"]} == {"agrees", "differs"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CASES.replace("facts.json, subject: config.json", "facts.json, subject: nothing") % "allow", "no subject"),
        (CASES.replace("key: scan", "key: lineage") % "allow", "judges nothing here"),
        (CASES.replace("key: scan", "key: scna") % "allow", "did you mean 'scan'?"),
        (CASES % "pass", "expect cannot be 'pass'"), ("version: 1\ncases: []\n", "cases is empty"),
        (CASES.replace("facts: facts.json, day", "day") % "allow", "a case has one file"),
        (CASES.replace("facts.json", "nowhere.json") % "allow", "nowhere.json"),
        (CASES.replace("facts.json", "model/config.json") % "allow", "holds nothing that can be judged"),
    ],
)  # fmt: skip
def test_wrong_cases_are_errors(text: str, said: str, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subject = {"id": "file:config.json", "kind": "file", "name": "config.json", "scan": CLEAN}
    Path("facts.json").write_text(json.dumps({"schema": "weighbridge.facts/1", "subjects": [subject]}))
    policy(LOW)
    Path("cases.yaml").write_text(text)
    assert main(["policy", "test", "cases.yaml"]) == 2
    assert said in capsys.readouterr().err
