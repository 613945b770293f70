"""Real libraries under guard: what is locked loads as it would without, what changed does not, whenever it changes.

The library itself flips a byte of the file, or puts an evil one in its place, in the middle of its load.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.guard.locks import entry_of, flip, guarded, locked, write
from tests.guard.payload import Payload
from tests.sampling import some
from weighbridge.core.values import replace
from weighbridge.guard import Refused, files
from weighbridge.guard import guard as guard_module
from weighbridge.guard.guard import Guard

os.environ.setdefault("KERAS_BACKEND", "torch")

import joblib  # type: ignore[import-untyped]
import keras  # type: ignore[import-untyped]
import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import safetensors.numpy
import safetensors.torch
import tokenizers
import torch
from onnx import TensorProto, helper

pytestmark = pytest.mark.libraries

TENSOR = torch.arange(600.0)
ARRAY = np.arange(600.0)


EVIL = pickle.dumps(Payload())


# -- the files ------------------------------------------------------------------------------------------------------


def torch_file(path: Path) -> None:
    torch.save({"w": TENSOR}, path)


def torch_legacy(path: Path) -> None:
    torch.save({"w": TENSOR}, path, _use_new_zipfile_serialization=False)


def torch_script(path: Path) -> None:
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), str(path))


def joblib_file(path: Path) -> None:
    joblib.dump({"w": ARRAY}, path)


def joblib_packed(path: Path) -> None:
    joblib.dump({"w": ARRAY}, path, compress=3)


def keras_file(path: Path) -> None:
    inputs = keras.Input((2,))
    keras.Model(inputs, keras.layers.Dense(2, kernel_initializer="ones")(inputs)).save(path)


def npy(path: Path) -> None:
    np.save(path, np.array([{"w": 1}, 2], dtype=object), allow_pickle=True)


def npz(path: Path) -> None:
    np.savez(path, w=ARRAY, o=np.array([{"w": 1}], dtype=object))


def onnx_model() -> Any:
    weights = helper.make_tensor("w", TensorProto.FLOAT, [600], ARRAY.astype(np.float32).tobytes(), raw=True)
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [600]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", ends[:1], ends[1:], [weights])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def onnx_file(path: Path) -> None:
    onnx.save(onnx_model(), path)


def onnx_outside(path: Path) -> None:
    onnx.save(onnx_model(), path, save_as_external_data=True, location="weights.data", size_threshold=0)


def safetensors_file(path: Path) -> None:
    safetensors.torch.save_file({"w": TENSOR}, path)


def tokenizer(path: Path) -> None:
    tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]")).save(str(path))


# -- the loads ------------------------------------------------------------------------------------------------------


def by_safe_open(path: Any) -> Any:
    kind: Any = safetensors.safe_open
    with kind(path, framework="pt") as file:
        assert isinstance(file, kind)
        return file.get_tensor("w")


def by_slices(path: Any) -> Any:
    kind: Any = safetensors.safe_open
    return kind(path, framework="pt", backend="pread").get_slice("w")[:]


def by_torch(path: Any) -> Any:
    return safetensors.torch.load_file(path)["w"].tolist()


def by_numpy(path: Any) -> Any:
    return safetensors.numpy.load_file(path)["w"].tolist()


def by_file_object(load: Callable[..., Any]) -> Callable[[Any], Any]:
    def loading(path: Any) -> Any:
        with open(path, "rb") as file:
            return load(file)

    return loading


def numpy_all(path: Any) -> Any:
    archive = np.load(path, allow_pickle=True)
    return {name: archive[name].tolist() for name in archive.files}, repr(archive)


def session(path: Any) -> Any:
    made = onnxruntime.InferenceSession(path)
    return made.run(None, {"x": np.ones(600, np.float32)})[0].tolist()


def script(path: Any) -> Any:
    load: Any = torch.jit.load
    return load(path)


def keras_weights(path: Any) -> Any:
    return [one.tolist() for one in keras.saving.load_model(path).get_weights()]


CASES: dict[str, tuple[str, Callable[[Path], None], Callable[[Any], Any]]] = {
    "torch.load": ("a.pt", torch_file, lambda path: torch.load(path)["w"].tolist()),
    "torch.load of a Path": ("a.pt", torch_file, lambda path: torch.load(Path(path))["w"].tolist()),
    "torch.load, mapped": ("a.pt", torch_file, lambda path: torch.load(path, mmap=True)["w"].tolist()),
    "torch.load, anything": ("a.pt", torch_file, lambda path: torch.load(path, weights_only=False)["w"].tolist()),
    "torch.load of a file": ("a.pt", torch_file, by_file_object(lambda file: torch.load(file)["w"].tolist())),
    "torch.load, legacy": ("a.pt", torch_legacy, lambda path: torch.load(path)["w"].tolist()),
    "torch.load, legacy file": ("a.pt", torch_legacy, by_file_object(lambda file: torch.load(file)["w"].tolist())),
    "torch.load of safetensors": ("a.safetensors", safetensors_file, lambda path: torch.load(path)["w"].tolist()),
    "torch.jit.load": ("a.pt", torch_script, lambda path: script(path).code),
    "joblib.load": ("a.joblib", joblib_file, lambda path: joblib.load(path)["w"].tolist()),
    "joblib.load, packed": ("a.joblib", joblib_packed, lambda path: joblib.load(path)["w"].tolist()),
    "joblib.load, mapped": ("a.joblib", joblib_file, lambda path: joblib.load(path, mmap_mode="r")["w"].tolist()),
    "joblib.load of a file": ("a.joblib", joblib_file, by_file_object(lambda file: joblib.load(file)["w"].tolist())),
    "keras.saving.load_model": ("a.keras", keras_file, keras_weights),
    "keras, HDF5": ("a.h5", keras_file, keras_weights),
    "numpy.load": ("a.npy", npy, lambda path: np.load(path, allow_pickle=True).tolist()),
    "numpy.load, archive": ("a.npz", npz, numpy_all),
    "numpy.load, by position": ("a.npy", npy, lambda path: np.load(path, None, True).tolist()),
    "onnxruntime": ("a.onnx", onnx_file, session),
    "onnxruntime, data beside": ("a.onnx", onnx_outside, session),
    "safe_open": ("a.safetensors", safetensors_file, lambda path: by_safe_open(path).tolist()),
    "safe_open, slices": ("a.safetensors", safetensors_file, lambda path: by_slices(path).tolist()),
    "safetensors.torch": ("a.safetensors", safetensors_file, by_torch),
    "safetensors.numpy": ("a.safetensors", safetensors_file, by_numpy),
    "tokenizers": ("tokenizer.json", tokenizer, lambda path: tokenizers.Tokenizer.from_file(path).to_str()),
}  # fmt: skip

cases = pytest.mark.parametrize(("name", "write_file", "load"), CASES.values(), ids=CASES)
some_cases = pytest.mark.parametrize(("name", "write_file", "load"), some(4, CASES.values()), ids=some(4, CASES))


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder that the lock knows nothing of."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def lock_of(work: Path) -> Path:
    return write(work.parent, entry_of(work, source="models"))


@cases
def test_what_is_locked_loads_as_without_a_guard(name: str, write_file: Any, load: Any, work: Path) -> None:
    path = work / name
    write_file(path)
    before = load(str(path))
    with guarded(lock_of(work)):
        assert load(str(path)) == before
    assert load(str(path)) == before


@cases
def test_one_changed_bit_is_refused(name: str, write_file: Any, load: Any, work: Path) -> None:
    path = work / name
    write_file(path)
    lock = lock_of(work)
    flip(path)
    with guarded(lock), pytest.raises(Refused, match="not the locked ones"):
        load(str(path))


@some_cases
def test_what_is_not_in_the_lock_is_refused(name: str, write_file: Any, load: Any, work: Path) -> None:
    lock = write(work.parent)
    write_file(work / name)
    with guarded(lock), pytest.raises(Refused, match="not in the lock"):
        load(str(work / name))


@cases
def test_a_change_between_check_and_use_is_not_loaded_and_stops_the_program(
    name: str, write_file: Any, load: Any, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = work / name
    write_file(path)
    lock = lock_of(work)
    judge = Guard.judge

    def slow(self: Guard, loader: str, held: files.Held) -> Any:
        decision = judge(self, loader, held)
        if path.name == name and held.asked == str(path):
            path.write_bytes(EVIL)
        return decision

    monkeypatch.setattr(Guard, "judge", slow)
    with guarded(lock), pytest.raises(Refused, match=r"changed while it was loaded|not the locked ones"):
        load(str(path))


@some_cases
def test_audit_lets_everything_pass_and_tells_it_once(
    name: str, write_file: Any, load: Any, work: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = work / name
    write_file(path)
    before = load(str(path))
    with guarded(write(work.parent), "audit"):
        assert load(str(path)) == before
        told = capfd.readouterr().err
        assert load(str(path)) == before
    assert "weighbridge: audit: would have refused" in told
    assert name in told
    assert "weighbridge" not in capfd.readouterr().err


@cases
def test_what_does_not_exist_is_the_loaders_own_affair(name: str, write_file: Any, load: Any, work: Path) -> None:
    def failing() -> BaseException:
        with pytest.raises(Exception) as found:
            load(str(work / name))
        return found.value

    before = failing()
    with guarded(write(work.parent)):
        after = failing()
    assert type(after) is type(before)
    assert str(after) == str(before)


# -- particular libraries -------------------------------------------------------------------------------------------


def test_what_is_mapped_stays_what_was_locked(work: Path) -> None:
    """The tensors that safetensors gives are the file's own pages, read when somebody looks at them."""
    path = work / "a.safetensors"
    safetensors_file(path)
    with guarded(lock_of(work)):
        tensor = safetensors.torch.load_file(path)["w"]
        mapped = torch.load(TORCH, mmap=True)["w"] if (TORCH := work / "b.pt").exists() else tensor
        with path.open("r+b") as file:
            file.seek(-1_000, 2)
            file.write(b"\xff" * 1_000)
        assert torch.equal(tensor, TENSOR)
        assert torch.equal(mapped, TENSOR)


