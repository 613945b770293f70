"""`make demo` without a network, and the files that it lays out."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tools import corpus, demo
from tools.demo_files import joblib_file, poison, torch_file

from tests.builders import torch_legacy
from weighbridge.core.limits import Limits
from weighbridge.core.report import Verdict, verdict_of
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import examine
from weighbridge.engine.judge import Judge
from weighbridge.rules.catalog import RuleSet

ROOT = Path(demo.__file__).resolve().parent.parent


def verdict(content: bytes, name: str) -> Verdict:
    seen = examine(BytesSource(content), name, limits=Limits(), judge=Judge(RuleSet()), strict=True)
    return verdict_of(seen.findings, seen.gaps)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo")
    offline = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "demo.py")], cwd=folder, capture_output=True, text=True, check=False,
        env={"HOME": str(folder), "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"} | kept | offline,
    )  # fmt: skip
    return folder, done


def test_it_ends_well(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = shown
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Exit code 1 is right: 2 files" in done.stdout
    assert (folder / "demo-report.html").as_uri() in done.stdout


def test_it_says_what_it_left_out(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    assert shown[1].stdout.count("Left out: the real checkpoint of the lpips package") == 2


def test_it_shows_the_scan(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    said = shown[1].stdout
    assert "✗ MALICIOUS: 2 of 4 files run code when they are loaded." in said
    assert "posix.system('echo this could have been any command')" in said


def test_it_runs_no_payload(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    words = poison.WORDS.removeprefix("echo ")
    assert words not in shown[1].stdout.splitlines()


def test_the_report_is_a_page_with_everything_in_it(shown: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    page = (shown[0] / "demo-report.html").read_text("utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "posix.system(&#x27;echo this could" in page or "posix.system('echo this could" in page
    assert "<script" not in page


@pytest.mark.parametrize("name", demo.assembled())
def test_verdicts(name: str) -> None:
    expected = Verdict.MALICIOUS if name.startswith("poisoned/") else Verdict.CLEAN
    assert verdict(demo.assembled()[name], name) is expected


def test_the_twin_of_a_legacy_checkpoint_differs_in_one_call() -> None:
    honest = torch_legacy.legacy()
    poisoned = poison.legacy_checkpoint(honest)
    assert len(poisoned) == len(honest) + len(poison.PAYLOAD)
    assert poisoned.replace(poison.PAYLOAD, b"") == honest
    assert verdict(honest, "model.pth") is Verdict.CLEAN
    assert verdict(poisoned, "model.pth") is Verdict.MALICIOUS


def test_the_real_checkpoint_is_on_the_pinned_list() -> None:
    package, path = demo.REAL
    listed = next(one for one in corpus.read_list() if one.name == package)
    assert path in {member.path for member in listed.members}
    assert len(listed.sha256) == 64


@pytest.mark.libraries
def test_torch_loads_the_honest_checkpoint() -> None:
    import torch

    loaded = torch.load(io.BytesIO(torch_file.checkpoint()), weights_only=True)
    assert {name: tuple(tensor.shape) for name, tensor in loaded.items()} == {
        name: shape for name, (shape, _) in torch_file.STORAGES.items()
    }


@pytest.mark.libraries
@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_uses_the_honest_dump() -> None:
    import joblib  # type: ignore[import-untyped]

    scaler = joblib.load(io.BytesIO(joblib_file.scaler()))
    assert scaler.transform([joblib_file.ARRAYS["mean_"]]).tolist() == [[0.0, 0.0, 0.0, 0.0]]
