"""`lock` and `verify` as a user runs them, on directories of this machine."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from tests.builders.pickles import dumps
from tests.e2e.command import weigh

ROOT = Path(__file__).parents[2]
VERIFICATION = json.loads((ROOT / "schemas/verification-v1.json").read_text())
LOCK = json.loads((ROOT / "schemas/lock-v1.json").read_text())
EVIL = b"cposix\nsystem\n(S'echo inert'\ntR."


@pytest.fixture
def project(tmp_path: Path) -> Path:
    model = tmp_path / "models" / "own"
    model.mkdir(parents=True)
    (model / "weights.pkl").write_bytes(dumps({"a": [1, 2.5]}))
    (model / "config.json").write_text('{"model_type": "bert"}\n')
    assert weigh("lock", "models/own", cwd=tmp_path).code == 0
    return tmp_path


def test_what_was_locked_holds_and_the_lock_is_by_its_schema(project: Path) -> None:
    document = json.loads((project / "model.lock").read_text())
    jsonschema.validate(document, LOCK)
    entry = document["models"]["own"]
    assert entry["source"] == "models/own"
    assert entry["scan"]["verdict"] == "clean"
    assert entry["scan"]["whole"] is True
    assert entry["files"]["weights.pkl"]["formats"] == ["pickle"]
    for words in ((), ("models/own",), ("models/own", "--name", "own")):
        ran = weigh("verify", *words, cwd=project)
        assert ran.code == 0, ran
        assert "HOLDS: own, 2 files" in ran.out
    report = weigh("verify", "--format", "json", cwd=project).report
    jsonschema.validate(report, VERIFICATION)
    assert report["holds"]


def test_locking_again_changes_nothing(project: Path) -> None:
    before = (project / "model.lock").read_bytes()
    ran = weigh("lock", "--update", "own", cwd=project)
    assert ran.code == 0
    assert "UNCHANGED" in ran.out
    assert (project / "model.lock").read_bytes() == before


def test_a_checkout_can_lie_anywhere(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "moved"
    project.rename(elsewhere)
    assert weigh("verify", cwd=elsewhere).code == 0
    assert weigh("verify", "--lock", elsewhere / "model.lock", cwd="/").code == 0


def test_every_kind_of_change_is_told_and_fails(project: Path) -> None:
    model = project / "models/own"
    (model / "config.json").write_text("{}")
    (model / "evil.py").write_text("print('inert')")
    (model / "weights.pkl").rename(model / "Weights.pkl")
    (model / "link").symlink_to("/etc/hostname")
    os.mkfifo(model / "pipe")
    ran = weigh("verify", cwd=project)
    assert ran.code == 1
    for line in ("altered     config.json", "extra       evil.py", "missing     weights.pkl", "extra       Weights.pkl",
                 "extra       link", "extra       pipe"):  # fmt: skip
        assert line in ran.out, ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    report = weigh("verify", "--format", "json", cwd=project).report
    jsonschema.validate(report, VERIFICATION)
    assert len(report["places"][0]["differences"]) == 6


def test_extra_files_can_be_allowed_by_pattern_and_altered_ones_cannot(project: Path) -> None:
    (project / "models/own/notes.txt").write_text("")
    assert weigh("verify", cwd=project).code == 1
    assert weigh("verify", "--allow-extra", "*.txt", cwd=project).code == 0
    (project / "models/own/config.json").write_text("{}")
    assert weigh("verify", "--allow-extra", "*", cwd=project).code == 1


def test_what_is_gone_is_missing_with_a_word_on_what_to_do(project: Path) -> None:
    (project / "models").rename(project / "away")
    ran = weigh("verify", cwd=project)
    assert ran.code == 1
    assert "it is not on this machine" in ran.out
    assert "weighbridge pull" in ran.out


def test_new_code_wants_a_decision(project: Path) -> None:
    before = (project / "model.lock").read_bytes()
    (project / "models/own/modeling.py").write_text("import torch\n")
    ran = weigh("lock", "--update", "own", cwd=project)
    assert ran.code == 1
    assert "! new-code" in ran.out
    assert "--accept" in ran.out
    assert (project / "model.lock").read_bytes() == before
    ran = weigh("lock", "--update", "own", "--accept", cwd=project)
    assert ran.code == 0, ran
    assert weigh("verify", cwd=project).code == 0


def test_a_malicious_model_is_not_locked_by_accident(project: Path) -> None:
    (project / "models/bad").mkdir()
    (project / "models/bad/model.pkl").write_bytes(EVIL)
    ran = weigh("lock", "models/bad", cwd=project)
    assert ran.code == 1
    assert "malicious" in ran.out
    assert "bad" not in json.loads((project / "model.lock").read_text())["models"]


def test_a_dry_run_writes_nothing(project: Path) -> None:
    before = (project / "model.lock").read_bytes()
    (project / "models/own/config.json").write_text("{}")
    assert weigh("lock", "--update-all", "--dry-run", cwd=project).code == 1
    assert (project / "model.lock").read_bytes() == before
    ran = weigh("lock", "--update-all", "--dry-run", "--format", "json", cwd=project)
    assert [one["what"] for one in ran.report["entries"][0]["changes"]] == ["content", "resolved"]
    assert not ran.report["written"]


def test_an_entry_can_be_dropped(project: Path) -> None:
    assert weigh("lock", "--remove", "own", cwd=project).code == 0
    assert json.loads((project / "model.lock").read_text())["models"] == {}
    ran = weigh("verify", cwd=project)
    assert ran.code == 1
    assert "nothing to verify" in ran.out


def test_the_lock_file_itself_is_no_part_of_what_it_locks(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(dumps([1]))
    assert weigh("lock", ".", "--name", "here", cwd=tmp_path).code == 0
    assert weigh("verify", cwd=tmp_path).code == 0
    assert weigh("verify", ".", cwd=tmp_path).code == 0
    assert weigh("lock", "--update", "here", cwd=tmp_path).code == 0
    assert list(json.loads((tmp_path / "model.lock").read_text())["models"]["here"]["files"]) == ["model.pkl"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lock",), "nothing to lock"),
        (("lock", "nowhere"), "cannot open 'nowhere'"),
        (("lock", "empty"), "holds no file"),
        (("lock", "hf://name"), "is no repository"),
        (("lock", "models/own", "--name", "../own"), "cannot be called '../own'"),
        (("lock", "backslash"), "is another path on other systems"),
        (("lock", "--update", "other"), "no entry 'other'"),
        (("lock", "models/own", "models/own"), "two targets"),
        (("lock", "--from-project", "nowhere"), "no directory"),
        (("verify", "nowhere"), "cannot open 'nowhere'"),
        (("verify", ""), "names nothing"),
        (("lock", ""), "cannot open ''"),
        (("verify", "--name", "other"), "no entry 'other'"),
        (("verify", "--lock", "missing.lock"), "no lock file"),
        (("verify", "--store"), "--store takes paths"),
        (("verify", "models/own", "--key", "acme.pub"), "--key is about a signature"),
        (("verify", "--at-least", "1.0"), "--at-least is about a signature"),
        (("pull", "own"), "there is nothing to fetch"),
        (("pull", "other"), "no entry 'other'"),
        (("pull",), "names nothing that could be fetched"),
    ],
)
def test_wrong_requests_are_words_and_no_traceback(project: Path, words: tuple[str, ...], said: str) -> None:
    (project / "empty").mkdir()
    (project / "backslash").mkdir()
    (project / "backslash" / "a\\b").write_bytes(b"")
    before = (project / "model.lock").read_bytes()
    ran = weigh(*words, cwd=project)
    assert ran.code in {1, 2}
    assert said in ran.err + ran.out, ran
    assert (project / "model.lock").read_bytes() == before


def test_from_project_finds_what_the_source_names(project: Path) -> None:
    (project / "app.py").write_text("x = 1\n")
    ran = weigh("lock", "--from-project", ".", cwd=project)
    assert ran.code == 0
    assert "nothing below . names a model" in ran.out
