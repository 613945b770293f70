"""Where the system refuses namespaces to all programs but bubblewrap, a worker is started by bubblewrap.

The refusal is a filter that takes unshare(2) away from the test's process and all that it starts; bubblewrap makes its
namespaces with clone(2).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox.enclosed import ROOT, enclosed, offered
from tests.sandbox.test_jail import as_nobody
from tests.sandbox.test_namespaces import FILL_TEMP, MIB, WALLS, WHOLE, family, gone, surroundings, tried
from weighbridge.sandbox import bubblewrap, mounts
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.policy import SCANNER_LAYERS, JailPolicy, Layer
from weighbridge.sandbox.protocol import WorkerSetup, from_arguments

pytestmark = pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")
installed = pytest.mark.skipif(
    not any(map(os.path.exists, bubblewrap.PLACES)) or not offered("current", ("unshare",)),
    reason="bubblewrap is not installed (package bubblewrap), or refused as well",
)
each_user = pytest.mark.parametrize("user", ["current", pytest.param("nobody", marks=as_nobody)])
__all__ = ["surroundings"]
REFUSED = ("unshare",)


@installed
@each_user
def test_bubblewrap_raises_the_same_walls(user: str, surroundings: tuple[Path, int]) -> None:
    secret, bystander = surroundings
    looks = tried(
        f"lambda: os.stat({str(secret)!r}).st_size", f"os.kill, {bystander}, 0", "os.getpid", "os.getppid",
        "lambda: os.uname().nodename", "os.stat, '/etc/passwd'", "lambda: open('/proc/1/comm').read()",
        "lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
        "os.open, '/', os.O_TMPFILE | os.O_WRONLY", "os.open, os.__file__, os.O_WRONLY",
        "lambda: os.environ['TMPDIR']",
    )  # fmt: skip
    (found,) = enclosed(looks, layers=WALLS, user=user, refused=REFUSED)
    assert found[:9] + found[10:] == [-2, -3, 2, 1, "jail", -2, "bwrap\n", -101, -30, "/tmp"]
    assert found[9] in {-13, -30}


@installed
@each_user
def test_the_other_layers_are_raised_inside(user: str, surroundings: tuple[Path, int]) -> None:
    secret, _ = surroundings
    looks = tried(
        f"lambda: os.stat({str(secret)!r}).st_size", "open, '/etc/hostname'", "open, '/proc/1/status'",
        "open, '/tmp/file', 'w'", "os.mkdir, '/tmp/made'", "os.fork", "os.chmod, f'/proc/self/fd/{descriptor}', 0o644",
        "os.listdir, '/proc'",
    )  # fmt: skip
    (found,) = enclosed(looks, layers=WHOLE, user=user, refused=REFUSED)
    assert found == [-2, -2, -13, -1, -1, -1, -1, -13]


USE_OF_TEMP = """
import os, tempfile
with tempfile.NamedTemporaryFile() as file:
    file.write(b"x" * 1000)
os.makedirs("/tmp/a/b")
os.rename("/tmp/a/b", "/tmp/c")
out = [tempfile.gettempdir(), os.path.isdir("/tmp/c")]
"""


@installed
@each_user
def test_there_is_a_private_temporary_directory_too(user: str) -> None:
    leave = tried(
        "os.chmod, f'/proc/self/fd/{descriptor}', 0o644", "open, f'/proc/self/fd/{descriptor}', 'r+'",
        "open, os.__file__, 'r+'", "os.open, '/', os.O_TMPFILE | os.O_WRONLY", "os.fchmod, descriptor, 0o644",
    )  # fmt: skip
    (used, filled, left) = enclosed(
        USE_OF_TEMP, FILL_TEMP, leave, layers=WHOLE, user=user, temp_bytes=MIB, refused=REFUSED
    )
    assert used == ["/tmp", True]
    assert filled[1] == 28
    assert filled[0] <= MIB
    assert left[:1] + left[4:] == [-1, -1]
    assert set(left[1:4]) <= {-13, -30}


ENDS = """
import sys
from tests.sandbox.enclosed import refuse
from tests.sandbox.toy_pool import ask, toy_pool
from weighbridge.sandbox.policy import JailPolicy, LOADER_LAYERS
refuse(["unshare"])
with toy_pool(policy=JailPolicy(layers=LOADER_LAYERS, memory_bytes=256 << 20, cpu_seconds=1), seconds=20.0) as pool:
    for words in sys.argv[1:]:
        print(ask(pool, words).failure, flush=True)
with toy_pool(policy=JailPolicy(layers=LOADER_LAYERS), seconds=0.5) as pool:
    print(ask(pool, "sleep 60").failure, flush=True)
"""


@installed
def test_the_end_of_a_worker_is_told_as_it_was() -> None:
    words = ["exit 3", "signal 11", "signal 6", "signal 9", "grow", "hang-up", "spin"]
    done = subprocess.run(
        [sys.executable, "-c", ENDS, *words], env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ends = [line.partition(", reason")[0].partition(", stderr")[0] for line in done.stdout.splitlines()]
    assert ends == [
        "Crashed(exit_code=3", "Killed(signal=11", "Killed(signal=6", "Killed(signal=9",
        f"OutOfMemory(limit={256 << 20})", "Killed(signal=9", "Killed(signal=24", "TimedOut(seconds=0.5)",
    ]  # fmt: skip


def test_only_a_program_that_nobody_else_can_change_is_started(tmp_path: Path) -> None:
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o777)
    assert not bubblewrap._trusted(str(program))
    assert not bubblewrap._trusted(str(tmp_path / "absent"))
    program.chmod(0o755)
    assert bubblewrap._trusted(str(program)) == (os.geteuid() == 0)
    assert not [place for place in bubblewrap.PLACES if not place.startswith(("/usr/", "/bin/"))]


def test_the_command_hands_the_set_up_over_and_the_root_that_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real").mkdir()
    setup = WorkerSetup(
        import_path=("/a b",), answer_module="m", scratch_directories=(), outside=("net:[1]",),
        policy=JailPolicy(layers=(*SCANNER_LAYERS, Layer.FILES), temp_bytes=5),
    )  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["-c", "1", "old words"])
    monkeypatch.setattr(sys, "orig_argv", ["python", "-I", "-c", "program", "1", "old words"])
    words = bubblewrap.command("/usr/bin/bwrap", setup, mounts.plan((f"{tmp_path}/link", "/dev/null")))
    own, end = words[: words.index("--")], words[words.index("--") + 1 :]
    triples = {tuple(own[at : at + 3]) for at in range(len(own))}
    assert ("--ro-bind", f"{tmp_path}/real", f"{tmp_path}/real") in triples
    assert ("--symlink", "real", f"{tmp_path}/link") in triples
    assert ("--dev-bind", "/dev/null", "/dev/null") in triples
    assert {"--unshare-all", "--die-with-parent", "--remount-ro"} <= set(own)
    assert end[:4] == [os.path.realpath(sys.executable), "-I", "-c", "program"]
    assert from_arguments(end[4:]) == setup


@installed
def test_nothing_outlives_a_killed_parent_of_bubblewrap() -> None:
    program = ENDS.partition("with toy_pool")[0] + (
        "with toy_pool(policy=JailPolicy(layers=LOADER_LAYERS), seconds=60) as pool:\n"
        "    ask(pool, 'identify')\n    print('going', flush=True)\n    ask(pool, 'spin')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "going\n"
        started = family(parent.pid)
        assert len(started) == 3
        parent.kill()
    assert gone(started)
