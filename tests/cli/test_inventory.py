"""``weighbridge inventory``: what an application uses, for people and as documents, and pins that are written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.builders import applications
from tests.e2e.command import weigh as run

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return applications.write(tmp_path / "app", applications.HELPDESK_FILES)


def test_every_reference_is_told_with_its_place(app: Path) -> None:
    done = run("inventory", app)
    assert done.code == 0, done.err
    for one in applications.HELPDESK:
        assert one.name in done.out
    assert all(path in done.out for path in {one.path for one in applications.HELPDESK} - {"helpdesk/settings.py"})
    assert all(len(line) <= 80 for line in done.out.splitlines()[1:])  # the first has the path


def test_hosted_models_are_services_and_nothing_is_invented(app: Path) -> None:
    found = json.loads(run("inventory", app, "--no-software", "--format", "graph").out)
    kinds: dict[str, int] = {}
    for one in found["components"]:
        kinds[one["kind"]] = kinds.get(one["kind"], 0) + 1
    hosted = sum(one.kind == "service" for one in applications.HELPDESK)
    data = sum(one.kind == "dataset" for one in applications.HELPDESK)
    assert kinds["service"] == hosted
    assert kinds["dataset"] == data
    assert sum(kinds.values()) == len(applications.HELPDESK) + 1


def test_an_empty_directory_has_nothing(tmp_path: Path) -> None:
    done = run("inventory", tmp_path)
    assert (done.code, "nothing was found" in done.out) == (0, True)


def test_what_is_no_directory_is_an_error(tmp_path: Path) -> None:
    done = run("inventory", tmp_path / "absent")
    assert done.code == 2
    assert "no directory" in done.err


SOURCE = """\
from transformers import AutoModel, pipeline

a = AutoModel.from_pretrained("org/one")
b = AutoModel.from_pretrained(
    "org/one",
    trust_remote_code=False,
)
c = AutoModel.from_pretrained("org/one"  # the best
)
d = AutoModel.from_pretrained("org/one", revision="main")
e = AutoModel.from_pretrained("org/other")
f = "a text: AutoModel.from_pretrained('org/one')"
"""

PINNED = SOURCE.replace(
    'a = AutoModel.from_pretrained("org/one")', f'a = AutoModel.from_pretrained("org/one", revision="{COMMIT}")'
).replace("trust_remote_code=False,\n", f'trust_remote_code=False, revision="{COMMIT}",\n')


def lock(folder: Path) -> None:
    entry = {
        "source": "hf://org/one", "asked": "main", "resolved": COMMIT,
        "files": {"config.json": {"size": 2, "sha256": "0" * 64, "role": "config"}},
    }  # fmt: skip
    (folder / "model.lock").write_text(json.dumps({"schema": "weighbridge.lock/1", "models": {"org/one": entry}}))


def test_fix_writes_commits_of_the_lock_and_shows_them_as_a_patch(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(SOURCE)
    lock(tmp_path)
    done = run("inventory", tmp_path, "--fix")
    assert done.code == 0, done.err
    assert (tmp_path / "app.py").read_text() == PINNED
    (tmp_path / "app.py").write_text(SOURCE)
    patched = subprocess.run(
        ["git", "apply", "-p1", "-"], input=done.out, cwd=tmp_path, text=True, check=False, capture_output=True
    )
    assert patched.returncode == 0, patched.stderr
    assert (tmp_path / "app.py").read_text() == PINNED
    assert run("inventory", tmp_path).code == 0


def test_fix_without_a_lock_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(SOURCE)
    done = run("inventory", tmp_path, "--fix")
    assert done.code == 2
    assert "weighbridge lock" in done.err
    assert (tmp_path / "app.py").read_text() == SOURCE


def test_only_fix_writes(app: Path) -> None:
    before = {path: path.read_bytes() for path in app.rglob("*") if path.is_file()}
    run("inventory", app)
    assert before == {path: path.read_bytes() for path in app.rglob("*") if path.is_file()}
