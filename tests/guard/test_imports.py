"""Functions are wrapped wherever they have gone, once, and unwrapped without a trace."""

from __future__ import annotations

import importlib
import importlib.resources
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from weighbridge.guard.imports import MARK, Hook, Patches, mark

SOURCE = '''
"""A library."""
def load(path):
    """Load it."""
    return f"loaded {path}"

class Model:
    @staticmethod
    def static(path):
        return f"static {path}"

    def method(self, path):
        return f"method {path}"
'''


def wrap(original: Any) -> Any:
    from functools import wraps

    @wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return "guarded " + original(*args, **kwargs)

    return mark(wrapped)


def hook(name: str, **more: Any) -> Hook:
    return Hook(name=name, wrap=wrap, **more)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "toy_library.py").write_text(SOURCE)
    (tmp_path / "toy_taker.py").write_text("from toy_library import load as taken\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "toy_library"
    for name in ("toy_library", "toy_taker"):
        sys.modules.pop(name, None)


HOOKS = (hook("load"), hook("Model.static"), hook("Model.method"))


@pytest.fixture
def missing() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def patches(library: str, missing: list[tuple[str, str]]) -> Iterator[Patches]:
    made = Patches({library: HOOKS}, lambda module, name: missing.append((module, name)))
    yield made
    made.remove()


def test_a_module_is_wrapped_before_others_take_names_out_of_it(library: str, patches: Patches) -> None:
    patches.install()
    taker = importlib.import_module("toy_taker")
    toy = sys.modules[library]
    assert taker.taken("x") == "guarded loaded x"
    assert toy.Model.static("x") == toy.Model().static("x") == "guarded static x"
    assert toy.Model().method("x") == "guarded method x"


def test_a_module_that_is_there_is_wrapped_with_all_that_took_from_it(library: str, patches: Patches) -> None:
    taker = importlib.import_module("toy_taker")
    before = taker.taken
    patches.install()
    assert taker.taken("x") == "guarded loaded x"
    patches.remove()
    assert taker.taken is before
    assert sys.modules[library].load is before
    assert sys.modules[library].Model.static("x") == "static x"


def test_nothing_is_wrapped_twice(library: str, patches: Patches, missing: list[tuple[str, str]]) -> None:
    again = Patches({library: HOOKS}, lambda *one: missing.append(one))
    patches.install()
    again.install()
    try:
        toy = importlib.import_module(library)
        assert toy.load("x") == "guarded loaded x"
        importlib.reload(toy)
        assert toy.load("x") == "guarded loaded x"
        assert toy.Model().method("x") == "guarded method x"
    finally:
        again.remove()
    assert not missing


def test_a_loader_leaves_no_trace(library: str, patches: Patches, tmp_path: Path) -> None:
    patches.install()
    toy = importlib.import_module(library)
    plain = importlib.import_module("toy_taker")
    assert type(toy.__loader__) is type(plain.__loader__)
    assert toy.__spec__ is not None
    assert type(toy.__spec__.loader) is type(plain.__loader__)
    assert inspect.getsource(toy.load).startswith("def load(path)")
    assert str(inspect.signature(toy.load)) == "(path)"
    assert toy.load.__doc__ == "Load it."
    assert pkgutil.get_data(library, "toy_taker.py")


def test_what_a_version_does_not_have_is_told(library: str, missing: list[tuple[str, str]]) -> None:
    made = Patches(
        {library: (hook("gone"), hook("Gone.load"), hook("optional", needed=False), hook("load"))},
        lambda *one: missing.append(one),
    )
    made.install()
    try:
        assert importlib.import_module(library).load("x") == "guarded loaded x"
    finally:
        made.remove()
    assert missing == [(library, "gone"), (library, "Gone.load")]


def test_a_module_that_is_not_there_is_not_there(patches: Patches) -> None:
    patches.hooks = {**patches.hooks, "absent_library": (hook("load"),)}
    patches.install()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("absent_library")


def test_the_mark_is_on_the_wrapper_alone(library: str, patches: Patches) -> None:
    patches.install()
    toy = importlib.import_module(library)
    assert hasattr(toy.load, MARK)
    assert not hasattr(toy.load.__wrapped__, MARK)


def test_every_hook_fits_the_libraries_that_are_tested(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The names of functions are those of the versions that the tests are run with: nothing is missing."""
    import os

    os.environ.setdefault("KERAS_BACKEND", "torch")
    from tests.guard.locks import guarded, write
    from weighbridge.guard.loaders import arrays, hub, pickles, pretrained, tensors

    with guarded(write(tmp_path)):
        for room in (pickles, arrays, tensors, hub, pretrained):
            for name in room.hooks():
                if name.partition(".")[0] in {"llama_cpp", "diffusers", "tf_keras"}:
                    continue
                if name != "numpy.lib.npyio":
                    importlib.import_module(name)
    assert "does not know this version" not in capfd.readouterr().err
