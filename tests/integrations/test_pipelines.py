"""The scripts of the pipelines, taken out of their files and run: on an honest repository and on a hostile one."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.builders import pickles
from tests.builders.repositories import honest_named_repository
from tests.e2e.command import SOURCE

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "integrations/github/action.yml").read_text("utf-8"))
TEMPLATE = yaml.safe_load((ROOT / "integrations/gitlab/weighbridge.gitlab-ci.yml").read_text("utf-8"))["weighbridge"]
HOOKS = {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
TRICK = "::error::$(touch stolen)`touch stolen`;touch stolen.pkl"
"""A name of a file: a command of the runner, and of shells."""
SETTINGS = '[tool.weighbridge]\nfail-on = "critical"\ndisable = ["EXE101", "EXE102", "EXE114"]\nexclude = ["*"]\n'


class Ran(NamedTuple):
    """What a script left."""

    code: int
    out: str
    folder: Path


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the path in which there is a ``weighbridge``."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "weighbridge"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m weighbridge "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


def honest(folder: Path) -> Path:
    """A model and nothing else."""
    for path, content in honest_named_repository().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def hostile(folder: Path) -> Path:
    """A poisoned file under a name that shells and runners would obey, and settings that would hide it."""
    honest(folder)
    (folder / TRICK).write_bytes(pickles.posix_system())
    (folder / "pyproject.toml").write_text(SETTINGS)
    return folder


MAKERS = {"honest": honest, "hostile": hostile}


def run(script: str, folder: Path, programs: Path, *options: str, **variables: str) -> Ran:
    """Run a script as the runner does, in a repository."""
    path = f"{programs}:{os.environ['PATH']}"
    base = {"PATH": path, "PYTHONPATH": str(SOURCE), "HOME": str(folder.parent), "XDG_CACHE_HOME": "/dev/null/cache"}
    done = subprocess.run(
        ["bash", *options, "-c", script], cwd=folder, env=base | variables, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=120, check=False,
    )  # fmt: skip
    assert not list(folder.parent.rglob("stolen*")), "a name was obeyed"
    return Ran(done.returncode, done.stdout.decode(), folder)


# -- GitHub --------------------------------------------------------------------------------------------------------


def inputs(**given: str) -> dict[str, str]:
    """The inputs of the action, those that are given and what it has for the others."""
    return {name: given.get(name, one["default"]) for name, one in ACTION["inputs"].items()}


def action(folder: Path, programs: Path, **given: str) -> Ran:
    """Run the step that weighs, with the variables that the action gives to it."""
    (step,) = [one for one in ACTION["runs"]["steps"] if one.get("id") == "weigh"]
    held = inputs(**given)
    variables = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: held[found[1]], text)
        for name, text in step["env"].items()
    }
    beside = folder.parent
    more = {
        "GITHUB_ACTION_PATH": str(ROOT / "integrations/github"), "GITHUB_OUTPUT": str(beside / "output"),
        "GITHUB_STEP_SUMMARY": str(beside / "summary"), "RUNNER_TEMP": str(beside / "temp"),
    }  # fmt: skip
    return run(step["run"], folder, programs, "--noprofile", "--norc", "-eo", "pipefail", **variables, **more)


def told(ran: Ran) -> dict[str, str]:
    """What the step has told the runner: lines of names and values, and values of several lines."""
    text = (ran.folder.parent / "output").read_text()
    found = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    return found | {name: value for name, _, value in re.findall(r"^(\w+)<<(\S+)\n(.*?)\n\2$", text, re.M | re.S)}


@pytest.mark.parametrize(("kind", "code", "result"), [("honest", 0, "pass"), ("hostile", 1, "fail")])
def test_the_action(kind: str, code: int, result: str, tmp_path: Path, programs: Path) -> None:
    ran = action(MAKERS[kind](tmp_path / "work"), programs, policy="developer")
    assert ran.code == code, ran.out
    said = told(ran)
    assert said["result"] == result
    reports = Path(said["reports"])
    assert not reports.is_relative_to(ran.folder)
    sarif = [json.loads((reports / name).read_text()) for name in ("scan.sarif", "policy.sarif")]
    assert all(one["version"] == "2.1.0" for one in sarif)
    assert any(one["level"] == "error" for one in sarif[1]["runs"][0]["results"]) == (kind == "hostile")
    decision = json.loads((reports / "policy.json").read_text())["decision"]
    assert (decision == "block") == (kind == "hostile")
    summary = (tmp_path / "summary").read_text()
    assert ("✗ BLOCK" in summary) == (kind == "hostile")
    nothing_is_obeyed(ran.out)


def nothing_is_obeyed(out: str) -> None:
    """The runner obeys lines that begin with two colons, blanks before them or not, unless it was told to stop."""
    lines = [line.strip() for line in out.splitlines()]
    first, *rest = [at for at, line in enumerate(lines) if line.startswith("::")]
    token = lines[first].removeprefix("::stop-commands::")
    assert first == 0
    assert len(token) > 30
    assert lines[rest[-1]] == f"::{token}::"
    assert all(line != f"::{token}::" for line in lines[: rest[-1]])
    assert rest[-1] == len(lines) - 1


def test_the_action_without_a_policy_fails_by_the_scan_and_needs_targets(tmp_path: Path, programs: Path) -> None:
    folder = hostile(tmp_path / "work")
    ran = action(folder, programs, targets=f"config.json\n{TRICK}\n")
    assert (ran.code, told(ran)["result"]) == (1, "fail"), ran.out
    assert action(folder, programs, targets=" \n").code == 2


def test_the_action_gives_no_input_to_a_shell() -> None:
    """Whoever may set an input must not be able to run a command: inputs stand in ``env`` only."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_a_lock_that_does_not_hold_fails_the_action(tmp_path: Path, programs: Path) -> None:
    folder = honest(tmp_path / "work/models")
    made = run("weighbridge lock models --name own --quiet > lock.log", folder.parent, programs)
    assert made.code == 0, made.out
    (folder / "config.json").write_bytes(b"{} ")
    ran = action(folder.parent, programs, targets="models")
    assert ran.code == 1
    assert "DIFFERS" in ran.out


