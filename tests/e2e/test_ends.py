"""However a run ends, by Ctrl-C, a killed worker, a reader that goes away or a full disk, it ends cleanly."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.pickles import SHELL, dumps, op, pickled_call, program
from tests.e2e.command import PATIENCE, PROGRAM, environment, files, weigh
from tests.sampling import some

_CALL = op.GLOBAL("collections", "OrderedDict") + op.EMPTY_TUPLE + op.REDUCE + op.POP
SLOW = program(_CALL * 500_000, op.GLOBAL("odd", "name"))
"""Takes a worker several seconds and is suspicious in the end."""


def children(pid: int) -> set[int]:
    """Processes that a process has started and not yet waited for."""
    try:
        return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except FileNotFoundError:
        return set()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition: object, *, seconds: float = PATIENCE) -> None:
    """Wait until a function gives something true."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def is_busy(pid: int) -> bool:
    """A worker is examining: it has used processor time beyond its start."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]) > 15


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("b-slow.pkl", "c-slow.pkl"):
        (folder / name).write_bytes(SLOW)
    (folder / "a-quick.pkl").write_bytes(dumps(1))
    (folder / "d-bad.pkl").write_bytes(pickled_call(SHELL))
    return folder


@pytest.fixture
def running(slow: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A scan in the middle of its work, with two busy workers."""
    process = subprocess.Popen(
        [*PROGRAM, "scan", slow, "--jobs", "2", "--format", "json"], env=environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        until(lambda: len(children(process.pid)) == 2)
        until(lambda: all(is_busy(pid) for pid in children(process.pid)))
        yield process
    finally:
        for pid in (*children(process.pid), process.pid):
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)
        process.communicate()


def test_ctrl_c_before_the_command_has_begun_is_no_traceback() -> None:
    early = "import weighbridge.cli.app as app, weighbridge.__main__ as start\ndef end(): raise KeyboardInterrupt\n"
    ran = subprocess.run(
        [*PROGRAM[:1], "-c", f"{early}app.end_in_order = end\nstart.run()"],
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (130, b"")


def test_ctrl_c_leaves_no_process(running: subprocess.Popen[bytes]) -> None:
    workers = children(running.pid)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert out == b""
    assert err == b"\nweighbridge: interrupted\n"
    assert not any(map(is_running, workers))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_no_worker_outlives_its_parent(running: subprocess.Popen[bytes], how: signal.Signals) -> None:
    workers = children(running.pid)
    os.kill(running.pid, how)
    running.communicate(timeout=PATIENCE)
    until(lambda: not any(map(is_running, workers)))


@pytest.mark.parametrize("how", some(2, [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]))
@pytest.mark.parametrize("whole", [False, True], ids=["file", "directory"])
def test_a_conversion_that_is_ended_leaves_nothing(tmp_path: Path, whole: bool, how: signal.Signals) -> None:
    source, result = tmp_path / "model", tmp_path / "result"
    source.mkdir()
    result.mkdir()
    with (source / "weights.npy").open("wb") as file:
        head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({1 << 30},), }}".ljust(117) + "\n"
        file.write(b"\x93NUMPY\1\0" + len(head).to_bytes(2, "little") + head.encode())
        file.truncate(file.tell() + (1 << 30))
    words = [source, "--into", result / "model"] if whole else [source / "weights.npy", "--into", result]
    process = subprocess.Popen(
        [*PROGRAM, "convert", *words], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    until(lambda: any(path.is_file() and path.stat().st_size for path in result.rglob("*")))
    os.kill(process.pid, how)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (128 + how, b"", b"\nweighbridge: interrupted\n")
    assert list(result.iterdir()) == []


def test_a_worker_that_is_killed_costs_its_file_and_no_other(running: subprocess.Popen[bytes]) -> None:
    os.kill(min(children(running.pid)), signal.SIGSEGV)
    out, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, err) == (1, b"")
    found = {Path(file["path"]).name: file for file in json.loads(out)["artifacts"][0]["files"]}
    crashed = {name for name, file in found.items() if any(gap["kind"] == "crashed" for gap in file["gaps"])}
    assert len(crashed) == 1
    (gap,) = found[crashed.pop()]["gaps"]
    assert gap["reason"] == "the worker was killed: an invalid memory access in native code"
    assert found["a-quick.pkl"]["verdict"] == "clean"
    assert found["d-bad.pkl"]["verdict"] == "malicious"
    assert sorted(file["verdict"] for file in found.values()) == ["clean", "inconclusive", "malicious", "suspicious"]


# -- readers that go away -----------------------------------------------------------------------------------------


