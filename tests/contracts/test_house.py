"""The rules of the house (docs/dev/design.md): sizes, borders, docstrings, what a cold start may import."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.builders import pickles

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src" / "weighbridge"
MODULES = sorted(SOURCE.rglob("*.py"))
EVERYWHERE = sorted(path for room in ("src", "tests", "tools", "bench", "fuzz") for path in (ROOT / room).rglob("*.py"))
NAMES = {path: path.relative_to(ROOT).as_posix() for path in EVERYWHERE}

LONGEST_MODULE = 500

BROAD_EXCEPTS = {
    "src/weighbridge/access/filesystems.py": 1,  # a driver may raise anything, and so may its libraries
    "src/weighbridge/cli/app.py": 1,  # a bug of the command line is told as one
    "src/weighbridge/cli/output.py": 1,  # an unfinished file is removed, whatever happened; raised again
    "src/weighbridge/engine/examine.py": 1,  # a bug of a reader is a gap
    "src/weighbridge/engine/scratch.py": 1,  # a decompressor may raise anything
    "src/weighbridge/sandbox/loaders/child.py": 1,  # so may a stranger's file that is loaded, in the jail
}
"""Where everything is caught, once for each boundary: our bugs must not look like results, nor be swallowed."""

COLD = {
    "argparse", "asyncio", "collections", "contextlib", "ctypes", "dataclasses", "datetime", "difflib", "email", "enum",
    "fnmatch", "functools", "hashlib", "http", "importlib.metadata", "importlib.resources", "inspect", "json",
    "logging", "multiprocessing", "pathlib", "pickle", "re", "shutil", "signal", "socket", "subprocess", "tarfile",
    "tempfile", "textwrap", "threading", "tomllib", "traceback", "typing", "unicodedata", "urllib", "zipfile",
}  # fmt: skip
"""Modules that cost a millisecond or more to import: taken inside the function that needs them."""

LAZY = {
    "src/weighbridge/cli/baseline.py": {"json"},  # itself imported only when a baseline is given
    "src/weighbridge/cli/load_json.py": {"json"},  # no scan imports these three
    "src/weighbridge/sandbox/testimony.py": {"json"},
    "src/weighbridge/sandbox/unpack.py": {"json", "re"},
}

WARM = (
    "src/weighbridge/provenance/", "src/weighbridge/guard/", "src/weighbridge/conversion/",
    "src/weighbridge/sandbox/loaders/", "src/weighbridge/inventory/", "src/weighbridge/governance/",
)  # fmt: skip
"""Rooms that no scan enters: they hash gigabytes, ask a network or import torch, and their heads take what they need.
"""

IMPORTS_BY_NAME = {
    "src/weighbridge/core/modules.py",  # the one way to import by name; the names are in our own tables
    "src/weighbridge/engine/digest.py",  # the interpreter's own SHA-256, whose name depends on its version
}

STARTS_PROCESSES = {"subprocess", "multiprocessing", "_posixsubprocess", "pty"}

DATA = {
    "tests/data/osv-pypi.jsonl.gz",  # advisories as their database publishes them; 14 MB as text
}
"""The only files that are not text: data of others, with source and licence in tests/data/README.md."""

BECOMES_ANOTHER = {
    "src/weighbridge/cli/run.py": {"os.execvpe"},  # the program that the user asks for takes this process over
}


def of_all(paths: list[Path]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """A law that holds for each file, as one test: a thousand tests of a millisecond would take half a minute."""

    def whole(law: Callable[[Path], None]) -> Callable[[], None]:
        def test() -> None:
            broken = {}
            for path in paths:
                try:
                    law(path)
                except AssertionError as error:
                    broken[NAMES[path]] = str(error)
            assert broken == {}

        test.__name__, test.__doc__ = law.__name__, law.__doc__
        return test

    return whole


each = of_all(MODULES)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports(nodes: list[ast.stmt]) -> Iterator[str]:
    """What statements import when they are run, those inside functions and for type checkers left out."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif is_for_type_checkers(node):
            assert isinstance(node, ast.If)
            yield from imports(node.orelse)
        elif not isinstance(node, ast.FunctionDef):
            for part in ("body", "orelse", "handlers", "finalbody"):
                yield from imports(getattr(node, part, []))