def test_mapped_arrays_reach_workers(work: Path) -> None:
    path = work / "a.joblib"
    joblib_file(path)
    with guarded(lock_of(work)):
        array = joblib.load(path, mmap_mode="r")["w"]
        with joblib.parallel_config("loky", n_jobs=2):
            sums = joblib.Parallel(max_nbytes=1)(joblib.delayed(np.sum)(array) for _ in range(2))
    assert sums == [ARRAY.sum()] * 2


def test_an_array_that_is_mapped_for_writing_is_the_file_itself(work: Path) -> None:
    path = work / "a.joblib"
    joblib.dump(np.zeros(1_000), path)
    with guarded(lock_of(work)):
        array = joblib.load(path, mmap_mode="r+")
        array[0] = 1
        array.flush()
    assert joblib.load(path)[0] == 1


def test_numbers_without_pickles_are_data(work: Path) -> None:
    np.save(work / "data.npy", ARRAY)
    with guarded(write(work.parent)):
        assert np.load(work / "data.npy").tolist() == ARRAY.tolist()
        with pytest.raises(Refused):
            np.load(work / "data.npy", allow_pickle=True)


def test_a_session_that_starts_anew_looks_again(work: Path) -> None:
    path = work / "a.onnx"
    onnx_file(path)
    with guarded(lock_of(work)):
        made = onnxruntime.InferenceSession(str(path))
        made.set_providers(["CPUExecutionProvider"])
        flip(path)
        with pytest.raises(Refused):
            made.set_providers(["CPUExecutionProvider"])