def test_a_reader_that_goes_away_is_no_trouble(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.pkl").write_bytes(pickled_call(SHELL))
    ours, theirs = os.pipe()
    process = subprocess.Popen(
        [*PROGRAM, "scan", tmp_path, "--format", "json"], env=environment(), stdout=theirs, stderr=subprocess.PIPE
    )
    os.close(theirs)
    assert os.read(ours, 10)[:1] == b"{"
    os.close(ours)
    _, err = process.communicate(timeout=PATIENCE)
    assert err == b""
    assert process.returncode == 2, "nobody can say that the outcome was delivered"


@pytest.mark.parametrize("words", [["scan", "x.pkl"], ["rules"], ["explain", "EXE101"], ["--help"], ["scan", "--help"]])
def test_a_stdout_that_is_full_or_closed_is_told(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "x.pkl").write_bytes(dumps(1))
    with open("/dev/full", "wb") as full:
        ran = weigh(*words, cwd=tmp_path, stdout=full)
    assert (ran.code, ran.err) == (2, "weighbridge: cannot write to stdout: no space left on device\n")
    ran = weigh(*words, cwd=tmp_path, stdout=None, preexec_fn=lambda: os.close(1))
    assert ran.code == 2
    assert "stdout is closed" in ran.err


def test_a_stderr_that_is_full_or_closed_changes_no_exit_code(tmp_path: Path) -> None:
    (tmp_path / "bad.pkl").write_bytes(pickled_call(SHELL))
    (tmp_path / "ok.pkl").write_bytes(dumps(1))
    (tmp_path / "weighbridge.toml").touch()  # makes a note on stderr
    for name, code in (("bad.pkl", 1), ("ok.pkl", 0), ("missing", 2)):
        with open("/dev/full", "wb") as full:
            assert weigh("scan", name, cwd=tmp_path, stderr=full).code == code
        assert weigh("scan", name, cwd=tmp_path, stderr=None, preexec_fn=lambda: os.close(2)).code == code
    everything = weigh(
        "scan", "bad.pkl", "-o", "out.txt", cwd=tmp_path, stdin=None, stdout=None, stderr=None,
        preexec_fn=lambda: os.closerange(0, 3),
    )  # fmt: skip
    assert everything.code == 1
    assert "MALICIOUS" in (tmp_path / "out.txt").read_text("utf-8")


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A file size limit is what a full disk looks like to the one who writes."""
    import resource

    for number in range(100):
        (tmp_path / f"{number}.pkl").write_bytes(pickled_call(SHELL))
    report = tmp_path / "reports" / "report.json"
    report.parent.mkdir()
    report.write_text("the old one")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))

    ran = weigh("scan", tmp_path, "-o", f"json={report}", "-q", preexec_fn=limit)
    assert ran.code == 2
    assert ran.err == f"weighbridge: cannot write '{report}': file too large\n"
    assert "MALICIOUS" in ran.out
    assert report.read_text() == "the old one"
    assert list(report.parent.iterdir()) == [report]


# -- terminals ----------------------------------------------------------------------------------------------------


def on_a_terminal(*words: str | Path, stdout: bool = False, **variables: str) -> tuple[int, str, str]:
    """Run with stderr, and stdout if wanted, on a terminal; gives exit code, what the terminal saw, and stdout."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *words], env=environment(TERM="xterm", **variables), stdin=subprocess.DEVNULL, stderr=theirs,
        stdout=theirs if stdout else subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while True:
        ready, _, _ = select.select([ours], [], [], 30)
        try:
            piece = os.read(ours, 65_536) if ready else b""
        except OSError:  # the last one has closed it
            piece = b""
        if not piece:
            break
        seen += piece
    os.close(ours)
    out, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, seen.decode(), (out or b"").decode()


@pytest.fixture
def long(tmp_path: Path) -> Path:
    for number in range(5):
        (tmp_path / f"{number}.pkl").write_bytes(program(_CALL * 100_000, op.GLOBAL("odd", "name")))
    return tmp_path


def test_a_bar_is_drawn_on_a_terminal_and_nowhere_else(long: Path) -> None:
    code, seen, out = on_a_terminal("scan", long, "--jobs", "1")
    assert code == 1
    assert "[" in seen
    assert "of 5 files" in seen
    assert seen.endswith("\r" + " " * 79 + "\r"), "it is wiped away"
    assert "of 5 files" not in out.replace("5 of 5 files may", "")
    assert weigh("scan", long, "--jobs", "1").err == ""


def test_colour_is_for_terminals_and_never_alone_as_meaning(tmp_path: Path) -> None:
    (tmp_path / "bad.pkl").write_bytes(pickled_call(SHELL))
    _, seen, _ = on_a_terminal("scan", tmp_path / "bad.pkl", stdout=True)
    assert "\x1b[1;31m✗ MALICIOUS:\x1b[0m" in seen
    _, plain, _ = on_a_terminal("scan", tmp_path / "bad.pkl", stdout=True, NO_COLOR="1")
    assert "\x1b" not in plain
    assert "✗ MALICIOUS:" in plain
    assert "\x1b" not in weigh("scan", tmp_path / "bad.pkl").out
    _, document, _ = on_a_terminal("scan", tmp_path / "bad.pkl", "--format", "json", stdout=True)
    assert json.loads(document)["verdict"] == "malicious"


def test_a_model_is_not_read_from_a_terminal() -> None:
    ours, theirs = pty.openpty()
    ran = weigh("scan", "-", stdin=theirs)
    os.close(ours)
    os.close(theirs)
    assert ran.code == 2
    assert "a model is not read from a terminal" in ran.err


LOCALES = [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}, {"LANG": "C", "PYTHONUTF8": "0"}]


@pytest.mark.parametrize("variables", LOCALES)
def test_every_command_works_where_utf_8_does_not(tmp_path: Path, variables: dict[str, str]) -> None:
    path = tmp_path / "bad-é\udcff.pkl"
    path.write_bytes(pickled_call(SHELL))
    for words in (["scan", path], ["scan", path, "-v"], ["explain", "EXE101"], ["explain", "--trace", path], ["rules"]):
        ran = weigh(*words, env=variables)
        assert ran.code in {0, 1}
        if "PYTHONIOENCODING" in variables:
            assert ran.out.isascii()
    ran = weigh("scan", path, "--format", "json", env=variables)
    assert len(files(ran)) == 1
