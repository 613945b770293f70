"""Software of whole projects and environments, read in jailed workers; held against cyclonedx-py where there is one."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("pip_requirements_parser")

from tests.builders import softwares
from weighbridge.core.errors import UsageError
from weighbridge.inventory.software import names
from weighbridge.inventory.software.finder import NEEDED, find
from weighbridge.inventory.software.values import Standing

ROOT = Path(__file__).resolve().parents[3]
ORACLE = shutil.which("cyclonedx-py")
oracle = pytest.mark.skipif(ORACLE is None, reason="cyclonedx-py (cyclonedx-bom 7.5) is not installed")


def site(folder: Path) -> Path:
    """An environment as ``venv`` lays it out."""
    return folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"


def project(folder: Path) -> Path:
    return softwares.write(
        folder,
        {
            "requirements.txt": softwares.REQUIREMENTS, "more/base.txt": softwares.BASE,
            "constraints.txt": softwares.CONSTRAINTS, "node_modules/x/package.json": softwares.PACKAGE_JSON,
        },
    )  # fmt: skip


def test_lists_that_include_each_other_are_read_once(tmp_path: Path) -> None:
    found = find(str(project(tmp_path)), jobs=1)
    assert [(one.path, one.kind) for one in found.manifests] == [
        ("constraints.txt", "constraints"), ("more/base.txt", "requirements"), ("requirements.txt", "requirements"),
    ]  # fmt: skip
    assert [one.name for one in found.manifests[1].packages] == ["pillow"]
    assert all(one.constraint for one in found.manifests[0].packages)
    assert found.gaps == ("requirements.txt: line 14 is nothing that pip takes",)


def test_how_a_list_is_included_says_more_than_its_name(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-c requirements-all.txt\n-r pins.lst\ntorch\n",
        "requirements-all.txt": "torch==2.3.1\n", "pins.lst": "numpy==1.26.4\n",
    }  # fmt: skip
    found = find(str(softwares.write(tmp_path, files)), jobs=1)
    assert {(one.path, package.name, package.constraint) for one in found.manifests for package in one.packages} == {
        ("requirements.txt", "torch", False), ("requirements-all.txt", "torch", True), ("pins.lst", "numpy", False),
    }  # fmt: skip


def test_what_leads_elsewhere_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("outside==1")
    inside = tmp_path / "app"
    softwares.write(
        inside, {"requirements.txt": "-r ../secret\n-r /etc/passwd\n-r https://inert.invalid/r.txt\n-r gone.txt\n"}
    )
    (inside / "setup.cfg").symlink_to(tmp_path / "secret")
    (inside / "uv.lock").write_text("[[[")
    (inside / "yarn.lock").write_text("")
    found = find(str(inside), jobs=1)
    assert not any(one.packages for one in found.manifests)
    for words in ("'../secret', which leads out", "'/etc/passwd', which leads out", "r.txt', which is not fetched",
                  "gone.txt: ", "setup.cfg: ", "uv.lock: no TOML",
                  "yarn.lock: this kind of lock is not read"):  # fmt: skip
        assert sum(words in gap for gap in found.gaps) == 1, (words, found.gaps)


def test_an_environment_is_read_without_importing_anything(tmp_path: Path) -> None:
    place = site(tmp_path / "env")
    softwares.distribution(
        place, "torch", "2.3.1", "License: BSD-3-Clause", "Requires-Dist: filelock",
        'Requires-Dist: opt; extra == "gpu"', requested=True,
    )  # fmt: skip
    softwares.distribution(place, "filelock", "3.15.0", altered=True)
    info = {"vcs": "git", "commit_id": softwares.COMMIT, "requested_revision": "main"}
    softwares.distribution(
        place, "peft", "0.12.0", direct={"url": "https://github.com/huggingface/peft.git", "vcs_info": info}
    )
    with (place / "torch-2.3.1.dist-info" / "RECORD").open("a") as record:
        record.write("torch/_vendor/other-1.dist-info/METADATA,sha256=AAAA,1\n")
    (place / "torch.py").write_text("raise SystemExit('imported')")
    (place / "broken-1.dist-info").mkdir()
    (place / "broken-1.dist-info" / "METADATA").write_text("Name: broken\n")
    app = softwares.write(tmp_path / "app", {})
    app.mkdir(exist_ok=True)
    found = find(str(app), environment=str(tmp_path / "env"), jobs=1)
    (environment,) = found.manifests
    told = {one.name: one for one in environment.packages}
    assert {name: (one.version, one.direct, one.is_verified) for name, one in told.items()} == {
        "torch": ("2.3.1", True, True), "filelock": ("3.15.0", False, False), "peft": ("0.12.0", False, True),
    }  # fmt: skip
    assert told["torch"].license == "BSD-3-Clause"
    assert [(one.name, one.extra) for one in told["torch"].requires] == [("filelock", ""), ("opt", "gpu")]
    assert names.purl(told["peft"]) == f"pkg:github/huggingface/peft@{softwares.COMMIT}"
    assert told["torch"].standing is Standing.INSTALLED
    assert len(found.gaps) == 2
    assert any("filelock-3.15.0.dist-info/METADATA is not what RECORD says" in gap for gap in found.gaps)
    assert any("broken-1.dist-info: it states no name or no version" in gap for gap in found.gaps)


def test_a_folder_without_packages_is_no_environment(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing is installed"):
        find(str(tmp_path), environment=str(tmp_path))


def test_what_reads_manifests_is_part_of_every_installation() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    installed = {re.split(r"[<>=~!;\[ ]", one)[0].lower().replace("-", "_") for one in project["dependencies"]}
    assert set(NEEDED) <= installed


def test_without_the_library_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pip_requirements_parser" else known(name)
    )
    with pytest.raises(UsageError) as refused:
        find(str(tmp_path))
    assert refused.value.hint == "pip install pip-requirements-parser"


def oracle_says(*arguments: str) -> dict[str, str]:
    """What cyclonedx-py finds: names, normalised, and versions."""
    assert ORACLE is not None
    run = subprocess.run(  # noqa: PLW1510
        [ORACLE, *arguments, "--of", "JSON", "-o", "-"], capture_output=True, text=True, timeout=100,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return {
        names.normal(names.Ecosystem.PYPI, one["name"]): one.get("version", "")
        for one in json.loads(run.stdout)["components"]
    }


@oracle
def test_requirements_agree_with_the_oracle(tmp_path: Path) -> None:
    softwares.write(tmp_path, {"requirements.txt": "\n".join([
        "torch>=2.1,<3", "Transformers[torch]==4.50.0", f"numpy==1.26.4 --hash=sha256:{softwares.DIGEST}",
        "Accelerate ; python_version >= '3.9'", "pandas==2.*",
    ])})  # fmt: skip
    (manifest,) = find(str(tmp_path), jobs=1).manifests
    ours = {one.name: one.version for one in manifest.packages}
    theirs = oracle_says("requirements", str(tmp_path / "requirements.txt"))
    assert ours.keys() == theirs.keys()
    assert {name: version for name, version in ours.items() if version} == {
        name: version for name, version in theirs.items() if name in {"transformers", "numpy"}
    }


@oracle
def test_an_environment_agrees_with_the_oracle(tmp_path: Path) -> None:
    assert ORACLE is not None
    home = Path(ORACLE).resolve().parent.parent
    found = find(str(tmp_path), environment=str(home), jobs=1)
    ours = {one.name: one.version for one in found.manifests[0].packages}
    assert ours == oracle_says("environment", str(home / "bin" / "python"))
    assert len(ours) > 10