def test_the_tensors_beside_an_onnx_model_are_locked_too(work: Path) -> None:
    path = work / "a.onnx"
    onnx_outside(path)
    (work / "notes.txt").write_text("of no concern")
    whole = lock_of(work)
    with guarded(whole):
        (work / "notes.txt").write_text("changed")
        session(str(path))
        flip(work / "weights.data")
        with pytest.raises(Refused, match=r"weights\.data"):
            session(str(path))
    flip(work / "weights.data")
    partly = write(work.parent, entry_of(work, source="models", leave_out=("weights.data",)))
    with guarded(partly), pytest.raises(Refused, match=r"weights\.data.*not in the lock"):
        session(str(path))


def test_a_keras_model_that_is_a_folder(work: Path) -> None:
    import zipfile

    keras_file(work.parent / "a.keras")
    folder = work / "model"
    with zipfile.ZipFile(work.parent / "a.keras") as archive:
        archive.extractall(folder)
    lock, before = lock_of(work), keras_weights(str(folder))
    with guarded(lock):
        assert keras_weights(str(folder)) == before
        flip(folder / "model.weights.h5")
        with pytest.raises(Refused):
            keras_weights(str(folder))


def test_a_folder_that_is_larger_than_any_model(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_module, "MOST_FILES", 3)
    for number in range(5):
        (work / f"{number}").write_text("x")
    onnx_outside(work / "a.onnx")
    with guarded(lock_of(work)):
        for load in (keras_weights, lambda folder: session(f"{folder}/a.onnx")):
            with pytest.raises(Refused, match="more than 3 files"):
                load(str(work))


