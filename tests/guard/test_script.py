"""The whole of it: a program that knows nothing of the guard, with transformers, torch and joblib."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.guard.locks import entry_of, flip, write
from tests.guard.test_run import command, environment
from tests.sampling import some

pytestmark = pytest.mark.libraries

joblib = import_module("joblib")
torch = import_module("torch")
transformers = import_module("transformers")

PROGRAM = """
import sys, threading
import joblib
import torch
from transformers import AutoModel, AutoTokenizer

tokens = AutoTokenizer.from_pretrained("models/tiny")("a b c", return_tensors="pt")
model = AutoModel.from_pretrained("models/tiny")
with torch.no_grad():
    print(model(**tokens).last_hidden_state.numpy().tobytes().hex())
head = torch.load("models/head.pt")
print(head["w"].tolist(), torch.load("models/head.pt", mmap=True)["w"].sum().item())
print(joblib.load("models/scaler.joblib"))
"""

FLIPPING = """
import io, sys
import {module}

original = {module}.{name}

def late(*args, **kwargs):
    path = "models/{file}"
    with io.FileIO(path, "r+") as file:
        content = bytearray(file.read())
        content[len(content) // 2] ^= 1
        file.seek(0)
        file.write(content)
    return original(*args, **kwargs)

{module}.{name} = late
"""
"""A part of the library that runs inside the load, after the check, and before the file's bytes would be used."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    config = transformers.BertConfig(
        vocab_size=8, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
    )
    transformers.BertModel(config).save_pretrained(folder / "models" / "tiny")
    words = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c"])}
    transformers.BertTokenizer(vocab=words).save_pretrained(folder / "models" / "tiny")
    torch.save({"w": torch.arange(500.0)}, folder / "models" / "head.pt")
    joblib.dump({"mean": [0.5] * 500}, folder / "models" / "scaler.joblib")
    (folder / "app.py").write_text(PROGRAM)
    write(folder, entry_of(folder / "models"))
    return folder


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    variables = environment(HF_HUB_OFFLINE="1", TQDM_DISABLE="1")
    return subprocess.run(words, cwd=project, capture_output=True, text=True, check=False, env=variables)


def guarded(project: Path) -> subprocess.CompletedProcess[str]:
    return run(project, *command("--", sys.executable, "app.py"))


def test_it_runs_unchanged_on_locked_files(made: Path) -> None:
    plain, under_guard = run(made, sys.executable, "app.py"), guarded(made)
    assert plain.returncode == under_guard.returncode == 0
    assert plain.stdout == under_guard.stdout != ""
    assert under_guard.stderr == plain.stderr


@pytest.mark.parametrize("name", ["head.pt"])  # the others in this process: test_hub.py, test_loaders.py
def test_it_stops_with_one_line_when_a_bit_of_one_of_them_is_changed(name: str, made: Path) -> None:
    flip(made / "models" / name)
    try:
        done = guarded(made)
    finally:
        flip(made / "models" / name)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("weighbridge: refused ")
    assert f"models/{name}': its bytes are not the locked ones: expected sha256 " in line


INSIDE = {
    "tiny/model.safetensors": ("transformers.modeling_utils", "convert_and_load_state_dict_in_model"),
    "head.pt": ("torch.serialization", "_open_file_like"),
    "scaler.joblib": ("joblib.numpy_pickle", "_unpickle"),
}


@pytest.mark.parametrize("name", some(3, INSIDE))
def test_it_stops_too_when_the_bit_changes_between_the_check_and_the_use(name: str, made: Path) -> None:
    module, function = INSIDE[name]
    hostile = made / "hostile"
    hostile.mkdir(exist_ok=True)
    # The library is changed before the guard comes to it, as by a process that writes at the worst moment.
    (hostile / "sitecustomize.py").write_text(FLIPPING.format(module=module, name=function, file=name))
    before = (made / "models" / name).read_bytes()
    variables = environment(HF_HUB_OFFLINE="1", TQDM_DISABLE="1", PYTHONPATH=str(hostile))
    program = [sys.executable, "-I", *command("--", sys.executable, "app.py")[1:]]
    try:
        done = subprocess.run(program, cwd=made, capture_output=True, text=True, check=False, env=variables)
        assert (made / "models" / name).read_bytes() != before
    finally:
        (made / "models" / name).write_bytes(before)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"models/{name}': it changed while it was loaded" in line