def calls(path: Path) -> Counter[str]:
    return Counter(ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def test_nothing_is_left_of_a_merge() -> None:
    marks = f"^({'<' * 7}|{'>' * 7}) "
    found = subprocess.run(
        ["git", "grep", "-InE", marks], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert not found.stdout


@of_all(EVERYWHERE)
def test_a_module_fits_a_head(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_MODULE


def test_everything_is_caught_at_the_borders_only() -> None:
    broad: Counter[str] = Counter()
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler):
                caught = "BaseException" if node.type is None else ast.unparse(node.type)
                broad[NAMES[path]] += "Exception" in caught.replace(",", " ").replace("(", " ").split() or (
                    "BaseException" in caught
                )
    assert +broad == BROAD_EXCEPTS


@each
def test_nobody_prints_or_exits_but_the_front_door(path: Path) -> None:
    used = calls(path)
    assert not used["print"]
    assert not used["input"]
    if path.name != "__main__.py":
        assert not used["sys.exit"]
        assert not used["exit"]
        assert "SystemExit" not in path.read_text("utf-8")


@each
def test_only_the_command_line_writes_to_the_terminal(path: Path) -> None:
    if path.parent != SOURCE / "cli":
        assert not {name for name in calls(path) if name.startswith(("sys.stdout", "sys.stderr"))}


@each
def test_only_the_sandbox_starts_processes(path: Path) -> None:
    if path.parent != SOURCE / "sandbox":
        found = {
            name.partition(".")[0]
            for node in ast.walk(tree(path)) if isinstance(node, ast.Import | ast.ImportFrom)
            for name in imports([node])
        }  # fmt: skip
        assert not found & STARTS_PROCESSES
        starts = ("os.fork", "os.exec", "os.spawn", "os.posix_spawn")
        started = {name for name in calls(path) if name.startswith(starts)}
        assert started == BECOMES_ANOTHER.get(NAMES[path], set())
        assert not calls(path)["os.system"]


@each
def test_nothing_runs_what_it_reads(path: Path) -> None:
    used = calls(path)
    for name in ("eval", "exec", "compile", "marshal.loads", "pickle.loads", "pickle.load"):
        assert not used[name]
    assert not used["__import__"] or NAMES[path] in IMPORTS_BY_NAME


@each
def test_the_head_of_a_module_imports_nothing_dear(path: Path) -> None:
    asked = set(imports(tree(path).body))
    if NAMES[path].startswith(WARM):
        return
    dear = {name for name in asked if name in COLD or name.partition(".")[0] in COLD}
    assert dear <= LAZY.get(NAMES[path], set())


@each
def test_annotations_are_not_evaluated(path: Path) -> None:
    body = [
        node for node in tree(path).body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    if body:
        assert isinstance(body[0], ast.ImportFrom)
        assert body[0].module == "__future__"


@each
def test_what_is_public_says_what_it_does(path: Path) -> None:
    module = tree(path)
    assert ast.get_docstring(module), "the module"

    def silent(nodes: list[ast.stmt], inside: str = "") -> Iterator[str]:
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                if not ast.get_docstring(node):
                    yield inside + node.name
                if isinstance(node, ast.ClassDef):
                    yield from silent(node.body, f"{node.name}.")

    assert not list(silent(module.body))


def test_imports_point_down() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    found = str(command) if command.exists() else shutil.which("lint-imports")
    assert found, "import-linter is missing: make test installs it"
    done = subprocess.run([found, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_small_scan_imports_next_to_nothing(tmp_path: Path) -> None:
    """Both processes of a scan, one after the other: the command, and what a worker does with the file."""
    model = tmp_path / "model.pkl"
    model.write_bytes(pickles.state_dict())
    program = f"""
import os, sys
before = set(sys.modules)
from weighbridge.cli.app import main
assert main(["scan", {str(model)!r}, "--no-cache"]) == 0
from weighbridge.engine import wire, worker
asked = wire.request("model.pkl", trace=False, disabled=())
assert b"pickle" in worker.answer(asked, os.open({str(model)!r}, os.O_RDONLY))
print(*sorted(name for name in set(sys.modules) - before))
"""
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={"PYTHONPATH": str(SOURCE.parent), "HOME": str(tmp_path), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not {name for name in loaded if name in COLD}
    assert "weighbridge.formats.pickle.machine" in loaded, "the worker did not read the file"


def test_the_tree_holds_text_only() -> None:
    """Fixtures are code: whatever git knows is UTF-8 text, but for the data of others."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and name not in DATA:
            content = (ROOT / name).read_bytes()
            assert b"\0" not in content, name
            content.decode("utf-8")
