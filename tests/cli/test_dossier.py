"""``weighbridge dossier`` and its commands on real directories: a flipped byte, answers, signatures, bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.builders import repositories, safetensors_files
from tests.cli.bills import EPOCH, written
from tests.provenance.signing import authorities as made
from weighbridge.cli.app import main

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "dossier-v1.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CARD = b"""---
license: apache-2.0
base_model: org/base
library_name: transformers
pipeline_tag: text-generation
datasets: [org/letters]
---
# Letters

Sorts letters.

## Intended Use

Sorting letters.
"""
ANSWER = ("--author", "Jo Doe", "--text", "So it is.")


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    for number in (0, 1):
        (tmp_path / f"{number}.pem").write_bytes(made.private_pem(made.key(number=number)))
        (tmp_path / f"{number}.pub").write_bytes(made.public_pem(made.key(number=number)))
    return written(
        tmp_path / "model",
        {
            "README.md": CARD,
            "config.json": repositories.text(repositories.CONFIG),
            "model.safetensors": safetensors_files.encode(repositories.WEIGHTS),
        },
    )


def drafted(*words: str, code: int = 0) -> dict[str, Any]:
    assert main(["dossier", *words, "--format", "json", "-o", "out.json", "-q"]) == code
    found: dict[str, Any] = json.loads(Path("out.json").read_text())
    VALIDATOR.validate(found)
    return found


def rows(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for part in found["parts"] for row in part["rows"]}


def answer(row: str, *words: str) -> None:
    assert main(["dossier", "answer", "model", "--row", row, *(words or ANSWER), "-q"]) == 0


def flip(model: Path) -> None:
    weights = bytearray((model / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (model / "model.safetensors").write_bytes(weights)


def test_one_flipped_byte_changes_hash_bill_and_evidence(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for row in ("iv.2.b", "iv.1.g", "iv.3"):
        answer(row)
    said = capsys.readouterr().out
    assert said.endswith("✓ ANSWERED: iv.3\n  answers     model/weighbridge.dossier.toml\n  bound to    " + said[-18:])
    assert all(len(line) <= 80 for line in said.splitlines())
    assert main(["dossier", "sign", "model", "--key", "0.pem"]) == 0
    before = drafted("model", "--key", "0.pub", "--fail-on", "outdated")
    assert main(["bom", "model", "--format", "graph", "-o", "old.json", "-q"]) == 0
    Path("out.json").rename("old.dossier.json")
    flip(model)
    after = drafted("model", "--key", "0.pub", "--fail-on", "outdated", code=1)
    assert main(["bom", "model", "--format", "graph", "-o", "new.json", "-q"]) == 0
    old, new = rows(before), rows(after)
    assert len([row for row in new if row.startswith("iv.")]) == 23
    states = {row: (old[row]["state"], new[row]["state"]) for row in ("iv.2.b", "iv.3", "iv.1.g")}
    assert states == {
        "iv.2.b": ("complete", "outdated"), "iv.3": ("complete", "outdated"), "iv.1.g": ("complete", "outdated"),
    }  # fmt: skip
    told = new["iv.2.b"]["answer"]
    assert told["evidence_sha256"] == old["iv.2.b"]["evidence_sha256"] != new["iv.2.b"]["evidence_sha256"]
    assert "changed" in told["outdated"]
    contents = [{one["value"] for one in side["subject"]["content"]} for side in (before, after)]
    assert len(contents[0] - contents[1]) == len(contents[1] - contents[0]) == 1
    capsys.readouterr()
    assert main(["bom", "diff", "old.json", "new.json"]) == 0
    assert "model.safetensors: other content (weights)" in capsys.readouterr().out
    assert main(["dossier", "diff", "old.dossier.json", "out.json"]) == 1
    text = capsys.readouterr().out
    assert "! iv.2.b" in text
    assert "complete, now outdated" in text
    assert "outdated since: 3 answers" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    changed = rows(drafted("model", "--previous", "old.json", "--key", "0.pub"))["iv.6"]
    assert [one["value"] for one in changed["evidence"]] == ["model.safetensors: other content (weights)"]
    assert changed["state"] == "complete"


def test_an_answer_is_given_again_over_what_is_here_now(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (model / "plan.pdf").write_bytes(b"%PDF-1.7")
    answer("iv.1.f")
    answer("iv.9", "--author", "Jo", "--text", "See the plan.\nIt is long.", "--attach", "model/plan.pdf")
    flip(model)
    (model / "plan.pdf").write_bytes(b"%PDF-1.8")
    assert states(drafted("model")) == ["outdated"] * 2
    capsys.readouterr()
    again = ["dossier", "answer", "model", "--row", "iv.9", "--row", "iv.1.f", "--author", "Kim", "--again"]
    assert main(again) == 0
    assert capsys.readouterr().out.count("✓ ANSWERED") == 2
    made = drafted("model")
    assert states(made) == ["answered"] * 2
    found = rows(made)
    told = [found[row]["answer"] for row in ("iv.1.f", "iv.9")]
    assert [(one["author"], one["text"]) for one in told] == [
        ("Kim", "So it is."),
        ("Kim", "See the plan.\nIt is long."),
    ]
    (model / "plan.pdf").unlink()
    assert main(again) == 2
    assert "plan.pdf" in capsys.readouterr().err


def test_old_answers_are_asked_again_on_a_day(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer("iv.9")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(EPOCH) + 100 * 86_400))
    found = drafted("model", "--max-age", "99", "--fail-on", "outdated", code=1)
    told = rows(found)["iv.9"]["answer"]
    assert (found["date"], told["age_days"], told["outdated"]) == (
        "2026-04-11", 100, "it is 100 days old, and 99 are accepted",
    )  # fmt: skip
    assert states(drafted("model", "--max-age", "100", "--fail-on", "outdated")) == ["answered"]
    assert "age_days" not in rows(drafted("model"))["iv.9"]["answer"]


def test_answers_do_not_outdate_each_other_wherever_they_are(model: Path) -> None:
    (model / "plan.pdf").write_bytes(b"%PDF-1.7")
    answer("iv.1.h", *ANSWER, "--attach", "model/plan.pdf")
    answer("iv.2.g")
    answer("iv.2.h")
    assert main(["dossier", "sign", "model", "--key", "0.pem", "-q"]) == 0
    assert set(states(drafted("model", "--key", "0.pub"))) == {"complete"}
    for name in ("weighbridge.dossier.toml", "weighbridge.dossier.toml.sig"):
        (model / name).rename(model / name.replace("weighbridge.dossier", "answers"))
    assert set(states(drafted("model", "--answers", "model/answers.toml", "--key", "0.pub"))) == {"complete"}
    (model / "plan.pdf").write_bytes(b"%PDF-1.8")
    found = rows(drafted("model", "--answers", "model/answers.toml"))["iv.1.h"]
    assert (found["state"], found["answer"]["outdated"]) == ("outdated", "the attachment plan.pdf has changed")
    (model / "plan.pdf").unlink()
    assert "is gone" in rows(drafted("model", "--answers", "model/answers.toml"))["iv.1.h"]["answer"]["outdated"]


def test_weights_that_are_attached_stay_in_sight(model: Path) -> None:
    answer("iv.9", *ANSWER, "--attach", "model/model.safetensors", "--attach", "model/config.json")
    names = {one["name"] for one in drafted("model")["subject"]["content"]}
    assert names == {"model.safetensors", "config.json"}


def states(found: dict[str, Any]) -> list[str]:
    return [row["state"] for row in rows(found).values() if "answer" in row]


def test_a_signature_counts_only_from_whom_is_trusted(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bom", "model", "--format", "graph", "-o", "bill.json", "-q"]) == 0
    answered = ["dossier", "answer", "bill.json", "--row", "iv.9", "-q", "--author", "Jo", "--text"]
    assert main([*answered, "So it is."]) == 0
    assert main(["dossier", "sign", "bill.json", "--key", "0.pem", "-q"]) == 0
    assert states(drafted("bill.json")) == ["answered"]
    assert states(drafted("bill.json", "--key", "0.pub")) == ["complete"]
    capsys.readouterr()
    assert main(["dossier", "bill.json", "--key", "1.pub", "-o", "never.md"]) == 1
    assert "is not trusted" in capsys.readouterr().err
    assert not Path("never.md").exists()
    assert main([*answered, "Something else."]) == 0
    assert states(drafted("bill.json", "--key", "0.pub")) == ["answered"]
    assert main(["dossier", "bill.json", "--signature", "weighbridge.dossier.toml.sig", "-q"]) == 2
    assert "nobody is named" in capsys.readouterr().err
    assert main(["dossier", "sign", "bill.json", "--key", "0.pem", "--signature", "model/README.md"]) == 2
    assert (model / "README.md").read_bytes() == CARD


def test_equal_input_gives_equal_bytes_and_no_time(model: Path) -> None:
    texts = []
    for _ in range(2):
        assert main(["dossier", "model", "-q", "-o", "json=out.json", "-o", "html=out.html", "-o", "m"]) == 0
        texts.append([Path(name).read_bytes() for name in ("out.json", "out.html", "m")])
    assert texts[0] == texts[1]
    assert "date" not in json.loads(texts[0][0])
    assert drafted("model", "--dated")["date"] == "2026-01-01"


def test_of_an_empty_directory_nothing_is_said(model: Path) -> None:
    (model.parent / "empty").mkdir()
    found = drafted("empty")
    assert {row["state"] for row in rows(found).values()} == {"open"}
    assert not [row for row in rows(found) if row.startswith("art50")]
    assert drafted("empty", "--annex", "iv", "--fail-on", "open", code=1)["rows"]["total"] == 23


def test_bills_and_applications_have_dossiers_too(model: Path) -> None:
    for form in ("graph", "cyclonedx", "spdx"):
        assert main(["bom", "model", "--format", form, "-o", f"{form}.json", "-q"]) == 0
    direct = rows(drafted("model"))
    for form in ("graph", "cyclonedx", "spdx"):
        found = drafted(f"{form}.json")
        assert not found["register"]["scanned"]
        told = rows(found)
        assert {id_ for id_ in direct if told[id_]["evidence_sha256"] != direct[id_]["evidence_sha256"]} == {
            "iv.2.h", "iv.5",
        }, form  # fmt: skip
    code = b'from transformers import pipeline\np = pipeline("text-generation", model="org/letters")\n'
    written(model.parent / "app", {"main.py": code, "requirements.txt": b"transformers==5.1.0\n"})
    found = drafted("app", "--application")
    assert found["subject"]["kind"] == "application"
    assert rows(found)["iv.1.c"]["state"] == "complete"


def test_a_saved_scan_fills_the_register(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (model / "weights.pkl").write_bytes(b"cposix\nsystem\n(S'true'\ntR.")
    assert main(["scan", "model", "--format", "json", "-o", "scan.json", "-q"]) == 1
    scanned = drafted("model")["register"]
    assert (scanned["findings"][0]["severity"], scanned["findings"][0]["status"]) == ("critical", "open")
    assert main(["bom", "model", "-o", "bom.json", "-q"]) == 0
    saved = drafted("bom.json", "--report", "scan.json")["register"]
    assert saved == scanned
    flip(model)
    capsys.readouterr()
    assert main(["dossier", "model", "--report", "scan.json", "-q"]) == 2
    assert "has not seen model.safetensors of 'model' as it is" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dossier", "nowhere"], "cannot open 'nowhere'"),
        (["dossier", "nowhere.json"], "nowhere.json"),
        (["dossier", "1.json"], "it is no CycloneDX document"),
        (["dossier", "model", "--answers", "nowhere.toml"], "cannot read 'nowhere.toml'"),
        (["dossier", "model", "--answers", "2.json"], "is no TOML"),
        (["dossier", "model", "--report", "1.json"], "no report of a scan"),
        (["dossier", "model", "--report", "2.json"], "not as its schema has it"),
        (["dossier", "model", "--previous", "1.json"], "it is no CycloneDX document"),
        (["dossier", "model", "--key", "0.pub", "--policy", "x"], "both say who may sign"),
        (["dossier", "0.pem", "--application"], "is no directory"),
        (["dossier", "hf://org/name", "--offline"], "the network is not to be used"),
        (["dossier", "diff", "model", "3.json"], "not as its schema has it"),
        (["dossier", "answer", "model"], "say which row"),
        (["dossier", "answer", "model", "--row", "iv.2.z", *ANSWER], "did you mean iv.2"),
        (["dossier", "answer", "model", "--row", "iv.3", "--author", "Jo"], "say what the answer is"),
        (["dossier", "answer", "model", "--row", "iv.3", "--text", "x"], "'author' is empty"),
        (["dossier", "answer", "model", "--row", "iv.3", "--author", "\udcff", "--text", "x"], "not UTF-8"),
        (["dossier", "answer", "model", "--row", "iv.3", "--author", "x", "--file", "latin"], "not UTF-8"),
        (["dossier", "answer", "model", "--row", "iv.3", "--author", "x", "--again"], "no answer to iv.3 yet"),
        (["dossier", "answer", "model", "--row", "iv.3", *ANSWER, "--again"], "keeps the answer as it is"),
        (["dossier", "answer", "model", "--row", "iv.3", "--row", "iv.9", *ANSWER], "one answer is for one row"),
        (["dossier", "model", "--max-age", "-1"], "needs a value"),
        (["dossier", "answer", "hf://org/name", "--row", "iv.3", *ANSWER], "say where the answers are kept"),
        (["dossier", "answer", "model", "--row", "iv.3", *ANSWER, "--attach", "0.pem"], "does not lie beside"),
        (["dossier", "sign", "model", "--key", "0.pem"], "'model/weighbridge.dossier.toml' is missing"),
        (["dossier", "sign", "absent", "--key", "0.pem"], "cannot open 'absent'"),
        (["dossier", "sign", "model"], "say who signs"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    words: list[str], said: str, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(model.parent, {
        "1.json": b'{"a": 1}', "2.json": b'{"schema": "weighbridge.report/1", "artifacts": [{"ref": 1}]}',
        "3.json": b'{"schema": "weighbridge.dossier/1", "parts": [{"rows": [1]}]}', "latin": b"\xe4",
    })  # fmt: skip
    before = sorted(path.name for path in model.rglob("*"))
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert out == ""
    assert sorted(path.name for path in model.rglob("*")) == before
