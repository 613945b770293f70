"""A function of the user's is called in the jail: what goes in and comes out, and how it ends when it does not."""

from __future__ import annotations

import functools
import os
import pickle
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox import called
from tests.sandbox.loaded import running
from tests.sandbox.test_jail import SOURCE
from weighbridge.core.errors import AccessError, IntegrityError, SandboxError, UsageError
from weighbridge.core.report import ArtifactReport, Verdict
from weighbridge.sandbox import CallError, api, call
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.loaders.parcel import Packer
from weighbridge.sandbox.unpack import Described, unpack
from weighbridge.sandbox.weighed import Weighed, weigh_and_load

pytestmark = pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps({"weights": [1, 2.5]}))
    return path


def test_a_function_gets_the_object_and_its_inputs(model: Path) -> None:
    inputs: dict[Any, Any] = {"text": "a\ud800", "numbers": (1, 2.5, 1 << 200, float("inf")), None: {b"x", True}}
    found = call(called.echo, model, inputs, library="pickle")
    assert found == {"loaded": {"weights": [1, 2.5]}, "inputs": inputs}
    assert call(called.Holder.echo, model, 1, library="pickle")["inputs"] == 1


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.complex_numbers(allow_nan=False),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
)  # fmt: skip


@given(PLAIN)
def test_what_is_packed_is_unpacked_to_the_same(plain: object) -> None:
    """The law of the pair that carries inputs in and results out."""
    import json
    import mmap

    descriptor = os.memfd_create("packed")
    try:
        os.ftruncate(descriptor, 4096)
        document = json.dumps(Packer(descriptor, exact=True).pack(plain)).encode()
        found = unpack(document, mmap.mmap(descriptor, 4096))
    finally:
        os.close(descriptor)
    assert found == plain
    assert type(found) is type(plain)


@pytest.mark.libraries
def test_arrays_and_tensors_go_in_and_come_out(model: Path) -> None:
    numpy, torch = import_module("numpy"), import_module("torch")
    inputs = {"array": numpy.arange(6, dtype="<i2").reshape(2, 3).T, "tensor": torch.arange(4.0).reshape(2, 2).t()}
    found = call(called.echo, model, inputs, library="pickle")["inputs"]
    assert numpy.array_equal(found["array"], inputs["array"])
    assert found["array"].dtype == inputs["array"].dtype
    assert torch.equal(found["tensor"], inputs["tensor"])
    found["tensor"][0] = 7  # it is ours