def test_a_model_behind_a_url_is_no_file_that_could_be_checked(work: Path) -> None:
    with guarded(write(work.parent)), pytest.raises(Refused, match="no regular file"):
        keras.saving.load_model("s3://bucket.invalid/a.keras")


def test_weights_alone(work: Path) -> None:
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    model.save_weights(work / "a.weights.h5")
    with guarded(lock_of(work)):
        model.load_weights(work / "a.weights.h5")
        flip(work / "a.weights.h5")
        with pytest.raises(Refused):
            model.load_weights(work / "a.weights.h5")


def test_above_the_bound_files_are_watched(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SEALED_MOST", 10)
    for case in ("torch.load", "torch.load, mapped", "joblib.load", "keras, HDF5", "safe_open", "onnxruntime"):
        name, write_file, load = CASES[case]
        path = work / name
        write_file(path)
        before = load(str(path))
        with guarded(lock_of(work)):
            assert load(str(path)) == before
        path.unlink()


# -- llama.cpp, by a stand-in ---------------------------------------------------------------------------------------

STAND_IN = """
class Llama:
    def __init__(self, model_path, *, n_ctx=512, lora_path=None, meanwhile=lambda: None):
        meanwhile()
        with open(model_path, "rb") as file:
            self.content = file.read()
        self.model_path = model_path
"""


@pytest.fixture
def llama(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    package = tmp_path / "path" / "llama_cpp"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .llama import Llama\n")
    (package / "llama.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(str(package.parent))

    def fetched() -> Any:
        import llama_cpp  # type: ignore[import-not-found]

        return llama_cpp.Llama

    yield fetched
    for name in ("llama_cpp", "llama_cpp.llama"):
        sys.modules.pop(name, None)


def test_llama_gets_the_file_itself_and_is_watched(llama: Any, work: Path) -> None:
    path = work / "m.gguf"
    path.write_bytes(b"GGUF" * 100)
    with guarded(lock_of(work)):
        made = llama()(str(path), n_ctx=16)
        assert (made.content, made.model_path) == (b"GGUF" * 100, str(path))
        with pytest.raises(Refused, match="changed while it was loaded"):
            llama()(model_path=str(path), meanwhile=lambda: flip(path))
        with pytest.raises(Refused, match="not the locked ones"):
            llama()(str(path))


def test_every_part_of_a_split_model_and_the_adapter_are_looked_at(llama: Any, work: Path) -> None:
    parts = [work / f"m-{number:05d}-of-00003.gguf" for number in (1, 2, 3)]
    adapter = work / "lora.gguf"
    for path in (*parts, adapter):
        path.write_bytes(path.name.encode() * 10)
    with guarded(lock_of(work)):
        llama()(str(parts[0]), lora_path=str(adapter))
        for path in (parts[2], adapter):
            flip(path)
            with pytest.raises(Refused, match=path.name):
                llama()(str(parts[0]), lora_path=str(adapter))
            flip(path)


def test_a_lock_of_claims_is_held_to_all_the_same(work: Path) -> None:
    path = work / "a.pt"
    torch_file(path)
    entry = entry_of(work, source="models")
    claimed = replace(entry, files=(replace(locked("a.pt", path.read_bytes()), claimed=True),))
    with guarded(write(work.parent, claimed)):
        assert torch.equal(torch.load(path)["w"], TENSOR)