# -- GitLab --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "code"), [("honest", 0), ("hostile", 1)])
def test_the_template(kind: str, code: int, tmp_path: Path, programs: Path) -> None:
    folder = MAKERS[kind](tmp_path / "work")
    variables = TEMPLATE["variables"] | {"WEIGHBRIDGE_POLICY": "developer"}
    script = "\n".join((*TEMPLATE["before_script"], *TEMPLATE["script"]))
    ran = run(script, folder, programs, "-eo", "pipefail", **variables)
    assert ran.code == code, ran.out
    kept = {path.name for path in (folder / variables["WEIGHBRIDGE_REPORTS"]).iterdir()}
    assert kept == {"scan.sarif", "scan.html", "policy.json", "policy.sarif"}
    assert TEMPLATE["artifacts"]["when"] == "always"


def test_the_template_is_for_the_shell_of_small_images(tmp_path: Path) -> None:
    """It must run where there is no bash."""
    shell = shutil.which("dash")
    if shell is None:
        pytest.skip("there is no dash")
    for script in (*TEMPLATE["before_script"], *TEMPLATE["script"]):
        done = subprocess.run([shell, "-n", "-c", script], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


# -- pre-commit ----------------------------------------------------------------------------------------------------


def staged(hook: dict[str, Any], folder: Path) -> list[str]:
    """The files that pre-commit would hand to a hook: by the pattern of their names, or by what is in them."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in paths if re.search(hook.get("files", ""), str(path))]
    if hook.get("types") == ["binary"]:
        names = [name for name in names if b"\0" in (folder / name).read_bytes()[:1024] or name == TRICK]
    return names


@pytest.mark.parametrize(
    ("id_", "kind", "code"),
    [("weighbridge-models", "honest", 0), ("weighbridge-models", "hostile", 1), ("weighbridge-binary", "hostile", 1)],
)
def test_a_hook(id_: str, kind: str, code: int, tmp_path: Path, programs: Path) -> None:
    hook, folder = HOOKS[id_], MAKERS[kind](tmp_path / "work")
    names = staged(hook, folder)
    assert names
    assert (TRICK in names) == (kind == "hostile")
    ran = run(f"{hook['entry']} {shlex.join(names)}", folder, programs)
    assert ran.code == code, ran.out


def test_the_hooks_fit_the_names_that_models_have() -> None:
    fits = re.compile(HOOKS["weighbridge-models"]["files"]).search
    for name in ("model.safetensors", "a/b/pytorch_model.bin", "config.json", "x/adapter_config.json", "m.GGUF",
                 "chat_template.jinja", "tokenizer.json", "model.safetensors.index.json"):  # fmt: skip
        assert fits(name), name
    for name in ("main.py", "package.json", "README.md", "src/config.py", "tsconfig.json"):
        assert not fits(name), name