def test_a_program_calls_a_function_of_its_own(model: Path) -> None:
    """By its file, as multiprocessing does: what stands under ``__main__`` is not run again."""
    for words in (["-B", called.__file__], ["-B", "-m", "tests.sandbox.called"]):
        done = subprocess.run(
            [sys.executable, *words, str(model)], capture_output=True, text=True, check=False, cwd=SOURCE.parent,
            env={"PYTHONPATH": f"{SOURCE}:{SOURCE.parent}", "PATH": os.environ["PATH"]},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "{'weights': [1, 2.5]}" in done.stdout


def test_a_program_that_calls_while_it_is_imported_is_told_so(model: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import weighbridge.sandbox\n"
        "def echo(loaded, inputs):\n    return inputs\n"
        f"weighbridge.sandbox.call(echo, {str(model)!r}, 1, library='pickle')\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", str(program)], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": f"{SOURCE}:{SOURCE.parent}", "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 1
    assert "the jail was asked for while the program was imported in it" in done.stderr
    assert not (tmp_path / "__pycache__").exists()


def test_an_error_of_the_function_comes_back_with_its_lines(model: Path) -> None:
    with pytest.raises(CallError) as caught:
        call(called.fail, model, "missing", library="pickle")
    assert caught.value.class_name == "KeyError"
    assert caught.value.where[-1].startswith(f"{called.__file__}:")
    assert caught.value.where[-1].endswith("in fail")
    assert "called.py" in str(caught.value)
    assert all(character.isprintable() or character == "\n" for character in str(caught.value))


def test_what_the_function_itself_is_refused_is_its_own_error(model: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    with pytest.raises(CallError, match="peek raised"):
        call(called.peek, model, str(tmp_path / "secret"), library="pickle")


def test_what_the_model_does_when_it_is_used_is_an_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the scan knew nothing, and though the function's own line is the innermost one."""
    model = tmp_path / "model.pkl"
    model.write_bytes(pickle.dumps(functools.partial(os.system, "echo weighed")))
    with pytest.raises(IntegrityError, match="is malicious"):
        call(called.use, model, "__call__", library="pickle")
    seen: list[Weighed] = []

    def overheard(*arguments: Any, **options: Any) -> Weighed:
        seen.append(weigh_and_load(*arguments, **options))
        return seen[-1]

    monkeypatch.setattr(api, "weigh_and_load", overheard)
    monkeypatch.setattr(ArtifactReport, "verdict", lambda _: Verdict.CLEAN)
    with pytest.raises(IntegrityError, match="does what data does not"):
        call(called.use, model, "__call__", library="pickle")
    (loading,) = [weighed.loading for weighed in seen if weighed.loading is not None]
    (attempt,) = [one.event for one in loading.attempts if one.event is not None and one.event.event == "os.system"]
    assert attempt.where.startswith(called.__file__)


def test_what_is_malicious_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(running("out = 1"))
    with pytest.raises(IntegrityError, match="is malicious; it was not loaded"):
        call(called.echo, tmp_path / "model.pkl", 1, library="pickle")


def test_bounds_hold_for_the_function_too(model: Path) -> None:
    with pytest.raises(AccessError, match="resource_exceeded: more than 256 MiB"):
        call(called.exhaust, model, 1 << 30, library="pickle", memory_bytes=256 << 20)


def nested() -> Any:
    def inner(loaded: Any, inputs: Any) -> Any:
        return inputs

    return inner


@pytest.mark.parametrize(
    ("function", "inputs", "complaint"),
    [
        (lambda loaded, inputs: inputs, 1, "a lambda cannot be imported"),
        (nested(), 1, "'inner', which a function made, cannot be imported"),
        (functools.partial(called.echo), 1, "partial is no function"),
        (called.echo, object(), "inputs hold an object of object"),
        (called.echo, {"function": called.echo}, "inputs hold an object of function"),
        (called.echo, ["x" * (40 << 20)], "inputs hold too much plain data"),
    ],
)
def test_what_cannot_be_called(model: Path, function: Any, inputs: object, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        call(function, model, inputs, library="pickle")


def test_a_function_that_another_hides(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = called.echo
    monkeypatch.setattr(called, "echo", called.fail)
    with pytest.raises(UsageError, match="is not the function that was given"):
        call(honest, model, 1, library="pickle")


def test_a_module_that_cannot_be_imported_there(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "def echo(loaded, inputs):\n    return inputs\n"
    (tmp_path / "once.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    once = import_module("once")
    source += "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    (tmp_path / "once.py").write_text(source)
    with pytest.raises(SandboxError, match="more than one thread"):
        call(once.echo, model, 1, library="pickle")


def test_classes_of_a_result_are_described(model: Path) -> None:
    found = call(called.use, model, "items", library="pickle")
    assert isinstance(found, Described)
    assert found.class_name == "dict_items"


@pytest.mark.libraries
def test_the_example_of_the_documentation_runs(tmp_path: Path) -> None:
    torch = import_module("torch")
    text = (SOURCE.parent / "docs" / "how-to" / "load.md").read_text("utf-8")
    (program,) = (block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "sandbox.call(" in block)
    (tmp_path / "program.py").write_text(program)
    torch.save(torch.nn.Linear(4, 2), tmp_path / "model.pt")
    done = subprocess.run(
        [sys.executable, "-B", "program.py"], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.stdout == "torch.Size([1, 2])\n", done.stderr
