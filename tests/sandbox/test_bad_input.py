"""Whatever a hostile file does, it ends as a report that names it, and the host is as it was before."""

from __future__ import annotations

import gc
import json
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.loaded import load, running
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.loading import HaltKind, Loading

pytestmark = pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")
on_x86_64 = pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86_64")

NATIVE = "import ctypes, os, time\nc = ctypes.CDLL(None, use_errno=True)\nout = []\n"
SHIELDED = (
    "def attempt(function, *arguments):\n"
    "    try:\n        return function(*arguments)\n"
    "    except OSError as error:\n        return error.errno\n"
)


def state(directory: Path) -> tuple[object, ...]:
    """What a file could change of this process and its surroundings."""
    files = {str(path): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()}
    links = {str(path): os.readlink(path) for path in directory.rglob("*") if path.is_symlink()}
    limits = [resource.getrlimit(one) for one in (resource.RLIMIT_NPROC, resource.RLIMIT_DATA, resource.RLIMIT_NOFILE)]
    shared = [name for name in os.listdir("/dev/shm") if "weighed" in name]
    return files, links, limits, shared, sorted(os.listdir("/proc/self/fd")), os.getcwd(), os.getpriority(0, 0)


@pytest.fixture(autouse=True)
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for temporary files with a secret and links to it; it and this process must not change."""
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "directory").symlink_to("/etc")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    gc.collect()  # what other tests have left open is closed now, and not in between
    before, children_before = state(tmp_path), children()
    yield tmp_path
    assert state(tmp_path) == before
    assert children() <= children_before  # libraries of other tests may keep some


def children() -> set[str]:
    """The processes that this one has started and not waited for."""
    lists = Path("/proc/self/task").glob("*/children")
    return {number for path in lists for number in path.read_text().split()}


def reasons(found: Loading) -> str:
    return "\n".join(attempt.reason for attempt in found.attempts)


def items(found: Loading) -> list[str]:
    assert found.outline is not None, found
    return [item.text for item in found.outline.items]


BOMBS = {
    "processes": (SHIELDED + "import os\nwhile True: attempt(os.fork)", "the kernel refused clone(SIGCHLD)"),
    "native processes": (NATIVE + "while True: c.vfork()", "the kernel refused "),
    "threads": (
        "import _thread\nwhile True:\n    try: _thread.start_new_thread(print, ())\n    except RuntimeError: pass",
        "",
    ),
    "programs": (SHIELDED + "import os\nwhile True: attempt(os.execv, '/bin/sh', ['sh'])", "execve('/bin/sh', ['sh'])"),
    "directories": (SHIELDED + "import os\nwhile True: attempt(os.mkdir, 'weighed')", "mkdir('weighed', 0o777)"),
    "signals": (NATIVE + "while True: c.kill(-1, 9)", "the kernel refused kill(-1, SIGKILL)"),
    "memory files": (NATIVE + "while True: c.memfd_create(b'weighed', 0)", "memfd_create('weighed', 0x0)"),
    "maps of memory": (
        "import mmap\nout = []\nwhile True: out.append(mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | 0x20))", ""
    ),
    "strings": ("out = 'x'\nwhile True: out += out", ""),
    "standard error": ("import os\nwhile True: os.write(2, b'\\x1b[2J' * 9999)", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_exceeds_its_resources(name: str) -> None:
    source, told = BOMBS[name]
    found = load(running(source), memory=256 << 20)
    assert found.halt is not None
    assert found.halt.kind is HaltKind.RESOURCE_EXCEEDED
    assert told in reasons(found)


ENDINGS = {
    "exit": ("c._exit(0)", HaltKind.CRASHED),
    "abort": ("c.abort()", HaltKind.CRASHED),
    "a jump into nothing": ("ctypes.CFUNCTYPE(None)(1)()", HaltKind.CRASHED),
    "its own stop": ("c.kill(os.getpid(), 19)", HaltKind.TIMEOUT),
    "a pause": ("while True: c.sleep(1000)", HaltKind.TIMEOUT),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDINGS)
def test_an_end_in_native_code_is_a_report(name: str) -> None:
    source, kind = ENDINGS[name]
    found = load(running(NATIVE + source), seconds=2.0)
    assert found.halt is not None
    assert found.halt.kind is kind
    assert "it reaches into native code" in reasons(found)


def test_time_bombs_are_not_set() -> None:
    source = NATIVE + "out = [c.alarm(1), c.setitimer(0, b'0' * 32, None), c.timer_create(0, None, b'0' * 8)]"
    told = reasons(load(running(source)))
    assert "setitimer(0)" in told
    assert "timer_create(0)" in told


def test_native_attempts_at_the_kernel_are_named() -> None:
    numbers = {"io_uring_setup": 425, "clone3": 435, "pidfd_open": 434, "userfaultfd": 323, "bpf": 321, "ptrace": 101}
    if platform.machine() != "x86_64":
        numbers |= {"userfaultfd": 282, "bpf": 280, "ptrace": 117}
    calls = "".join(f"out.append(c.syscall({number}, {at}, 0, 0, 0))\n" for at, number in enumerate(numbers.values()))
    found = load(running(NATIVE + calls))
    assert items(found) == ["-1"] * len(numbers)
    for call in numbers:
        assert f"the kernel refused {call}(" in reasons(found)


def test_files_of_proc_are_closed() -> None:
    paths = [
        "/proc/1/environ",
        "/proc/self/environ",
        f"/proc/{os.getpid()}/cmdline",
        "/proc/self/mem",
        "/proc/kallsyms",
    ]
    found = load(running(SHIELDED + f"out = [attempt(open, path, 'rb') for path in {paths}]"))
    assert set(items(found)) <= {"13", "2"}  # closed, or not there at all
    seen = [attempt.event.what for attempt in found.attempts if attempt.event is not None]
    for path in paths:
        assert any(repr(path) in what for what in seen)


def test_links_in_the_directory_for_temporary_files_lead_nowhere(host: Path) -> None:
    source = SHIELDED + (
        f"import os\nwhere = {str(host)!r}\n"
        "out = [attempt(open, where + '/link'), attempt(open, where + '/link', 'w'),\n"
        "       attempt(os.listdir, where + '/directory'), attempt(os.symlink, '/etc/passwd', where + '/weighed'),\n"
        "       attempt(os.readlink, '/proc/self/cwd')]\n"
    )
    found = load(running(source))
    refused = {"13", "2"}  # closed, or not there at all
    assert set(items(found)[0:4:2]) <= refused
    assert items(found)[1:4:2] == ["1", "1"]
    assert f"'{host}/link'" in reasons(found)


def test_descriptors_of_this_process_are_not_there() -> None:
    reading, writing = os.pipe()
    try:
        os.set_inheritable(writing, True)
        pipe = os.fstat(writing).st_ino
        source = SHIELDED + (
            f"import os\nout = [d for d in range(256) if getattr(attempt(os.fstat, d), 'st_ino', 0) == {pipe}]\n"
        )
        assert items(load(running(source))) == []
    finally:
        os.close(reading)
        os.close(writing)


@on_x86_64
def test_native_code_out_of_the_file_itself_is_seen_and_stopped() -> None:
    """It needs no library: mapped from the file it was read from, it makes system calls of its own."""
    mkdir = bytes.fromhex("488d3d0a000000 31f6 b853000000 0f05 c3") + b"/weighed-by-code\0"
    i386 = bytes.fromhex("b814000000 cd80 c3")  # getpid of the other table
    source = (
        "import ctypes, mmap, os\n"
        "for descriptor in range(3, 64):\n"
        "    try: size = os.fstat(descriptor).st_size; whole = os.pread(descriptor, size, 0)\n"
        "    except OSError: continue\n"
        "    at = whole.rfind(b'NATIVE' + b' CODE')\n"
        "    if at > 0: break\n"
        "c = ctypes.PyDLL(None)\n"
        "c.mmap.restype = ctypes.c_void_p\n"
        "place = c.mmap(None, ctypes.c_size_t(size), 5, 2, descriptor, ctypes.c_long(0))\n"
        "call = lambda offset: ctypes.PYFUNCTYPE(ctypes.c_long)(place + at + 11 + offset)()\n"
        "out = [call(0)]\n"
    )
    found = load(running(source) + b"NATIVE CODE" + mkdir)
    assert items(found) == ["-1"]
    assert "the kernel refused mkdir('/weighed-by-code', 0o0)" in reasons(found)
    found = load(running(source) + b"NATIVE CODE" + i386)
    assert found.halt is not None
    assert found.halt.kind is HaltKind.CRASHED
    assert found.attempts[-1].reason == "a system call of another architecture, which only an exploit makes"


def test_escape_sequences_reach_no_terminal(tmp_path: Path) -> None:
    model = tmp_path / "model.pkl"
    model.write_bytes(
        running(
            NATIVE + "c.rmdir(b'/\\x1b]0;owned\\x07\\x9b2J')\n"
            "os.write(2, b'\\x1b[2J')\n"
            "out = {'\\x1b[31m\\u202e': '\\x1b]8;;http://weighed.invalid\\x07'}\n"
        )
    )
    for format_ in ("text", "json"):
        done = subprocess.run(
            [sys.executable, "-m", "weighbridge", "load", str(model), "--with", "pickle", "--detonate", "--trace",
             "--format", format_],
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert b"rmdir" in done.stdout
        assert not {0x1B, 0x07, 0x9B} & set(done.stdout + done.stderr)
        if format_ == "json":
            assert json.loads(done.stdout)["exit_code"] == done.returncode == 1
    model.unlink()
