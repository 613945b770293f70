"""The hub's client and transformers under guard: the locked commit of the locked repository, file by file.

Everything lies in a cache as the client lays it out; nothing is fetched.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.guard.locks import COMMIT, OTHER, entry_of, flip, guarded, hub_cache, hub_entry, write
from weighbridge.guard import Refused, current, files
from weighbridge.guard.guard import Guard

pytestmark = pytest.mark.libraries

huggingface_hub = import_module("huggingface_hub")
torch = import_module("torch")
transformers = import_module("transformers")

from transformers import dynamic_module_utils  # noqa: E402

FILES = {"config.json": b'{"a": 1}', "sub/weights.bin": b"weights" * 100}


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return write(tmp_path, hub_entry(FILES))


def fetch(cache: Path, name: str = "org/tiny", file: str = "config.json", **more: Any) -> Path:
    found = huggingface_hub.hf_hub_download(name, file, cache_dir=cache, local_files_only=True, **more)
    return Path(found)


def fetch_all(cache: Path, **more: Any) -> Path:
    return Path(huggingface_hub.snapshot_download("org/tiny", cache_dir=cache, local_files_only=True, **more))


def test_the_locked_files_come_as_without_a_guard(cache: Path, lock: Path) -> None:
    snapshot = hub_cache(cache, FILES)
    with guarded(lock):
        assert fetch(cache) == snapshot / "config.json"
        assert fetch(cache, file="weights.bin", subfolder="sub") == snapshot / "sub" / "weights.bin"
        assert fetch(cache, revision=COMMIT).read_bytes() == FILES["config.json"]
        assert fetch_all(cache) == snapshot
        assert huggingface_hub.HfApi().hf_hub_download(
            "org/tiny", "config.json", cache_dir=cache, local_files_only=True
        )
        assert (snapshot / "config.json").read_bytes() == FILES["config.json"]


def test_another_repository_is_refused_before_anything_is_fetched(cache: Path, lock: Path) -> None:
    hub_cache(cache, FILES, name="org/other")
    with guarded(lock):
        for more in ({}, {"endpoint": "https://hub.invalid"}):
            with pytest.raises(Refused, match=r"hf://org/other is not in the lock; .*weighbridge lock hf://org/other"):
                huggingface_hub.hf_hub_download("org/other", "config.json", cache_dir=cache, **more)
        with pytest.raises(Refused, match="hf://datasets/org/tiny is not in the lock"):
            fetch(cache, repo_type="dataset")
        with pytest.raises(Refused, match="hf://org/other is not in the lock"):
            huggingface_hub.snapshot_download("org/other", cache_dir=cache)


def test_another_commit_is_refused_with_what_to_ask_for(cache: Path, lock: Path) -> None:
    hub_cache(cache, FILES, commit=OTHER)
    words = f"commit {OTHER[:12]} of hf://org/tiny, the lock has {COMMIT[:12]}.*revision='{COMMIT}'"
    with guarded(lock):
        for load in (fetch, fetch_all):
            with pytest.raises(Refused, match=words):
                load(cache)  # the branch has moved
            with pytest.raises(Refused, match=words):
                load(cache, revision=OTHER)
        with pytest.raises(Refused, match=words):
            huggingface_hub.try_to_load_from_cache("org/tiny", "config.json", cache_dir=cache)


def test_changed_bytes_are_refused_wherever_they_are_looked_for(cache: Path, lock: Path) -> None:
    snapshot = hub_cache(cache, FILES)
    flip(snapshot / "config.json")
    with guarded(lock):
        for load in (fetch, fetch_all, lambda _: (snapshot / "config.json").read_bytes()):
            with pytest.raises(Refused, match="not the locked ones"):
                load(cache)
        with pytest.raises(Refused, match="not the locked ones"):
            huggingface_hub.try_to_load_from_cache("org/tiny", "config.json", cache_dir=cache)
        assert fetch(cache, file="sub/weights.bin").exists()


def test_one_locked_file_in_place_of_another_is_refused(cache: Path, lock: Path) -> None:
    snapshot = hub_cache(cache, FILES)
    (snapshot / "config.json").unlink()
    (snapshot / "config.json").symlink_to((snapshot / "sub" / "weights.bin").resolve())
    with guarded(lock), pytest.raises(Refused, match="not the locked ones"):
        fetch(cache)


def test_a_file_that_was_put_into_the_snapshot_is_refused(cache: Path, lock: Path) -> None:
    snapshot = hub_cache(cache, FILES)
    (snapshot / "evil.py").write_text("raise AssertionError")
    with guarded(lock):
        for load in (lambda: fetch_all(cache), lambda: fetch(cache, file="evil.py"), (snapshot / "evil.py").read_text):
            with pytest.raises(Refused, match="the lock of org/tiny has no such file"):
                load()


def test_what_python_opens_in_the_cache_of_another_repository_is_refused(cache: Path, lock: Path) -> None:
    other = hub_cache(cache, FILES, name="org/other")
    blob = (other / "config.json").resolve()
    with guarded(lock):
        for path in (other / "config.json", blob):
            with pytest.raises(Refused, match="hf://org/other is not in the lock"):
                path.read_bytes()
        os.chdir(other)
        with pytest.raises(Refused, match="hf://org/other is not in the lock"):
            Path("config.json").read_bytes()
        (other.parent.parent / "refs" / "main").read_text()
        (blob.parent / "new.incomplete").write_bytes(b"part")


def test_files_that_are_not_there_are_the_clients_affair(cache: Path, lock: Path) -> None:
    hub_cache(cache, FILES)
    with guarded(lock):
        with pytest.raises(huggingface_hub.errors.LocalEntryNotFoundError):
            fetch(cache, file="absent.json")
        assert huggingface_hub.try_to_load_from_cache("org/tiny", "absent.json", cache_dir=cache) is None


def test_a_folder_of_the_programs_own_is_checked_for_what_was_asked(cache: Path, lock: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    for path, content in FILES.items():
        (own / path).parent.mkdir(parents=True, exist_ok=True)
        (own / path).write_bytes(content)
    (own / "notes.txt").write_text("the program's own")
    with guarded(lock):
        assert fetch_all(cache, local_dir=own) == own
        flip(own / "config.json")
        with pytest.raises(Refused, match="not the locked ones"):
            fetch_all(cache, local_dir=own)


def test_signatures_stay(lock: Path) -> None:
    before = inspect.signature(huggingface_hub.hf_hub_download)
    with guarded(lock):
        assert inspect.signature(huggingface_hub.hf_hub_download) == before


# -- transformers ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a model with its tokenizer, as save_pretrained writes them."""
    folder = tmp_path_factory.mktemp("tiny")
    config = transformers.BertConfig(
        vocab_size=8, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
    )
    transformers.BertModel(config).save_pretrained(folder)
    words = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c"])}
    transformers.BertTokenizer(vocab=words).save_pretrained(folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def unpack(folder: Path, contents: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


def output(source: str, **more: Any) -> Any:
    tokens = transformers.AutoTokenizer.from_pretrained(source, **more)("a b c", return_tensors="pt")
    model = transformers.AutoModel.from_pretrained(source, **more)
    with torch.no_grad():
        return model(**tokens).last_hidden_state.tolist()


def test_a_model_in_a_folder_gives_the_same_numbers(tiny: dict[str, bytes], tmp_path: Path) -> None:
    folder = unpack(tmp_path / "work", tiny)
    before = output(str(folder))
    with guarded(write(tmp_path, entry_of(folder, source="models"))):
        assert output(str(folder)) == before
    with guarded(write(tmp_path, entry_of(folder))):
        assert output(str(folder)) == before


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
@pytest.mark.parametrize("known", [True, False], ids=["a locked folder", "a copy elsewhere"])
def test_any_changed_file_of_it_stops_the_load(name: str, known: bool, tiny: dict[str, bytes], tmp_path: Path) -> None:
    folder = unpack(tmp_path / "work", tiny)
    lock = write(tmp_path, entry_of(folder, source="" if known else "models"))
    flip(folder / name)
    with guarded(lock), pytest.raises(Refused, match=f"{name}.*not the locked ones"):
        output(str(folder))


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_any_file_that_changes_after_its_check_stops_the_load(
    name: str, tiny: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = unpack(tmp_path / "work", tiny)
    lock, settle = write(tmp_path, entry_of(folder, source="models")), Guard.settle
    content, done = (folder / name).read_bytes(), []

    def slow(self: Guard, decision: Any) -> None:
        settle(self, decision)
        if decision.path.endswith(name) and decision.loader != "open":
            # Another byte of white space: the loader reads the same, and the file is another.
            changed = content.replace(b"{", b"{ ", 1)[: len(content)] if name.endswith(".json") else content[::-1]
            (folder / name).write_bytes(changed + b"\n" * (len(content) - len(changed)))
            done.append(name)

    monkeypatch.setattr(Guard, "settle", slow)
    with guarded(lock), pytest.raises(Refused, match=name):
        output(str(folder))
    assert done


def test_what_changes_after_python_opened_it_is_noticed_before_the_load_returns(
    tiny: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configuration is read by Python itself: the hook sees the open, and the end of the load looks again."""
    folder = unpack(tmp_path / "work", tiny)
    lock, check = write(tmp_path, entry_of(folder, source="models")), Guard.check
    changed = tiny["config.json"].replace(b'"hidden_size": 8', b'"hidden_size": 9')

    def slow(self: Guard, path: str, loader: str, **more: Any) -> None:
        check(self, path, loader, **more)
        if loader == "open" and path.endswith("config.json"):
            (folder / "config.json").write_bytes(changed)

    monkeypatch.setattr(Guard, "check", slow)
    with guarded(lock), pytest.raises(Refused, match=r"from_pretrained of '.*config.json': it changed while"):
        transformers.AutoConfig.from_pretrained(str(folder))


def test_a_model_in_the_cache(tiny: dict[str, bytes], cache: Path, tmp_path: Path) -> None:
    snapshot = hub_cache(cache, tiny)
    more = {"cache_dir": cache, "local_files_only": True}
    before = output("org/tiny", **more)
    with guarded(write(tmp_path, hub_entry(tiny))):
        assert output("org/tiny", **more) == before
        assert output("org/tiny", revision=COMMIT, **more) == before
        flip(snapshot / "model.safetensors")
        with pytest.raises(Refused, match=r"model.safetensors.*not the locked ones"):
            output("org/tiny", **more)
    with guarded(write(tmp_path)), pytest.raises(Refused, match="hf://org/tiny is not in the lock"):
        output("org/tiny", **more)


def test_large_files_are_watched_until_the_model_is_there(
    tiny: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SEALED_MOST", 10)
    folder = unpack(tmp_path / "work", tiny)
    before = output(str(folder))
    with guarded(write(tmp_path, entry_of(folder, source="models"))):
        assert output(str(folder)) == before
        weights = folder / "model.safetensors"
        loading = transformers.BertModel._load_pretrained_model

        def late(*args: Any, **kwargs: Any) -> Any:
            result = loading(*args, **kwargs)
            flip(weights)
            return result

        monkeypatch.setattr(transformers.BertModel, "_load_pretrained_model", staticmethod(late))
        with pytest.raises(Refused, match=r"model.safetensors.*changed while"):
            transformers.AutoModel.from_pretrained(str(folder))


# -- code of repositories -------------------------------------------------------------------------------------------

CODE = b"""
from transformers import PreTrainedConfig
from .helper import WORD

class OwnConfig(PreTrainedConfig):
    model_type = "own"
    word = WORD
"""
REMOTE = {
    "config.json": json.dumps({"model_type": "own", "auto_map": {"AutoConfig": "own.OwnConfig"}}).encode(),
    "own.py": CODE,
    "helper.py": b"WORD = 'honest'\n",
}


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "modules"
    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(folder))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", False)

    def forget() -> None:
        for name in [name for name in sys.modules if name.startswith("transformers_modules")]:
            del sys.modules[name]

    forget()
    yield folder
    forget()


def word(folder: Path) -> Any:
    for name in [name for name in sys.modules if name.startswith("transformers_modules")]:
        del sys.modules[name]
    return transformers.AutoConfig.from_pretrained(str(folder), trust_remote_code=True).word


def test_locked_code_is_run(modules: Path, tmp_path: Path) -> None:
    folder = unpack(tmp_path / "work", REMOTE)
    with guarded(write(tmp_path, entry_of(folder, source="models"))):
        assert word(folder) == "honest"
        assert word(folder) == "honest"


@pytest.mark.parametrize("name", ["own.py", "helper.py"])
def test_changed_code_is_not_run(name: str, modules: Path, tmp_path: Path) -> None:
    folder = unpack(tmp_path / "work", REMOTE)
    lock = write(tmp_path, entry_of(folder, source="models"))
    (folder / name).write_text("raise AssertionError('it was run')\n")
    with guarded(lock), pytest.raises(Refused):
        word(folder)


def test_the_copy_of_the_code_is_what_counts(modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the check of the repository and the import lies a copy in another folder."""
    folder = unpack(tmp_path / "work", REMOTE)
    lock = write(tmp_path, entry_of(folder, source="models"))
    load = dynamic_module_utils.get_class_in_module

    def late(*args: Any, **kwargs: Any) -> Any:
        for copy in modules.rglob("helper.py"):
            copy.write_text("raise AssertionError('it was run')\n")
        return load(*args, **kwargs)

    monkeypatch.setattr(dynamic_module_utils, "get_class_in_module", late)
    with guarded(lock), pytest.raises(Refused, match=r"import of .*helper.py.*no entry of the lock has this code"):
        word(folder)


def test_cached_bytecode_is_passed_over(modules: Path, tmp_path: Path) -> None:
    import py_compile

    folder = unpack(tmp_path / "work", REMOTE)
    lock = write(tmp_path, entry_of(folder, source="models"))
    assert word(folder) == "honest"
    (source,) = modules.rglob("helper.py")
    evil = tmp_path / "evil.py"
    evil.write_bytes(b"WORD = 'poison'\n")
    assert evil.stat().st_size == source.stat().st_size
    os.utime(evil, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns))
    (cached,) = source.parent.glob("__pycache__/helper.*.pyc")
    py_compile.compile(str(evil), str(cached), str(source))
    assert word(folder) == "poison"
    with guarded(lock):
        assert word(folder) == "honest"


def test_a_locked_module_of_the_project_is_run_from_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import py_compile

    name = "locked_module_of_the_project"
    source = tmp_path / "project" / "v1.0" / f"{name}.py"
    source.parent.mkdir(parents=True)
    source.write_text("WORD = 'honest'\n")
    evil = tmp_path / "evil.py"
    evil.write_text("WORD = 'poison'\n")
    os.utime(evil, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns))
    monkeypatch.syspath_prepend(str(source.parent))
    lock = write(tmp_path, entry_of(tmp_path / "project"))
    cached = importlib.util.cache_from_source(str(source))
    py_compile.compile(str(evil), cached, str(source))
    assert importlib.import_module(name).WORD == "poison"
    del sys.modules[name]
    with guarded(lock):
        assert importlib.import_module(name).WORD == "honest"
        del sys.modules[name]
        source.write_text("WORD = 'other'\n")
        with pytest.raises(Refused, match="not the locked ones"):
            importlib.import_module(name)


def test_modules_of_the_project_are_no_concern_of_the_guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(b"w")
    lock = write(tmp_path, entry_of(folder))
    (folder / "own_module_of_the_project.py").write_text("ANSWER = 42\n")
    monkeypatch.syspath_prepend(str(folder))
    with guarded(lock):
        import own_module_of_the_project as own  # type: ignore[import-not-found]

        assert own.ANSWER == 42
        assert current.guard is not None
