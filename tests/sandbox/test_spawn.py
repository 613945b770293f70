"""A worker inherits nothing: no memory, no descriptor, no variable, no directory, no terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.sandbox.toy_pool import HERE, ask, toy_pool
from weighbridge.sandbox.policy import JailPolicy
from weighbridge.sandbox.spawn import setup_for

CHARACTER_DEVICE, PIPE, SOCKET, FILE = "2", "1", "14", "10"


def look_around() -> list[str]:
    with toy_pool() as pool:
        answer = ask(pool, "look-around").answer
    assert answer is not None
    return answer.decode().split("\n")


def test_a_worker_holds_six_descriptors_whatever_its_parent_holds() -> None:
    reading, writing = os.pipe()
    held = [os.open("/etc/passwd", os.O_RDONLY) for _ in range(10)]
    try:
        for descriptor in (reading, writing, *held):
            os.set_inheritable(descriptor, True)
        kinds = dict(word.split(":") for word in look_around()[0].split())
    finally:
        for descriptor in (reading, writing, *held):
            os.close(descriptor)
    # standard input and output are /dev/null; then the pipe, the socket, the scratch file, the input of the task
    assert list(kinds.values()) == [CHARACTER_DEVICE, CHARACTER_DEVICE, PIPE, SOCKET, FILE, FILE]


@pytest.mark.parametrize("closed", [(0,), (0, 1, 2), (3,)])
def test_a_parent_without_standard_descriptors_starts_workers_too(closed: tuple[int, ...]) -> None:
    program = f"""
import os
for descriptor in {closed}:
    try:
        os.close(descriptor)
    except OSError:
        pass
from tests.sandbox.toy_pool import ask, toy_pool
with toy_pool() as pool:
    os._exit(0 if ask(pool, "look-around").answer.startswith(b"0:2 1:2 2:1 3:14 ") else 1)
"""
    root = HERE.parents[1]
    environment = {"PYTHONPATH": f"{root / 'src'}:{root}"}
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", program], environment)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_no_variable_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", "/planted")
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    # LC_CTYPE is what the interpreter sets for itself (PEP 538).
    assert look_around()[1] in ("", "LC_CTYPE=C.UTF-8")


def test_the_current_directory_is_neither_kept_nor_searched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    *_, directory, search_path = look_around()
    assert directory == "/"
    assert str(tmp_path) not in search_path.split()
    assert "" not in search_path.split(" ")


def test_the_standard_library_comes_before_everything_else() -> None:
    search_path = look_around()[-1].split()
    own = str(HERE.parents[1] / "src")
    assert search_path.index(os.path.dirname(os.__file__)) < search_path.index(own)


def test_installed_packages_are_found_and_nothing_else_of_the_search_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["", "/somewhere", "/python/site-packages", "/debian/dist-packages"])
    setup = setup_for(JailPolicy(), "answers", ("/more",))
    assert setup.import_path[1:] == ("/python/site-packages", "/debian/dist-packages", "/more")


def test_the_temporary_directory_of_the_user_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert setup_for(JailPolicy(), "answers").scratch_directories[0] == str(tmp_path)
