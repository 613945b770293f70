"""Laws of the builders: standard library only, no pickler, equal bytes on every run, small modules."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

BUILDERS = Path(__file__).parents[1] / "builders"
MODULES = sorted(BUILDERS.rglob("*.py"))
FORBIDDEN = {"pickle", "_pickle", "marshal", "shelve", "copyreg", "subprocess", "os", "socket", "ctypes", "importlib"}
EVERYTHING = """
import hashlib, importlib, inspect
from tests.builders import carriers, pickles

modules = "joblibs natives numpys polyglots safetensors_files sevenzips tars torch_legacy torches zip_tricks"
large = {"giant_header", "many_tensors", "crowd", "bomb"}
digest, built = hashlib.sha256(), 0
for module in (importlib.import_module(f"tests.builders.{name}") for name in modules.split()):
    for name, make in sorted(inspect.getmembers(module, inspect.isfunction)):
        parameters = inspect.signature(make).parameters.values()
        wanted = [p for p in parameters if p.default is p.empty and p.kind != p.VAR_POSITIONAL]
        if make.__module__ == module.__name__ and not name.startswith("_") and not wanted and name not in large:
            made = make()
            digest.update(made if isinstance(made, bytes) else b"")
            built += isinstance(made, bytes)
for sample in pickles.SAMPLES:
    digest.update(sample.build() + sample.twin())
for _, build in pickles.HONEST:
    digest.update(build())
for gadget in pickles.GADGETS:
    digest.update(pickles.gadget_call(gadget))
for sample in list(carriers.crossed())[::7]:
    digest.update(sample.build())
print(built, digest.hexdigest())
"""


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("" if node.module is None else node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_builders_import_the_standard_library_only(path: Path) -> None:
    imported = _imported(path)
    assert imported <= {*sys.stdlib_module_names, "tests"}
    assert not imported & FORBIDDEN


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_modules_are_small_and_say_what_they_are(path: Path) -> None:
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= 400
    assert not source or ast.get_docstring(ast.parse(source))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_public_functions_are_documented(path: Path) -> None:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name


def test_equal_bytes_on_every_run() -> None:
    """In two interpreters that hash strings differently."""
    outputs = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(BUILDERS.parents[1])}
        run = subprocess.run(
            [sys.executable, "-c", EVERYTHING], capture_output=True, text=True, check=True, env=environment
        )
        outputs.add(run.stdout)
    assert len(outputs) == 1
    assert int(outputs.pop().split()[0]) > 50  # so the walk above found the builders
