"""Whatever a file does while it is loaded ends as a report, and nothing outside changes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.builders import pickles
from tests.sampling import some
from tests.sandbox import loaded
from tests.sandbox.jail_probes import CALLS, PROBES, WALLS
from tests.sandbox.loaded import load, running, whole, without
from tests.sandbox.test_jail import NOBODY, SOURCE, _python_for_nobody, as_nobody, assert_reached
from weighbridge.core.errors import SandboxError, UsageError
from weighbridge.sandbox import loading
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.loading import Attempt, HaltKind, Library, Loading
from weighbridge.sandbox.policy import ENCLOSURE, LOADER_LAYERS, JailPolicy, Layer
from weighbridge.sandbox.pool import JailedPool
from weighbridge.sandbox.tasks import Killed, PoolTask
from weighbridge.sandbox.testimony import NodeKind

pytestmark = pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")


@cache
def escapes(user: str, *walls: Layer, threads: int = 0) -> tuple[dict[str, str], list[str]]:
    """What came of each escape that a loaded pickle made, and the calls that the kernel told of."""
    if user == "current":
        return loaded.escapes(*walls, threads=threads)
    done = subprocess.run(
        [_python_for_nobody(), "-B", loaded.__file__],
        input=json.dumps({"walls": list(walls), "threads": threads}),
        env={"PYTHONPATH": f"{SOURCE}:{SOURCE.parent}"},
        cwd="/",
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes, calls = json.loads(done.stdout)
    return dict(outcomes), list(calls)


with_and_without_threads = pytest.mark.parametrize("threads", [0, 4])


def as_told(name: str, seen_by: str) -> set[tuple[str, str]]:
    """How the call of a probe is told; an architecture that lacks a call has one with ``at`` in its place."""
    return {(seen_by, CALLS[name]), (seen_by, CALLS[name] + "at")}


@pytest.mark.parametrize("name", PROBES)
def test_escape_of_a_loaded_file_is_denied_and_told(name: str) -> None:
    outcomes, found = loaded.escape([name])
    assert outcomes[name].startswith("denied")
    # Landlock refuses without a word: what only it stops is seen by the witness inside.
    assert as_told(name, "kernel" if Layer.SECCOMP in WALLS[name] else "audit") & loaded.told(found)


@with_and_without_threads
@pytest.mark.parametrize("name", PROBES)
def test_escape_of_a_loaded_file_is_denied(name: str, threads: int) -> None:
    assert escapes("current", threads=threads)[0][name].startswith("denied")


@as_nobody
@with_and_without_threads
@pytest.mark.parametrize("name", PROBES)
def test_escape_of_a_file_that_nobody_loads_is_denied_and_told(name: str, threads: int) -> None:
    outcomes, calls = escapes("nobody", threads=threads)
    assert outcomes[name].startswith("denied")
    if Layer.SECCOMP in WALLS[name]:
        assert {call for _, call in as_told(name, "kernel")} & set(calls)


@pytest.mark.parametrize("name", [name for name in PROBES if WALLS[name] == {Layer.SECCOMP}])
def test_escape_of_a_loaded_file_gets_through_a_weak_jail(name: str) -> None:
    """So that the tests above can fail."""
    assert_reached(escapes("current", Layer.SECCOMP, *ENCLOSURE)[0][name])


def kinds(found: Loading) -> set[str]:
    return {str(attempt.event.kind) for attempt in found.attempts if attempt.event is not None}


def named(found: Loading, event: str) -> Attempt:
    """The attempt that this audit event told of."""
    return next(attempt for attempt in found.attempts if attempt.event is not None and attempt.event.event == event)


def test_what_is_tried_is_told_with_the_line_it_came_from(tmp_path: Path) -> None:
    secret, target = tmp_path / "secret", tmp_path / "written"
    secret.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        source = (
            "import os, socket, subprocess, ctypes\n"
            "out = []\n"
            "def attempt(function, *arguments):\n"
            "    try:\n        function(*arguments)\n"
            "    except OSError as error:\n        out.append(error.errno)\n"
            f"attempt(open, {str(secret)!r})\n"
            f"attempt(open, {str(target)!r}, 'w')\n"
            "attempt(os.system, 'echo weighed')\n"
            "attempt(subprocess.run, ['echo', 'weighed'])\n"
            f"attempt(socket.create_connection, ('127.0.0.1', {listener.getsockname()[1]}))\n"
            f"attempt(os.kill, {os.getpid()}, 0)\n"
            "ctypes.CDLL(None)\n"
        )
        found = load(running(source))
    assert kinds(found) == {"file", "process", "network", "native", "code", "name"}
    assert str(secret) in named(found, "open").event.what  # type: ignore[union-attr]
    assert "echo weighed" in named(found, "os.system").event.what  # type: ignore[union-attr]
    assert named(found, "os.system").event.where == "<string>:5 in attempt"  # type: ignore[union-attr]
    assert found.outline is not None
    assert found.outline.kind is NodeKind.SEQUENCE
    assert {item.text for item in found.outline.items} <= {"1", "2", "13"}
    assert not target.exists()


def test_an_honest_twin_tries_nothing() -> None:
    found = load(b"\x80\x04}\x94\x8c\x01a\x94]\x94(K\x01K\x02es.")
    assert not found.attempts
    assert not found.events
    assert found.outline is not None
    assert (found.outline.kind, found.outline.class_name) == (NodeKind.MAPPING, "dict")
    assert whole(found.layers)


def test_an_import_is_no_cover(tmp_path: Path) -> None:
    """A name that looks like the import machinery's must be made by code, which is told before it runs."""
    source = (
        "code = compile('import os\\nos.mkdir(target)', '<frozen importlib._bootstrap>', 'exec')\n"
        f"exec(code, {{'target': {str(tmp_path / 'made')!r}}})\n"
    )
    found = load(running(source))
    assert kinds(found) >= {"name", "code"}
    assert not (tmp_path / "made").exists()


