"""``weighbridge audit`` and ``advisory``: from files to what is affected, by which file, and what fixes it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from markdown_it import MarkdownIt

from tests.builders import ggufs, keras_files
from tests.cli.bills import written
from tests.reports.test_sarif import VALIDATOR as SARIF
from tests.servers.hub import HubServer
from weighbridge.cli import app

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "audit-v1.json").read_text())
KERAS = {
    "schema_version": "1.7.4", "id": "GHSA-48g7-3x6r-xfhp", "modified": "2025-03-11T20:00:00Z",
    "published": "2025-03-11T20:00:00Z", "aliases": ["CVE-2025-1550"], "summary": "Runs code of a model",
    "affected": [{
        "package": {"ecosystem": "PyPI", "name": "keras"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "3.0.0"}, {"fixed": "3.9.0"}]}],
    }],
    "database_specific": {"severity": "HIGH"},
}  # fmt: skip
VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://acme.invalid/vex", "author": "Jo of Acme",
    "timestamp": "2026-01-01T00:00:00Z", "version": 1,
    "statements": [
        {"vulnerability": {"name": "CVE-2025-1550"}, "products": [{"@id": "pkg:pypi/keras"}], "status": "not_affected",
         "justification": "vulnerable_code_not_in_execute_path", "status_notes": "we load no model"},
        {"vulnerability": {"name": "CVE-2025-1550"}, "products": [{"@id": "pkg:pypi/absent"}], "status": "fixed"},
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _surroundings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return written(tmp_path / "feed", {"keras.json": json.dumps(KERAS).encode()})


def shop(folder: Path, version: str = "3.8.0", *, honest: bool = False) -> Path:
    layer = keras_files.layer("Dense", units=1) if honest else keras_files.lambda_of_keras_3()
    return written(
        folder, {
            "requirements.txt": f"# pins\n\nkeras=={version}\n".encode(),
            "shop/models/model.keras": keras_files.archive(keras_files.sequential(layer)),
            "shop/main.py": b"import keras\n\nmodel = keras.saving.load_model('shop/models/model.keras')\n",
        },
    )  # fmt: skip


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = app.main(list(map(str, words)))
    told = capsys.readouterr()
    return code, told.out, told.err


def exposures(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    jsonschema.validate(document, SCHEMA)
    return {one["advisory"]["id"]: one for held in document["components"] for one in held["exposures"]}


def test_an_application_with_a_model_says_which_file_exploits_which_version(
    tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = shop(tmp_path / "app")
    written(target / ".venv" / "lib", {"other.keras": (target / "shop/models/model.keras").read_bytes()})
    code, out, _ = run(capsys, "audit", target, "--advisories", feed, "-q", "-o", f"json={tmp_path / 'a.json'}",
                       "-o", f"sarif={tmp_path / 'a.sarif'}", "-o", f"cyclonedx-vex={tmp_path / 'a.cdx'}",
                       "-o", f"openvex={tmp_path / 'a.vex'}", "-o", f"markdown={tmp_path / 'a.md'}")  # fmt: skip
    assert code == 1
    found = exposures(json.loads((tmp_path / "a.json").read_text()))["GHSA-48g7-3x6r-xfhp"]
    assert found["files"] == [
        "shop/models/model.keras has a Lambda layer: loading it with keras 3.8.0 (requirements.txt:3) runs it, "
        "safe_mode or not (CVE-2025-1550)"
    ]
    assert found["fixed"] == ["3.9.0"]
    flat = " ".join(out.split())
    assert (
        "shop/models/model.keras has a Lambda layer: loading it with keras 3.8.0 (requirements.txt:3) runs it" in flat
    )
    assert "exit 1: something is affected, at or above medium" in out
    assert all(len(line) <= 80 for line in out.splitlines()[1:])
    SARIF.validate(json.loads((tmp_path / "a.sarif").read_text()))
    sarif = json.loads((tmp_path / "a.sarif").read_text())["runs"][0]
    (result,) = [one for one in sarif["results"] if one["ruleId"] == "VUL/GHSA-48g7-3x6r-xfhp"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("/app/requirements.txt"), "found from where the audit was started"
    assert place["region"]["startLine"] == 3
    assert result["level"] == "error"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str((tmp_path / "a.cdx").read_text()) is None
    assert "CVE-2025-1550" in (tmp_path / "a.vex").read_text()
    assert "Update keras to" in (tmp_path / "a.md").read_text()


def test_its_honest_twin_has_no_such_file_and_a_new_keras_no_such_flaw(
    tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "audit", shop(tmp_path / "a", honest=True), "--advisories", feed, "--format", "json")
    assert (code, exposures(json.loads(out))["GHSA-48g7-3x6r-xfhp"]["files"]) == (1, [])
    code, out, _ = run(capsys, "audit", shop(tmp_path / "b", "99.0"), "--advisories", feed, "--format", "json")
    assert code != 1
    assert "GHSA-48g7-3x6r-xfhp" not in exposures(json.loads(out))


def test_a_statement_overrides_visibly_and_one_for_nobody_is_named(
    tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = written(tmp_path / "app", {"requirements.txt": b"keras==3.8.0\n"})
    vex = written(tmp_path, {"jo.json": json.dumps(VEX).encode()}) / "jo.json"
    words = ("audit", target, "--advisories", feed, "--vex", vex)
    code, out, _ = run(capsys, *words, "--format", "json")
    document = json.loads(out)
    found = exposures(document)["GHSA-48g7-3x6r-xfhp"]
    assert (found["standing"], found["found"], found["counts"]) == ("not_affected", "affected", False)
    assert found["statement"]["author"] == "Jo of Acme"
    assert document["statements_unused"] == [
        "jo.json: statement 2 on CVE-2025-1550 is not used: it speaks of pkg:pypi/absent, which is not here"
    ]
    assert run(capsys, *words, "--format", "json")[1] == out
    _, text, _ = run(capsys, *words)
    assert "Jo of Acme says so on 2026-01-01T00:00:00Z in jo.json" in " ".join(text.split())
    assert "pkg:pypi/absent" in text
    sarif = json.loads(run(capsys, *words, "--format", "sarif")[1])["runs"][0]["results"]
    assert [bool(one.get("suppressions")) for one in sarif if one["ruleId"].endswith("xfhp")] == [True]
    assert code == 1, "other flaws of this version stand"


def test_without_a_feed_nothing_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = written(tmp_path / "app", {"requirements.txt": b"inert-absent==1.0\n"})
    code, out, _ = run(capsys, "audit", target)
    assert code == 3
    assert "NO FEED IMPORTED: only the seed of" in out
    code, out, err = run(capsys, "audit", target, "--format", "json")
    assert (code, json.loads(out)["result"], json.loads(out)["data"]["sufficient"]) == (3, "open", False)
    assert "NO FEED IMPORTED" in err
    for span in ("7", "7d", "2w"):
        code, _, err = run(capsys, "audit", target, "--max-age", span)
        assert (code, "none is new enough" in err) == (2, True)
    assert "no span of time" in run(capsys, "audit", target, "--max-age", "soon")[2]


def test_nothing_to_audit_is_no_pass(tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    code, out, _ = run(capsys, "audit", tmp_path / "empty", "--advisories", feed)
    assert (code, "there is no library, model or file here" in out) == (3, True)


def test_a_bill_and_its_audit_belong_together(tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = written(tmp_path / "app", {"requirements.txt": b"keras==3.8.0\n"})
    assert app.main(["inventory", str(target), "-q", "-o", f"cyclonedx={tmp_path / 'b.json'}"]) == 0
    capsys.readouterr()
    bill = json.loads((tmp_path / "b.json").read_text())
    assert "vulnerabilities" not in bill
    code, out, _ = run(capsys, "audit", tmp_path / "b.json", "--advisories", feed, "--format", "cyclonedx-vex")
    serial = bill["serialNumber"].removeprefix("urn:uuid:")
    links = {each["ref"] for one in json.loads(out)["vulnerabilities"] for each in one["affects"]}
    assert code == 1
    assert links == {f"urn:cdx:{serial}/1#library%3Apypi%3Akeras%403.8.0"}
    other = "3e671687-395b-41f5-a30f-a58921a69b79"
    (tmp_path / "o.json").write_text(json.dumps(bill | {"serialNumber": f"urn:uuid:{other}", "version": 7}))
    out_other = run(capsys, "audit", tmp_path / "o.json", "--advisories", feed, "--format", "cyclonedx-vex")[1]
    assert json.loads(out_other)["vulnerabilities"][0]["affects"][0]["ref"].startswith(f"urn:cdx:{other}/7#")
    direct = run(capsys, "audit", target, "--advisories", feed, "--format", "cyclonedx-vex")[1]
    assert json.loads(direct)["vulnerabilities"] == json.loads(out)["vulnerabilities"]


# -- advisories about models ---------------------------------------------------------------------------------------


def test_a_finding_becomes_an_advisory_that_finds_the_file_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = ggufs.escaping_template_named_gguf()
    source = written(tmp_path / "seen", {"model.gguf": bad, "ok.gguf": ggufs.honest()})
    code, _, _ = run(capsys, "advisory", "new", source, "-q", "-o", tmp_path / "x.json")
    assert code == 0
    assert app.main(["scan", str(source), "-q", "-o", f"json={tmp_path / 'report.json'}"]) == 1
    capsys.readouterr()
    record = json.loads((tmp_path / "x.json").read_text())
    mark = record["database_specific"]["finding_fingerprint"]
    code, out, _ = run(capsys, "advisory", "new", tmp_path / "report.json", "--finding", mark[:9])
    assert json.loads(out) == record
    assert [one["path"] for one in record["affected"][0]["ecosystem_specific"]["files"]] == ["model.gguf"]
    code, out, _ = run(capsys, "advisory", "validate", tmp_path / "x.json")
    assert (code, out.startswith("✓ VALID")) == (0, True)
    assert run(capsys, "advisory", "new", tmp_path / "report.json", "--id", "acme-1")[0] == 2
    copy = written(tmp_path / "mirror", {"deep/renamed.gguf": bad})
    code, out, _ = run(capsys, "audit", copy, "--advisories", tmp_path / "x.json", "--format", "json")
    (found,) = exposures(json.loads(out)).values()
    assert (code, found["basis"], found["standing"]) == (1, "sha256", "affected")
    twin = written(tmp_path / "twin", {"model.gguf": ggufs.honest()})
    assert run(capsys, "audit", twin, "--advisories", tmp_path / "x.json")[0] == 0


def test_a_model_of_a_hub_is_bound_to_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = ggufs.escaping_template_named_gguf()
    with HubServer() as hub:
        hub.adopt(monkeypatch, tmp_path / "home")
        commit = hub.repository("org/name").commit({"model.gguf": bad})
        assert run(capsys, "advisory", "new", "hf://org/name", "--full", "-q", "-o", tmp_path / "x.json")[0] == 0
        (entry,) = json.loads((tmp_path / "x.json").read_text())["affected"]
        assert entry["package"]["purl"] == "pkg:huggingface/org/name"
        assert entry["versions"] == [commit]
        assert run(capsys, "advisory", "validate", tmp_path / "x.json")[0] == 0
        code, out, _ = run(capsys, "audit", "hf://org/name", "--advisories", tmp_path / "x.json", "--format", "json")
        (found,) = exposures(json.loads(out)).values()
        assert (code, found["basis"]) == (1, "sha256")
        assert app.main(["scan", "hf://org/name", "--full", "-q", "-o", f"json={tmp_path / 'report.json'}"]) == 1
        capsys.readouterr()
    code, out, _ = run(capsys, "advisory", "new", tmp_path / "report.json")
    (entry,) = json.loads(out)["affected"]
    assert entry["package"]["name"] == "https://huggingface.co/org/name"
    assert entry["ecosystem_specific"]["files"][0]["path"] == "model.gguf"


def test_a_lock_reaches_a_quantisation_two_steps_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit = "a" * 40
    record = {
        "schema_version": "1.7.4", "id": "x_T-1", "modified": "2026-01-01T00:00:00Z", "summary": "s", "affected": [{
            "package": {"ecosystem": "GIT", "name": "https://huggingface.co/acme/base"}, "versions": [commit],
            "database_specific": {"lineage": {"applies_to_derived": ["merge", "quantized"]}},
        }], "database_specific": {"kind": "poisoned-weights"},
    }  # fmt: skip

    def entry(name: str, *parents: tuple[str, str]) -> dict[str, Any]:
        made = [{"relation": relation, "source": f"hf://{source}"} for relation, source in parents]
        return {"source": f"hf://{name}", "asked": "main", "resolved": commit, "files": {},
                **({"parents": made} if made else {})}  # fmt: skip

    lock = {"schema": "weighbridge.lock/1", "models": {
        "acme/base": entry("acme/base"), "lab/mix": entry("lab/mix", ("merge", "acme/base")),
        "lab/mix-GGUF": entry("lab/mix-GGUF", ("quantized", "lab/mix")), "acme/base-2": entry("acme/base-2"),
    }}  # fmt: skip
    place = written(tmp_path, {"x.json": json.dumps(record).encode(), "model.lock": json.dumps(lock).encode()})
    code, out, _ = run(capsys, "audit", place / "model.lock", "--advisories", place / "x.json", "--format", "json")
    held = {one["name"]: one["exposures"][0] for one in json.loads(out)["components"]}
    assert code == 1
    assert {name: one["standing"] for name, one in held.items()} == {
        "acme/base": "affected", "lab/mix": "possibly_affected", "lab/mix-GGUF": "possibly_affected",
    }  # fmt: skip
    assert held["lab/mix-GGUF"]["path"] == ["model:acme/base", "model:lab/mix", "model:lab/mix-GGUF"]
    written(tmp_path, {"app/model.lock": json.dumps(lock).encode(), "app/requirements.txt": b"inert-absent==1\n"})
    code, out, _ = run(capsys, "audit", place / "app", "--advisories", place / "x.json", "--format", "json")
    assert (code, len(json.loads(out)["components"])) == (1, 3), "an application's lock belongs to it"


# -- bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "is not JSON"),
        (b"[]", "no JSON object"),
        (b'{"a": 1}', "neither OpenVEX nor CycloneDX"),
        (b"\xff", "JSON"),
    ],
)
def test_a_broken_statement_ends_it(
    tmp_path: Path, content: bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = written(tmp_path, {"v.json": content, "app/requirements.txt": b"keras==3.8.0\n"})
    code, out, err = run(capsys, "audit", place / "app", "--vex", place / "v.json")
    assert (code, out) == (2, "")
    assert words in err


def test_bad_targets_are_errors_that_say_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = written(tmp_path, {"b.json": b"{}", "model.lock": b"{}", "r/x.json": b"{}"})
    pipe = place / "pipe"
    os.mkfifo(pipe)
    for words in (
        ("audit", place / "absent"), ("audit", place / "b.json"), ("audit", place / "model.lock"),
        ("audit", place / "r", "--advisories", place / "absent"),
        ("audit", place / "r", "--advisories", place / "b.json"),
        ("audit", place / "r", "--database", place / "b.json"), ("audit", place / "r", "--fail-on", "much"),
        ("audit", place / "model.lock", "--environment", place / "r"), ("audit", pipe),
        ("advisory", "new", place / "b.json"), ("advisory", "new", place / "absent"),
        ("advisory", "validate", place / "absent"), ("advisory", "export", place / "r", "-o", place / "out"),
        ("advisory", "export", place / "r"),
    ):  # fmt: skip
        code, out, err = run(capsys, *words)
        assert (code, out) == (2, ""), words
        assert "an error of its own" not in err, (words, err)
    assert not os.path.lexists(place / "out")


def test_hostile_names_are_shown_and_not_obeyed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads(json.dumps(KERAS))
    record |= {"summary": "\x1b[31mred\u202e|`<img src=x>`", "aliases": ["CVE-2025-1550\x07"]}
    place = written(tmp_path, {"x.json": json.dumps(record).encode(), "app/requirements.txt": b"keras==3.8.0\n"})
    forms = ("text", "markdown", "sarif", "json", "cyclonedx-vex", "openvex")
    words = [word for form in forms for word in ("-o", f"{form}={tmp_path / form}")]
    run(capsys, "audit", place / "app", "--advisories", place / "x.json", *words)
    for form in forms:
        out = (tmp_path / form).read_text()
        assert not set(out) & {"\x1b", "\x07", "\u202e"}, form
        assert form != "markdown" or "<img" not in MarkdownIt("commonmark").enable("table").render(out)


def test_a_list_of_packages_is_audited_as_one(tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shop(tmp_path / "a")
    (folder / "dev.txt").write_text("-r requirements.txt\n")
    (folder / "requirements-all.txt").write_text("-r dev.txt\n-r ../outside.txt\n")
    code, out, _ = run(capsys, "audit", folder / "requirements.txt", "--advisories", feed, "--format", "json")
    assert (code, exposures(json.loads(out))["GHSA-48g7-3x6r-xfhp"]["files"]) == (1, [])
    code, out, _ = run(capsys, "audit", folder / "requirements-all.txt", "--advisories", feed, "--format", "json")
    assert (code, "GHSA-48g7-3x6r-xfhp" in exposures(json.loads(out))) == (1, True)
    assert "leads out of the project" in out


@pytest.mark.parametrize("name", ["main.py", "compose.yaml", "Dockerfile", "run.sh", "nb.ipynb"])
def test_a_file_of_an_application_does_not_pass_as_a_model(
    tmp_path: Path, feed: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text("FROM ollama/ollama:0.1.30\n")
    code, _, err = run(capsys, "audit", tmp_path / name, "--advisories", feed)
    assert (code, "audit the directory that it lies in" in err) == (2, True)


def test_a_note_is_told_and_passes(tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = shop(tmp_path / "a", "3.15.1", honest=True)
    code, out, _ = run(capsys, "audit", target, "--advisories", feed, "-o", f"json={tmp_path / 'a.json'}",
                       "-o", f"sarif={tmp_path / 'a.sarif'}", "-o", f"openvex={tmp_path / 'a.vex'}",
                       "-o", f"cyclonedx-vex={tmp_path / 'a.cdx'}", "-o", f"markdown={tmp_path / 'a.md'}")  # fmt: skip
    assert code == 0
    assert "1 noted" in out
    assert all(len(line) <= 80 for line in out.splitlines()[1:])
    document = json.loads((tmp_path / "a.json").read_text())
    held = exposures(document)["CVE-2024-55459"]
    assert (document["result"], held["standing"], held["counts"]) == ("pass", "noted", False)
    (result,) = json.loads((tmp_path / "a.sarif").read_text())["runs"][0]["results"]
    assert (result["level"], "suppressions" in result) == ("note", False)
    assert json.loads((tmp_path / "a.vex").read_text())["statements"][0]["status"] == "under_investigation"
    assert "in_triage" in (tmp_path / "a.cdx").read_text()
    assert "noted" in (tmp_path / "a.md").read_text()


def test_an_application_is_audited_by_its_images(
    tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path / "a", {"compose.yaml": b"services:\n  a:\n    image: ollama/ollama:0.1.30\n"})
    code, out, _ = run(capsys, "audit", folder, "--advisories", feed)
    assert code == 1
    assert "CVE-2024-37032" in out
    assert "Update ollama/ollama to" in out
