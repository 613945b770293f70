"""The tracer sees what it is there to see: each deed is done once, by a process that says nothing about it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.e2e.command import environment
from tests.tracing import strace

pytestmark = pytest.mark.skipif(not strace.usable(), reason="there is no strace here, or it may not trace")

DEEDS = {
    "import os; os.execv('/bin/true', ['true'])": ("exec", True),
    "import os; os.execv('/absent/inert', ['inert'])": ("exec", False),
    "import os; os.system('true')": ("exec", True),
    "import subprocess, sys; subprocess.run([sys.executable, '-c', ''])": ("exec", True),
    "import os; os.fork() or os.fork()": ("process", True),
    "import socket; socket.socket().connect_ex(('127.0.0.1', 9))": ("network", False),
    "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))": ("network", True),
    "import socket; socket.socket(socket.AF_UNIX).bind('made')": ("network", True),
    "open('made', 'w')": ("change", True),
    "open('there', 'r+')": ("change", True),
    "open('/absent/inert', 'w')": ("change", False),
    "open('out/../made', 'w')": ("change", True),
    "open('out/link', 'w')": ("change", True),
    "import os; os.mkdir('made')": ("change", True),
    "import os; os.rename('out/inside', 'made')": ("change", True),
    "import os; os.unlink('there')": ("change", True),
    "import os; os.symlink('/', 'made')": ("change", True),
    "import os; os.link('there', 'made')": ("change", True),
    "import os; os.chmod('there', 0o600)": ("change", True),
    "import os; os.chmod(os.open('there', 0), 0o600)": ("change", True),
    "import os; os.truncate('there', 0)": ("change", True),
    "import os; os.utime('there')": ("change", True),
    "import os; os.kill(1, 0)": ("signal", True),
    "import os; os.kill(os.getppid(), 0)": ("signal", True),
    "import ctypes; ctypes.CDLL(None).syscall(425, 1, 0)": ("change", False),
}
HARMLESS = (
    "import os, socket; open('there').read(); os.listdir('/'); open('out/made', 'w'); socket.socketpair()",
    "import os; out = os.getcwd() + '/out'; os.mkdir(out + '/a'); os.rename(out + '/a', out + '/b')",
    "import os; open(os.devnull, 'w'); os.kill(os.getpid(), 0); os.open('/tmp', os.O_TMPFILE | os.O_RDWR | os.O_EXCL)",
    "import threading; threading.Thread(target=print).start()",
)
SEALED = """
import os
from weighbridge.sandbox import jail
from weighbridge.sandbox.policy import JailPolicy, Layer
jail.seal(JailPolicy(layers=(Layer.NO_NEW_PRIVS, Layer.SECCOMP)))
os.open(%r, os.O_RDONLY)
"""


def deeds(code: str, folder: Path) -> list[tuple[str, bool]]:
    """What a process did that is not allowed outside of a folder ``out``, each once."""
    for path in (folder / "there", folder / "out" / "inside"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("INERT")
    (folder / "out" / "link").symlink_to(folder / "made")
    (folder / "trace").mkdir()
    command = [sys.executable, "-I", "-S", "-B", "-c", f"import sys; sys.path += {[str(strace.SOURCE)]!r}\n{code}"]
    done, trace = strace.run(command, folder / "trace", cwd=folder, env=environment())
    assert done.returncode == 0 or code in DEEDS, done
    found = trace.deeds(strace.Allowed((str(folder / "out"),)))
    return list(dict.fromkeys((deed.kind, deed.done) for deed in found))


@pytest.mark.parametrize("code", DEEDS, ids=lambda code: code.partition("; ")[2] or code)
def test_a_deed_is_seen(code: str, tmp_path: Path) -> None:
    assert DEEDS[code] in deeds(code, tmp_path)


@pytest.mark.parametrize("code", HARMLESS)
def test_what_is_harmless_is_not_told(code: str, tmp_path: Path) -> None:
    assert deeds(code, tmp_path) == []


def test_a_sealed_process_that_opens_a_file_is_seen(tmp_path: Path) -> None:
    """A jail without Landlock reads what it should not; the tracer tells, and is silent about libraries."""
    assert deeds(SEALED % "/etc/hostname", tmp_path) == [("read", True)]


def test_libraries_may_be_opened_behind_the_seal(tmp_path: Path) -> None:
    assert deeds(SEALED % os.__file__, tmp_path) == []
