"""One guard a process: how it comes, what it tells, what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import environment
from tests.guard.locks import entry_of, flip, guarded, hub_entry, locked, write
from weighbridge import guard
from weighbridge.core.errors import IntegrityError, UsageError
from weighbridge.core.values import replace
from weighbridge.guard import current, files, memory

MODEL = b"weights" * 100


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.bin").write_bytes(MODEL)
    return write(tmp_path, entry_of(tmp_path / "models"))


def test_the_package_is_cheap_to_import() -> None:
    program = (
        "import sys; before = set(sys.modules); import weighbridge.guard; "
        "print(*sorted(name for name in set(sys.modules) - before if name.partition('.')[0] != 'weighbridge'))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["__future__"]


def test_installing_imports_no_library(lock: Path) -> None:
    program = f"""
import sys
from weighbridge import guard
guard.install({str(lock)!r})
print(*(name for name in sys.modules if "." not in name))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    dear = {"numpy", "torch", "transformers", "keras", "joblib", "safetensors", "huggingface_hub", "pickle", "asyncio"}
    assert not dear & set(done.stdout.split())


def installed() -> Any:
    return current.guard


def test_a_guard_comes_and_goes(lock: Path, tmp_path: Path) -> None:
    path = tmp_path / "models" / "a.bin"
    before = list(sys.meta_path)
    with guarded(lock) as belt:
        assert path.read_bytes() == MODEL
        flip(path)
        with pytest.raises(guard.Refused):
            path.read_bytes()
        assert installed() is belt
    assert installed() is None
    assert path.read_bytes() != MODEL
    assert sys.meta_path == before
    belt.uninstall()


def test_what_is_the_same_is_installed_once(lock: Path) -> None:
    with guarded(lock) as belt:
        assert guard.install(lock) is belt
        assert guard.install(str(lock), mode="enforce") is belt
        with pytest.raises(UsageError, match="has a guard already: enforce"):
            guard.install(lock, mode="audit")
        lock.write_text(lock.read_text() + " ")
        with pytest.raises(UsageError, match="has a guard already"):
            guard.install(lock)
        assert current.guard is belt


