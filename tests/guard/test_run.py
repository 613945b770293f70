"""``weighbridge run``: the program is the process that was started, guarded before its first line, else unchanged."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.guard.locks import entry_of, flip, write
from weighbridge.guard import starting

SOURCE = Path(starting.FOLDER).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one locked model, and a copy of it where nobody would look by the folder."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.pkl").write_bytes(pickle.dumps({"answer": 42}))
    write(tmp_path, entry_of(tmp_path / "models"))
    return tmp_path


def environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **more}


def command(*words: str) -> list[str]:
    # The command itself finds the package by its own path only: nothing of that may be needed by the program.
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(SOURCE)!r}); "
            "from weighbridge.cli.app import main; sys.exit(main(sys.argv[1:]))", "run", *words]  # fmt: skip


def run(project: Path, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    variables = more.pop("env", {})
    return subprocess.run(
        command(*words), cwd=project, capture_output=True, text=True, check=False, env=environment(**variables), **more
    )


LOAD = "import pickle; print(pickle.load(open('models/a.pkl', 'rb'))['answer'])\n"
LINE = "weighbridge: refused open of 'models/a.pkl': its bytes are not the locked ones: expected sha256 "


def python(*words: str) -> tuple[str, ...]:
    return ("--", sys.executable, *words)


def ways(project: Path) -> dict[str, tuple[str, ...]]:
    (project / "app.py").write_text(LOAD)
    (project / "package").mkdir(exist_ok=True)
    (project / "package" / "__init__.py").write_text("")
    (project / "package" / "__main__.py").write_text(LOAD)
    return {"script": python("app.py"), "module": python("-m", "package"), "command": python("-c", LOAD)}


@pytest.mark.parametrize("way", ["script", "module", "command"])
def test_a_program_runs_on_locked_files_and_stops_with_one_line_on_others(way: str, project: Path) -> None:
    words = ways(project)[way]
    done = run(project, *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "42\n", "")
    flip(project / "models" / "a.pkl")
    done = run(project, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(LINE.replace("'models", f"'{project}/models"))
    assert done.stderr.count("\n") == 1
    assert "weighbridge lock --update own" in done.stderr


def test_what_a_refusal_led_to_is_not_told_beside_it(project: Path) -> None:
    flip(project / "models" / "a.pkl")
    program = "try:\n  open('models/a.pkl', 'rb')\nexcept Exception:\n  raise OSError('cannot load it')"
    done = run(project, *python("-c", program))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def test_a_refusal_that_the_program_forgets_is_told_all_the_same(project: Path) -> None:
    flip(project / "models" / "a.pkl")
    program = "try:\n  open('models/a.pkl', 'rb')\nexcept Exception:\n  print('went on')"
    done = run(project, *python("-c", program))
    assert (done.returncode, done.stdout) == (0, "went on\n")
    assert "weighbridge: refused" in done.stderr


def test_errors_of_the_program_are_its_own(project: Path) -> None:
    done = run(project, *python("-c", "raise KeyError('own')"))
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback (most recent call last)")
    assert done.stderr.endswith("KeyError: 'own'\n")


def test_arguments_input_and_exit_codes_pass_through(project: Path) -> None:
    program = "import sys; print(sys.argv[1:], sys.stdin.read()); sys.exit(int(sys.argv[-1]))"
    done = run(project, *python("-c", program, "--audit", "--", "-x", "", "a b", "7"), input="from stdin")
    assert (done.returncode, done.stderr) == (7, "")
    assert done.stdout == "['--audit', '--', '-x', '', 'a b', '7'] from stdin\n"


def test_signals_reach_the_program(project: Path) -> None:
    program = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(9)); "
        "print('up', flush=True); time.sleep(60)"
    )
    words = command(*python("-c", program))
    with subprocess.Popen(words, cwd=project, stdout=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 9
    with subprocess.Popen(command("--", "sleep", "60"), cwd=project, env=environment()) as process:
        while Path(f"/proc/{process.pid}/comm").read_text() != "sleep\n":
            time.sleep(0.01)
        process.kill()
        assert process.wait(30) == -signal.SIGKILL


def test_signals_that_python_ignores_are_not_ignored_by_the_program(project: Path) -> None:
    usual = subprocess.run(["grep", "SigIgn", "/proc/self/status"], capture_output=True, text=True, check=True).stdout
    assert run(project, "--", "grep", "SigIgn", "/proc/self/status").stdout == usual


def test_processes_that_the_program_starts_are_guarded(project: Path) -> None:
    flip(project / "models" / "a.pkl")
    inner = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {LOAD!r}]).returncode)"
    done = run(project, *python("-c", inner))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("weighbridge: refused") == 1
    done = run(project, "--", "sh", "-c", f'{sys.executable} -c "{LOAD.strip()}"')
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


SPAWN = """
import multiprocessing, pickle

def load(_):
    return pickle.load(open('models/a.pkl', 'rb'))['answer']