ENDINGS = {
    "native exit": ("import os; os._exit(0)", HaltKind.CRASHED),
    "exit through the C library": ("import ctypes; ctypes.CDLL(None).exit(7)", HaltKind.CRASHED),
    "a signal to itself": ("import os; os.kill(os.getpid(), 9)", HaltKind.CRASHED),
    "stopped": ("import os; os.kill(os.getpid(), 19)", HaltKind.TIMEOUT),
    "an invalid access": ("import ctypes; ctypes.string_at(0)", HaltKind.CRASHED),
    "no end": ("while True: pass", HaltKind.TIMEOUT),
    "a time bomb that sleeps": ("import time; time.sleep(1000)", HaltKind.TIMEOUT),
    "much memory": ("out = bytearray(8 << 30)", HaltKind.RESOURCE_EXCEEDED),
    "memory by and by": ("out = []\nwhile True: out.append(bytearray(1 << 20))", HaltKind.RESOURCE_EXCEEDED),
    "a flood": ("import os\nwhile True: os.write(2, b'x' * 65536)", HaltKind.RESOURCE_EXCEEDED),
    "a long answer": ("import os\nos.write(3, (1 << 40).to_bytes(8, 'little'))", HaltKind.RESOURCE_EXCEEDED),
    "a need": ("import os\nos.write(3, b'\\xff' * 24)", HaltKind.CRASHED),
    "a closed channel": ("import os, time\nos.close(3)\ntime.sleep(1000)", HaltKind.CRASHED),
    "many notes": (
        "import os\nwhile True: os.write(3, b'\\xfe' + b'\\xff' * 7 + (8000).to_bytes(4, 'little') + b'x' * 8000)",
        HaltKind.RESOURCE_EXCEEDED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDINGS)
def test_an_end_of_any_kind_is_a_report(name: str) -> None:
    source, kind = ENDINGS[name]
    # Only who shall run out of time gets little of it: on a busy machine a child takes long to run out of memory.
    seconds = 2.0 if kind is HaltKind.TIMEOUT else 60.0
    found = load(running(source), seconds=seconds, memory=256 << 20)
    assert found.halt is not None
    assert found.halt.kind is kind
    assert found.outline is None
    # What led into the stranger's code had left the process before it ran.
    assert "name" in kinds(found)
    assert "builtins.eval" in found.attempts[0].reason


def test_bombs_of_processes_and_threads_do_not_go_off() -> None:
    source = (
        "import os, threading\n"
        "out = []\n"
        "for function in (os.fork, lambda: threading.Thread(target=print).start()):\n"
        "    try:\n        function()\n"
        "    except (OSError, RuntimeError) as error:\n        out.append(type(error).__name__)\n"
    )
    found = load(running(source))
    assert found.outline is not None
    assert [item.text for item in found.outline.items] == ["'PermissionError'", "'RuntimeError'"]
    assert named(found, "os.fork")


def test_the_disk_cannot_be_filled() -> None:
    source = (
        "import os\n"
        "out = []\n"
        "for descriptor in range(3, 64):\n"
        "    try:\n        os.pwrite(descriptor, b'x' * 4096, 0); out.append(descriptor)\n"
        "    except OSError as error:\n        pass\n"
    )
    found = load(running(source))
    assert found.outline is not None
    assert found.outline.items == ()


def test_an_answer_cannot_be_forged_without_a_trace() -> None:
    answer = json.dumps({"outline": {"kind": "value", "class": "int", "label": "", "text": "1"}}).encode()
    forged = len(answer).to_bytes(8, "little") + answer
    found = load(running(f"import os, time; os.write(3, {forged!r}); time.sleep(1000)"), seconds=60.0)
    assert found.outline is not None
    assert found.outline.text == "1"
    assert kinds(found) >= {"name", "code"}


def test_an_answer_outside_of_the_schema_is_an_attempt() -> None:
    found = load(running("import os, time; os.write(3, (2).to_bytes(8, 'little') + b'[]'); time.sleep(1000)"))
    assert found.attempts[-1].reason.startswith("the child was taken over")
    assert found.halt is not None


def test_notes_outside_of_the_schema_are_an_attempt() -> None:
    found = load(running("import os; os.write(3, b'\\xfe' + b'\\xff' * 7 + (2).to_bytes(4, 'little') + b'[]')"))
    assert found.attempts[-1].reason.startswith("the child was taken over")
    assert found.outline is not None


@pytest.mark.parametrize(
    "source",
    [
        "out = []; out.append(out)",
        "out = []\nfor _ in range(100_000): out = [out]",
        "out = list(range(1_000_000))",
        "out = {number: {} for number in range(100_000)}",
        "out = 'x' * (64 << 20)",
        "out = 10 ** 100_000",
        "out = {'\\x1b[2J\\u202e': '\\x1b]0;owned\\x07', '\\udcff': b'\\xff'}",
        "class Odd:\n    __module__ = 5\n    def __len__(self): return -1\nout = Odd()",
        "out = {float('nan'), float('inf')}",
        "out = (1, 2.5, 3j, None, True, ..., int, print)",
    ],
)
def test_outlines_are_bounded(source: str) -> None:
    found = load(running(source))
    assert found.outline is not None, found


@pytest.mark.parametrize(
    "source", ["raise SystemExit(0)", "raise KeyboardInterrupt", "class E(BaseException): pass\nraise E('\\x1b[2J')"]
)
def test_what_a_file_raises_is_told(source: str) -> None:
    found = load(running(source))
    assert found.failure is not None
    assert any("<string>" in place for place in found.failure.where)


def test_a_failure_of_an_honest_kind_is_no_attempt() -> None:
    found = load(b"\x80\x04K\x01")
    assert found.failure is not None
    assert found.failure.class_name == "EOFError"
    assert found.attempts == ()


def test_an_unhandled_refusal_is_an_attempt() -> None:
    found = load(b"\x80\x02cos\nlistdir\nX\x05\x00\x00\x00/root\x85R.")
    assert found.failure is not None
    assert found.failure.refused
    assert any("the jail refused it" in attempt.reason for attempt in found.attempts)


def test_nothing_of_the_parent_is_inherited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.setenv(name, "secret")
    with (tmp_path / "open").open("w") as stray:
        os.set_inheritable(stray.fileno(), True)
        source = (
            "import os\n"
            "held = []\n"
            "for descriptor in range(256):\n"
            "    try:\n        os.fstat(descriptor); held.append(descriptor)\n"
            "    except OSError:\n        pass\n"
            "out = [sorted(os.environ), len(held)]\n"
        )
        found = load(running(source))
    assert found.outline is not None
    variables, descriptors = found.outline.items
    assert not {item.text.strip("'") for item in variables.items} & {
        "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "GOOGLE_APPLICATION_CREDENTIALS", "PATH",
    }  # fmt: skip
    assert int(descriptors.text) == 6  # null, null, stderr, channel, scratch, the file


def test_the_file_itself_cannot_be_written() -> None:
    source = (
        "import os\nout = []\n"
        "for descriptor in range(4, 64):\n"
        "    try:\n        os.write(descriptor, b'x'); out.append(descriptor)\n"
        "    except OSError:\n        pass\n"
    )
    found = load(running(source))
    assert found.outline is not None
    assert found.outline.items == ()


def test_nothing_is_loaded_where_a_layer_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LOADER_LAYERS", tuple(layer for layer in Layer if layer is not Layer.LANDLOCK))
    with pytest.raises(SandboxError, match="not sandboxed: this system gives the jail no landlock"):
        load(running("out = 1"))


def test_namespaces_are_wanted_only_when_strict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "model.pkl"
    file.write_bytes(b"N.")
    with file.open("rb") as opened:
        if loading.load_in_jail(opened.fileno(), 2, Library.PICKLE).layers == LOADER_LAYERS:
            assert loading.load_in_jail(opened.fileno(), 2, Library.PICKLE, strict=True).layers == LOADER_LAYERS
        seal = JailWithoutNamespaces(monkeypatch)
        found = loading.load_in_jail(opened.fileno(), 2, Library.PICKLE)
        assert whole(found.layers)
        assert set(found.layers) <= set(seal.layers)
        with pytest.raises(SandboxError, match="namespaces"):
            loading.load_in_jail(opened.fileno(), 2, Library.PICKLE, strict=True)


class JailWithoutNamespaces:
    """A system whose kernel gives no namespaces: the policy that reaches the child leaves them out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.layers = tuple(layer for layer in LOADER_LAYERS if layer is not Layer.NAMESPACES)
        monkeypatch.setattr(loading, "JailPolicy", lambda **words: JailPolicy(**(words | {"layers": self.layers})))


def test_a_library_that_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UsageError, match="joblib is not installed"):
        load(b"N.", Library.JOBLIB)


def test_a_library_that_starts_threads_is_not_trusted_with_a_file(tmp_path: Path) -> None:
    """Landlock and seccomp would leave the other thread outside."""
    (tmp_path / "threaded.py").write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "def open_scratch(_): pass\n"
    )
    opened: list[int] = []
    pool = JailedPool(
        workers=1,
        policy=JailPolicy(layers=LOADER_LAYERS),
        deadline=lambda _: 60.0,
        answer_module="threaded",
        import_path=(str(tmp_path),),
    )

    def hand_over() -> int:
        opened.append(os.open(os.devnull, os.O_RDONLY))
        return opened[-1]

    task = PoolTask(key=0, request=b"", open=hand_over, size=0)
    with pool, pytest.raises(SandboxError, match="more than one thread"):
        list(pool.run([task]))
    assert not opened


def test_notes_that_nobody_hears_end_the_worker(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(running("out = 1"))
    request = b'{"path": "", "readable": [], "temp": "", "pack": false}'
    task = PoolTask(key=0, request=request, open=lambda: os.open(tmp_path / "model.pkl", os.O_RDONLY), size=0)
    pool = JailedPool(
        workers=1,
        policy=JailPolicy(layers=LOADER_LAYERS),
        deadline=lambda _: 60.0,
        answer_module="weighbridge.sandbox.loaders.pickle",
    )
    with pool:
        (result,) = pool.run([task])
    assert result.failure == Killed(signal=9, reason="it sent notes that nobody had asked for")


def test_the_weak_jail_of_these_tests_is_gone_again() -> None:
    with without(Layer.SECCOMP):
        assert Layer.SECCOMP not in vars(loading)["LOADER_LAYERS"]
    assert vars(loading)["LOADER_LAYERS"] == LOADER_LAYERS


@pytest.mark.parametrize("sample", some(4, pickles.SAMPLES), ids=lambda sample: sample.name)
def test_every_technique_ends_as_a_report_and_its_twin_tries_nothing(sample: pickles.Sample) -> None:
    found = load(sample.build(), seconds=10.0)
    assert sum(end is not None for end in (found.outline, found.failure, found.halt)) == 1
    twin = load(sample.twin(), seconds=10.0)
    assert twin.outline is not None
    assert twin.attempts == ()
