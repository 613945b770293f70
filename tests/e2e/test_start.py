"""What a start brings along: few modules, none that cost much, and none out of what is being weighed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.pickles import dumps
from tests.e2e.command import SOURCE, environment, weigh

COSTLY = {
    "argparse", "asyncio", "collections", "collections.abc", "concurrent", "contextlib", "copy", "ctypes",
    "dataclasses", "datetime", "difflib", "email", "enum", "fnmatch", "functools", "gettext", "hashlib", "html",
    "http", "inspect", "json", "locale", "logging", "multiprocessing", "operator", "pathlib", "pickle", "random", "re",
    "shutil", "signal", "socket", "ssl", "string", "subprocess", "tarfile", "tempfile", "textwrap", "threading",
    "tomllib", "types", "typing", "unicodedata", "urllib", "uuid", "warnings", "weakref", "zipfile",
}  # fmt: skip
"""Modules that cost a tenth of a millisecond and more; weighing a small file may cost 30 ms in both processes."""

REPORT = "import sys, os; os.write(2, repr(sorted(sys.modules)).encode())"


def modules(*command: str | Path, cwd: Path) -> set[str]:
    done = subprocess.run([*command], cwd=cwd, env=environment(), capture_output=True, check=True)
    found: list[str] = json.loads(done.stderr.decode().replace("'", '"'))
    return set(found)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model.pkl").write_bytes(dumps({"a": [1, 2.5, "text"], "b": b"bytes"}))
    return tmp_path


def test_the_front_process_imports_little(model: Path) -> None:
    program = f"from weighbridge.cli.app import main; assert main(['scan', 'model.pkl']) == 0; {REPORT}"
    # -S: what site brings along is not ours
    found = modules(sys.executable, "-S", "-c", program, cwd=model)
    assert found & COSTLY == set()
    assert sum(name.startswith("weighbridge.") for name in found) <= 50
    strangers = ("weighbridge.formats", "weighbridge.rules.v", "weighbridge.provenance", "weighbridge.guard")
    assert not any(name.startswith(strangers) for name in found)


def test_a_worker_imports_little(model: Path) -> None:
    program = (
        "import os, weighbridge.sandbox.worker\nfrom weighbridge.engine import worker, wire\n"
        "request = wire.request('model.pkl', trace=False, disabled=())\n"
        f"worker.answer(request, os.open('model.pkl', os.O_RDONLY))\n{REPORT}"
    )
    start = f"import sys; sys.path.append({str(SOURCE)!r}); exec(sys.argv[1])"
    found = modules(sys.executable, "-I", "-S", "-c", start, program, cwd=model)
    assert found & COSTLY == set()
    assert sum(name.startswith("weighbridge.") for name in found) <= 65


def test_nothing_is_imported_from_where_the_command_is_run(model: Path) -> None:
    """What is weighed may hold a ``json.py``; ``python -m`` would find it before the standard library's."""
    for name in ("json", "tomllib", "difflib", "fnmatch", "hashlib", "html", "textwrap", "datetime"):
        (model / f"{name}.py").write_text("open('owned', 'w')\n")
        (model / f"_{name}.py").write_text("open('owned', 'w')\n")
    (model / "weighbridge.toml").write_text("")
    for words in (
        ["scan", "."], ["scan", ".", "--format", "json"], ["scan", ".", "--format", "html"], ["scan", "--includ", "x"],
        ["scan", ".", "--include", "*.pkl"], ["scan", ".", "--format", "sarif", "--jobs", "2"], ["explain", "EXE999"],
        ["rules", "--format", "json"],
    ):  # fmt: skip
        assert weigh(*words, cwd=model).code in {0, 1, 2, 3}
        assert not (model / "owned").exists(), words


def test_the_collector_and_the_end_of_the_interpreter_lose_nothing(model: Path) -> None:
    """The process ends at once when its work is done: everything must have been written."""
    for number in range(400):
        (model / f"{number}.pkl").write_bytes(b"\x80\x04codd\nname\n.")
    ran = weigh("scan", model, "--format", "json", "-o", f"html={model / 'report.html'}", "-v")
    assert len(ran.report["artifacts"][0]["files"]) == 401
    assert (model / "report.html").read_text("utf-8").rstrip().endswith("</html>")
    assert os.path.getsize(model / "report.html") > 10_000