if __name__ == '__main__':
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        print(pool.map(load, range(2)))
"""


def test_workers_are_guarded_and_their_refusals_end_the_program(project: Path) -> None:
    (project / "app.py").write_text(SPAWN)
    done = run(project, *python("app.py"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "[42, 42]\n", "")
    flip(project / "models" / "a.pkl")
    done = run(project, *python("app.py"))
    assert done.returncode == 1
    assert set(done.stderr.splitlines()) == {done.stderr.splitlines()[0]}
    assert done.stderr.startswith("weighbridge: refused")


def test_the_programs_own_sitecustomize_has_its_turn(project: Path) -> None:
    own = project / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text(
        "import sys; sys.customized = __file__, bool(sys.modules.get('weighbridge.guard.current'))"
    )
    program = "import sys, sitecustomize; print(*sys.customized, sitecustomize.__file__, sys.path)"
    plain = subprocess.run([sys.executable, "-c", "import sys; print(sys.path)"], capture_output=True, text=True,
                           check=True, cwd=project, env=environment(PYTHONPATH=str(own))).stdout  # fmt: skip
    done = run(project, *python("-c", program), env={"PYTHONPATH": str(own)})
    place = str(own / "sitecustomize.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{place} True {place} {plain}"


def test_an_interpreter_that_knows_nothing_of_weighbridge_is_guarded(project: Path) -> None:
    venv.create(project / "venv", with_pip=False)
    other = str(project / "venv" / "bin" / "python")
    done = run(project, "--", other, "-c", "import sys; print(sys.prefix)\n" + LOAD)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{project / 'venv'}\n42\n"
    flip(project / "models" / "a.pkl")
    assert run(project, "--", other, "-c", LOAD).returncode == 1


def test_audit_tells_and_lets_pass(project: Path) -> None:
    flip(project / "models" / "a.pkl")
    program = "open('models/a.pkl', 'rb').read(); open('models/a.pkl', 'rb').read(); print('passed')"
    done = run(project, "--audit", "--report", "loads.jsonl", *python("-c", program))
    assert (done.returncode, done.stdout) == (0, "passed\n")
    assert done.stderr.count("weighbridge: audit: would have refused open") == 1
    (line,) = (project / "loads.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert (told["outcome"], told["loader"], told["entry"], told["file"]) == ("refused", "open", "own", "a.pkl")
    assert told["expected"] != told["found"]


def test_a_report_holds_what_was_let_in_too(project: Path) -> None:
    assert run(project, "--report", "loads.jsonl", *python("-c", LOAD)).returncode == 0
    told = [json.loads(line) for line in (project / "loads.jsonl").read_text().splitlines()]
    assert {one["loader"] for one in told} == {"open", "pickle.load"}
    assert {one["outcome"] for one in told} == {"named"}


def test_caches_of_the_program_can_be_allowed(project: Path) -> None:
    (project / "cache").mkdir()
    program = "import pickle; pickle.dump(1, open('cache/a.pkl', 'wb')); print(pickle.load(open('cache/a.pkl', 'rb')))"
    assert run(project, *python("-c", program)).returncode == 1
    assert run(project, "--allow", "cache", *python("-c", program)).stdout == "1\n"


# -- what cannot start ----------------------------------------------------------------------------------------------


def refused_to_start(project: Path, *words: str) -> str:
    done = run(project, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_without_a_lock_nothing_starts(project: Path) -> None:
    (project / "model.lock").unlink()
    assert "there is no lock file" in refused_to_start(project, *python("-c", "print('started')"))
    (project / "model.lock").write_text("<<<<<<< ours")
    assert "unfinished merge" in refused_to_start(project, *python("-c", "print('started')"))


@pytest.mark.parametrize("words", [["-I"], ["-E"], ["-S"], ["-uS"], ["-W", "ignore", "-I"], ["-X", "utf8", "-BE"]])
def test_a_switch_that_keeps_the_guard_out_is_an_error(words: list[str], project: Path) -> None:
    assert "starts without the guard" in refused_to_start(project, *python(*words, "-c", "print('started')"))


@pytest.mark.parametrize("words", [["-u"], ["-Wignore"], ["-X", "utf8"], ["-O"], ["-P"], ["-s"]])
def test_other_switches_are_the_programs_own(words: list[str], project: Path) -> None:
    done = run(project, *python(*words, "-c", "print('started')", "-I"))
    assert (done.returncode, done.stdout) == (0, "started\n")


def test_a_program_that_is_none(project: Path) -> None:
    assert "cannot run 'absent-program': no such file" in refused_to_start(project, "--", "absent-program")
    assert "PROGRAM is missing" in refused_to_start(project)
    assert "cannot write" in refused_to_start(project, "--report", "absent/loads.jsonl", *python("-c", "0"))


def test_a_lock_that_changes_while_the_program_runs_stops_what_starts_later(project: Path) -> None:
    program = (
        "import subprocess, sys; open('model.lock', 'a').write(' ');"
        "sys.exit(subprocess.run([sys.executable, '-c', 'print(1)']).returncode)"
    )
    done = run(project, *python("-c", program))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not the lock that the program was started with" in done.stderr


WRONG = '{"lock": 1, "digest": 2, "mode": 3, "report": 4, "allow": []}'


@pytest.mark.parametrize("text", ["", "{", "[]", '{"lock": "model.lock"}', WRONG])
def test_a_variable_that_says_nothing_stops_the_program(text: str, project: Path) -> None:
    variables = environment(PYTHONPATH=starting.FOLDER, WEIGHBRIDGE_GUARD=text)
    done = subprocess.run([sys.executable, "-c", "print('started')"], cwd=project, capture_output=True, text=True,
                          check=False, env=variables)  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_without_the_variable_nothing_happens(project: Path) -> None:
    done = subprocess.run([sys.executable, "-c", "print('started')"], cwd=project, capture_output=True, text=True,
                          check=False, env=environment(PYTHONPATH=starting.FOLDER))  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "started\n", "")