def test_wrong_requests_leave_nothing_behind(lock: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no mode 'strict'"):
        guard.install(lock, mode="strict")
    with pytest.raises(UsageError, match="no lock file"):
        guard.install(tmp_path / "absent.lock")
    with pytest.raises(UsageError, match="cannot write"):
        guard.install(lock, report=tmp_path / "absent" / "report")
    (tmp_path / "broken.lock").write_text("{")
    with pytest.raises(UsageError, match="not JSON"):
        guard.install(tmp_path / "broken.lock")
    assert current.guard is None
    assert not any(type(one).__module__.startswith("weighbridge") for one in sys.meta_path)


def test_the_lock_is_read_once(lock: Path, tmp_path: Path) -> None:
    with guarded(lock) as belt:
        digest = belt.digest
        lock.unlink()
        assert (tmp_path / "models" / "a.bin").read_bytes() == MODEL
        assert belt.digest == digest


def test_a_refusal_is_an_integrity_error_with_all_that_is_known(lock: Path, tmp_path: Path) -> None:
    path = tmp_path / "models" / "a.bin"
    flip(path)
    with guarded(lock), pytest.raises(IntegrityError) as found:
        path.read_bytes()
    assert isinstance(found.value, guard.Refused)
    assert found.value.decision is not None
    assert found.value.decision.path == str(path)
    assert (found.value.decision.entry, found.value.decision.file) == ("own", "a.bin")
    assert found.value.hint


def test_names_from_hostile_places_are_shown_neutrally(lock: Path, tmp_path: Path) -> None:
    path = tmp_path / "models" / "a\x1b[31m\n\u202e.bin"
    path.write_bytes(b"x")
    with guarded(lock), pytest.raises(guard.Refused) as found:
        path.read_bytes()
    assert str(found.value).isprintable()


def test_audit_tells_each_decision_once_and_refuses_nothing(
    lock: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, report = tmp_path / "models" / "a.bin", tmp_path / "report.jsonl"
    with guarded(lock, "audit", report=report):
        path.read_bytes()
        path.read_bytes()
        flip(path)
        path.read_bytes()
        path.read_bytes()
    lines = capfd.readouterr().err.splitlines()
    assert [line.split(" of ")[0] for line in lines] == [
        "weighbridge: audit: open",
        "weighbridge: audit: would have refused open",
    ]
    told = [json.loads(line) for line in report.read_text().splitlines()]
    assert [one["outcome"] for one in told] == ["named", "refused"]
    assert {one["pid"] for one in told} == {os.getpid()}


def test_a_report_that_breaks_off_is_told(lock: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with guarded(lock, report="/dev/full"):
        (tmp_path / "models" / "a.bin").read_bytes()
    assert "the report of the guard ends here: no space left on device" in capfd.readouterr().err


# -- what Python opens ----------------------------------------------------------------------------------------------


def test_other_files_in_a_locked_folder_are_the_programs_own(lock: Path, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    with guarded(lock):
        (folder / "log.txt").write_text("a")
        assert (folder / "log.txt").read_text() == "a"
        (folder / "extra.bin").write_bytes(MODEL)  # locked content under another name is no locked file of this folder
        with pytest.raises(guard.Refused, match="has no such file"):
            (folder / "extra.bin").read_bytes()


def test_every_way_to_open_is_seen(lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "models" / "a.bin"
    flip(path)
    monkeypatch.chdir(path.parent)
    with guarded(lock):
        for name in (str(path), os.fsencode(path), "a.bin", "../models/a.bin"):
            with pytest.raises(guard.Refused), open(name, "rb"):
                pass
            with pytest.raises(guard.Refused):
                os.open(name, os.O_RDONLY)
        with pytest.raises(guard.Refused), path.open():
            pass


def test_a_pipe_in_a_place_of_models_is_refused_before_it_is_opened(lock: Path, tmp_path: Path) -> None:
    path = tmp_path / "models" / "a.bin"
    path.unlink()
    os.mkfifo(path)
    with guarded(lock), pytest.raises(guard.Refused, match="no regular file"):
        path.read_bytes()  # without the guard it would wait for a writer


def test_a_single_locked_file_has_its_place_too(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(MODEL)
    entry = replace(hub_entry({}), source="a.bin", files=(locked("a.bin", MODEL),))
    with guarded(write(tmp_path, entry)):
        assert path.read_bytes() == MODEL
        (tmp_path / "b.bin").write_bytes(b"other")
        (tmp_path / "b.bin").read_bytes()
        flip(path)
        with pytest.raises(guard.Refused):
            path.read_bytes()


def test_a_large_file_is_hashed_once_while_nothing_happens_to_it(
    lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, count, digest = tmp_path / "models" / "a.bin", [0], files._digest

    def counting(descriptor: int, size: int, target: int) -> str:
        count[0] += 1
        return digest(descriptor, size, target)

    monkeypatch.setattr(files, "_digest", counting)
    with guarded(lock):
        path.read_bytes()
        path.read_bytes()
        assert count == [2]  # it has just been written: its times say nothing yet
        monkeypatch.setattr(files, "RACY_SECONDS", -3600.0)
        path.read_bytes()
        path.read_bytes()
        assert count == [3]
        flip(path)
        with pytest.raises(guard.Refused):
            path.read_bytes()


def test_remembered_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "REMEMBERED", 3)
    for number in range(10):
        path = tmp_path / f"{number}.pkl"
        path.write_bytes(b"x" * number)
        memory.note(str(path))
        assert len(memory._opened) <= 3
    memory.note("a\0b")
    memory.forget()


def test_extension_modules_of_a_repository_are_judged_when_they_are_imported(tmp_path: Path) -> None:
    import importlib.machinery
    import importlib.util

    folder = tmp_path / "transformers_modules" / "own"
    folder.mkdir(parents=True)
    path = folder / f"evil{importlib.machinery.EXTENSION_SUFFIXES[0]}"
    path.write_bytes(b"\x7fELF")
    spec = importlib.util.spec_from_file_location("evil", path)
    assert spec is not None
    with guarded(write(tmp_path)), pytest.raises(guard.Refused):
        importlib.util.module_from_spec(spec)
