"""pickle under guard: files are loaded as they are locked, wherever they lie; what is no file is left alone."""

from __future__ import annotations

import asyncio
import bz2
import gzip
import inspect
import io
import lzma
import mmap
import multiprocessing
import os
import pickle
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dill  # type: ignore[import-untyped]
import pandas  # type: ignore[import-untyped]
import pytest

from tests.guard.locks import entry_of, flip, guarded, write
from tests.guard.payload import Payload
from weighbridge.guard import Refused, files
from weighbridge.guard.guard import Guard

HONEST = {"weights": list(range(1_000)), "name": "tiny"}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A locked model in a folder that the lock knows nothing of: its content alone speaks for it."""
    path = tmp_path / "work" / "tiny.pkl"
    path.parent.mkdir()
    path.write_bytes(pickle.dumps(HONEST))
    return path


@pytest.fixture
def lock(model: Path) -> Path:
    return write(model.parent.parent, entry_of(model.parent, source="models"))


def opened(path: Path) -> Any:
    return path.open("rb")


def test_what_is_locked_is_loaded_and_the_file_stands_where_it_would(model: Path, lock: Path) -> None:
    with guarded(lock), opened(model) as file:
        assert pickle.load(file) == HONEST
        assert file.tell() == model.stat().st_size


def test_what_changed_is_not_loaded(model: Path, lock: Path) -> None:
    model.write_bytes(pickle.dumps(Payload()))
    with guarded(lock), opened(model) as file, pytest.raises(Refused, match="not the locked ones") as found:
        pickle.load(file)
    decision = found.value.decision
    assert decision is not None
    assert decision.expected != decision.found != ""
    assert decision.expected[:16] in str(found.value)
    assert decision.found[:16] in str(found.value)
    assert "weighbridge lock --update" in str(found.value)
    assert "\n" not in str(found.value)


def test_what_the_lock_does_not_name_is_not_loaded(model: Path, lock: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.pkl"
    stranger.write_bytes(pickle.dumps(Payload()))
    for load in LOADS.values():
        with guarded(lock), opened(stranger) as file:
            loaded = load()
            with pytest.raises(Refused, match=r"not in the lock; .*weighbridge lock"):
                loaded(file)


def test_a_locked_file_may_lie_anywhere(model: Path, lock: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    model.rename(moved)
    with guarded(lock), opened(moved) as file:
        assert pickle.load(file) == HONEST


OPENERS = {
    "buffered": opened,
    "raw": lambda path: path.open("rb", buffering=0),
    "for writing too": lambda path: path.open("r+b"),
}


LOADS: dict[str, Any] = {
    "load": lambda: pickle.load,
    "Unpickler": lambda: lambda file: pickle.Unpickler(file).load(),
    "dill": lambda: dill.load,
    "in Python": lambda: pickle._load,  # type: ignore[attr-defined]
    "Unpickler in Python": lambda: lambda file: pickle._Unpickler(file).load(),  # type: ignore[attr-defined]
}
"""Looked up under guard, as a program does that takes the function from its module."""


@pytest.mark.parametrize("opener", OPENERS.values(), ids=OPENERS)
@pytest.mark.parametrize("load", LOADS.values(), ids=LOADS)
def test_every_object_in_a_file_is_loaded_from_the_same_copy(opener: Any, load: Any, tmp_path: Path) -> None:
    path = tmp_path / "work" / "two.pkl"
    path.parent.mkdir()
    path.write_bytes(b"head" + pickle.dumps(1) + pickle.dumps([2] * 10_000) + b"tail")
    with guarded(write(tmp_path, entry_of(path.parent, source="models"))), opener(path) as file:
        assert file.read(4) == b"head"
        loaded = load()
        assert loaded(file) == 1
        assert loaded(file) == [2] * 10_000
        assert file.read() == b"tail"


@pytest.mark.parametrize("module", [gzip, bz2, lzma], ids=lambda one: one.__name__)
def test_compressed_files_are_locked_as_they_lie_there(module: Any, tmp_path: Path) -> None:
    path = tmp_path / "work" / "tiny.pkl.z"
    path.parent.mkdir()
    path.write_bytes(module.compress(pickle.dumps(1) + pickle.dumps(HONEST)))
    with guarded(write(tmp_path, entry_of(path.parent, source="models"))):
        with module.open(path) as file:
            assert pickle.load(file) == 1
            assert pickle.load(file) == HONEST
        path.write_bytes(module.compress(pickle.dumps(Payload())))
        with module.open(path) as file, pytest.raises(Refused):
            pickle.load(file)


OVER_OTHERS: dict[str, Any] = {
    "a buffer over a reader that unpacks": lambda path: io.BufferedReader(gzip.GzipFile(path)),
    "a reader that unpacks from a file object": lambda path: gzip.GzipFile(fileobj=path.open("rb")),
    "the same of bz2": lambda path: bz2.BZ2File(path.open("rb")),
}


@pytest.mark.parametrize("opener", OVER_OTHERS.values(), ids=OVER_OTHERS)
def test_readers_whose_bytes_are_not_the_files_own_are_watched(opener: Any, tmp_path: Path) -> None:
    path = tmp_path / "work" / "tiny.pkl.z"
    path.parent.mkdir()
    packed = bz2.compress if opener is OVER_OTHERS["the same of bz2"] else gzip.compress
    path.write_bytes(packed(pickle.dumps(1) + pickle.dumps(HONEST)))
    with guarded(write(tmp_path, entry_of(path.parent, source="models"))):
        with opener(path) as file:
            assert pickle.load(file) == 1
            assert pickle.load(file) == HONEST
        path.write_bytes(packed(pickle.dumps(Payload())))
        with opener(path) as file, pytest.raises(Refused):
            pickle.load(file)


def test_pandas_reads_its_pickles_under_guard(tmp_path: Path) -> None:
    path = tmp_path / "work" / "frame.pkl"
    path.parent.mkdir()
    frame = pandas.DataFrame({"a": [1, 2]})
    frame.to_pickle(path)
    with guarded(write(tmp_path, entry_of(path.parent, source="models"))):
        assert pandas.read_pickle(path).equals(frame)
        path.write_bytes(pickle.dumps(Payload()))
        with pytest.raises(Refused):
            pandas.read_pickle(path)


# -- between the check and the use ----------------------------------------------------------------------------------


def test_what_changes_after_it_was_hashed_is_neither_loaded_nor_overlooked(
    model: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, evil = Guard.judge, pickle.dumps(Payload())

    def slow(self: Guard, loader: str, held: files.Held) -> Any:
        decision = judge(self, loader, held)
        model.write_bytes(evil)
        return decision

    monkeypatch.setattr(Guard, "judge", slow)
    # The payload is there when the loader begins, and the loader does not see it.
    with guarded(lock), opened(model) as file, pytest.raises(Refused, match="changed while it was loaded"):
        pickle.load(file)


def test_a_file_that_takes_the_place_of_the_locked_one_meanwhile_is_noticed(
    model: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Guard.judge

    def slow(self: Guard, loader: str, held: files.Held) -> Any:
        decision = judge(self, loader, held)
        evil = model.with_name("evil")
        evil.write_bytes(pickle.dumps(Payload()))
        evil.replace(model)
        return decision

    monkeypatch.setattr(Guard, "judge", slow)
    with guarded(lock), opened(model) as file, pytest.raises(Refused, match="changed while it was loaded"):
        pickle.load(file)


def test_a_file_that_grows_while_it_is_hashed_is_refused(
    model: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preadv = os.preadv

    def growing(descriptor: int, buffers: Any, offset: int) -> int:
        with model.open("ab") as file:
            file.write(b"more")
        return preadv(descriptor, buffers, offset)

    monkeypatch.setattr(os, "preadv", growing)
    with guarded(lock), opened(model) as file, pytest.raises(Refused, match="changed while it was loaded"):
        pickle.load(file)


def test_above_the_bound_a_change_is_noticed_after_the_load(
    model: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SEALED_MOST", 10)
    with guarded(lock):
        with opened(model) as file:
            assert pickle.load(file) == HONEST
        judge = Guard.judge

        def slow(self: Guard, loader: str, held: files.Held) -> Any:
            decision = judge(self, loader, held)
            changed = pickle.dumps(HONEST | {"name": "TINY"})
            with model.open("r+b") as file:
                file.write(changed)
            return decision

        monkeypatch.setattr(Guard, "judge", slow)
        with opened(model) as file, pytest.raises(Refused, match="changed while it was loaded"):
            pickle.load(file)


def test_a_file_that_was_only_touched_is_the_same_file(
    model: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Guard.judge

    def slow(self: Guard, loader: str, held: files.Held) -> Any:
        decision = judge(self, loader, held)
        model.touch()
        return decision

    monkeypatch.setattr(Guard, "judge", slow)
    with guarded(lock), opened(model) as file:
        assert pickle.load(file) == HONEST


# -- what is no file of a model ------------------------------------------------------------------------------------


def test_what_never_was_a_file_is_left_alone(lock: Path) -> None:
    with guarded(lock):
        assert pickle.loads(pickle.dumps(1)) == 1
        assert pickle.load(io.BytesIO(pickle.dumps(2))) == 2
        with tempfile.TemporaryFile() as file:
            pickle.dump(3, file)
            file.seek(0)
            assert pickle.load(file) == 3
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as file:
            pickle.dump(4, file)
        with os.fdopen(reading, "rb") as file:
            assert pickle.load(file) == 4


def test_what_was_read_from_a_file_is_judged_in_memory_too(model: Path, lock: Path) -> None:
    with guarded(lock):
        assert pickle.loads(model.read_bytes()) == HONEST
        assert pickle.load(io.BytesIO(model.read_bytes())) == HONEST
        model.write_bytes(pickle.dumps(Payload()))
        with pytest.raises(Refused):
            pickle.loads(model.read_bytes())
        with pytest.raises(Refused):
            pickle.load(io.BytesIO(model.read_bytes()))
        with opened(model) as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped, pytest.raises(Refused):
            pickle.load(mapped)


def test_a_pipe_in_place_of_the_file_is_refused(model: Path, lock: Path) -> None:
    model.unlink()
    os.mkfifo(model)
    writer = subprocess.Popen([sys.executable, "-c", f"open({str(model)!r}, 'wb').write(b'x' * 100)"])
    try:
        with guarded(lock), opened(model) as file, pytest.raises(Refused, match="no regular file"):
            pickle.load(file)
    finally:
        writer.kill()
        writer.wait()


def test_a_file_whose_name_was_taken_from_it_is_no_temporary_file(model: Path, lock: Path) -> None:
    model.write_bytes(pickle.dumps(Payload()))
    with guarded(lock), opened(model) as file:
        model.unlink()
        with pytest.raises(Refused):
            pickle.load(file)


def test_libraries_read_their_own_pickles(lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "lib" / "site-packages"
    installed.mkdir(parents=True)
    (installed / "table.pkl").write_bytes(pickle.dumps(HONEST))
    monkeypatch.syspath_prepend(str(installed))
    outside = tmp_path / "outside.pkl"
    outside.write_bytes(pickle.dumps(Payload()))
    (installed / "link.pkl").symlink_to(outside)
    with guarded(lock):
        with (installed / "table.pkl").open("rb") as file:
            assert pickle.load(file) == HONEST
        with (installed / "link.pkl").open("rb") as file, pytest.raises(Refused):
            pickle.load(file)


def test_a_folder_can_be_allowed(lock: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "a.pkl").write_bytes(pickle.dumps(1))
    (tmp_path / "cachet.pkl").write_bytes(pickle.dumps(Payload()))
    with guarded(lock, allow=(cache,)):
        with (cache / "a.pkl").open("rb") as file:
            assert pickle.load(file) == 1
        with (tmp_path / "cachet.pkl").open("rb") as file, pytest.raises(Refused):
            pickle.load(file)


# -- manners of the wrapped functions ------------------------------------------------------------------------------


def test_a_wrapped_function_is_the_original_to_those_who_look(lock: Path) -> None:
    before = inspect.signature(pickle.load), pickle.load
    with guarded(lock):
        assert pickle.load is not before[1]
        assert inspect.signature(pickle.load) == before[0]
        assert pickle.load.__name__ == "load"
        assert pickle.load.__wrapped__ is before[1]  # type: ignore[attr-defined]
    assert pickle.load is before[1]


def test_classes_derived_from_the_unpickler_work_before_and_after(model: Path, lock: Path) -> None:
    class Old(pickle.Unpickler):
        pass

    with guarded(lock):

        class Restricted(pickle.Unpickler):
            def find_class(self, module: str, name: str) -> Any:
                raise pickle.UnpicklingError(f"{module}.{name}")

        with opened(model) as file:
            assert Restricted(file).load() == HONEST
    with opened(model) as file:
        assert Restricted(file, encoding="utf-8").load() == HONEST
    with opened(model) as file:
        assert Old(file).load() == HONEST


def double(number: int) -> int:
    return 2 * number


def test_processes_threads_and_tasks_go_on_as_before(model: Path, lock: Path) -> None:
    def load(_: int) -> Any:
        with opened(model) as file:
            return pickle.load(file)

    async def together() -> list[Any]:
        return await asyncio.gather(*(asyncio.to_thread(load, number) for number in range(8)))

    with guarded(lock):
        with multiprocessing.get_context("fork").Pool(2) as pool:
            assert pool.map(double, range(20)) == [2 * number for number in range(20)]
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(load, range(64))) == [HONEST] * 64
        assert asyncio.run(together()) == [HONEST] * 8
        flip(model)
        with ThreadPoolExecutor(8) as threads:
            futures = [threads.submit(load, number) for number in range(16)]
        assert all(isinstance(future.exception(), Refused) for future in futures)


def test_a_refusal_can_be_sent_to_another_process(model: Path, lock: Path) -> None:
    flip(model)
    with guarded(lock), opened(model) as file, pytest.raises(Refused) as found:
        pickle.load(file)
    again = pickle.loads(pickle.dumps(found.value))
    assert str(again) == str(found.value)
    assert again.decision == found.value.decision


def test_nothing_stays_open(model: Path, lock: Path) -> None:
    def count() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = count()
    with guarded(lock):
        for _ in range(5):
            with opened(model) as file:
                pickle.load(file)
            with opened(model) as file:
                pickle.Unpickler(file).load()
        flip(model)
        for _ in range(5):
            with opened(model) as file, pytest.raises(Refused):
                pickle.load(file)
    assert count() == before
