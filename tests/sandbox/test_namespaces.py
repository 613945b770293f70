"""A child that runs a stranger's file sees no network, no process and no file of the host, and makes none there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sandbox.enclosed import ROOT, enclosed, look, offered
from tests.sandbox.loaded import load, running
from tests.sandbox.test_jail import as_nobody
from tests.sandbox.toy_pool import ask, toy_pool, toy_task
from weighbridge.sandbox import mounts, spawn
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.policy import ENCLOSURE, LOADER_LAYERS, SCANNER_LAYERS, JailPolicy, Layer
from weighbridge.sandbox.tasks import Crashed, Killed, OutOfMemory, TimedOut

pytestmark = pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")

each_user = pytest.mark.parametrize("user", ["current", pytest.param("nobody", marks=as_nobody)])
WALLS = (Layer.NAMESPACES, Layer.PROCESSES, Layer.FILES)
WHOLE = tuple(layer for layer in LOADER_LAYERS if layer is not Layer.CGROUP)
MIB = 1 << 20
kept = pytest.mark.skipif(not offered("current", ()), reason="this system refuses namespaces to the user")


def tried(*lines: str) -> str:
    """A program that makes attempts and gives for each its result, or the number of the refusal."""
    head = (
        "import os, socket\nout = []\n"
        "def attempt(function, *arguments):\n"
        "    try:\n        out.append(function(*arguments))\n"
        "    except OSError as error:\n        out.append(-error.errno)\n"
    )
    return head + "".join(f"attempt({line})\n" for line in lines)


@pytest.fixture
def surroundings(tmp_path: Path):
    """What a child might reach for: a file and a process; both are open to everybody."""
    for directory in (tmp_path, *tmp_path.parents[:-2]):
        directory.chmod(0o755)
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with subprocess.Popen(["sleep", "60"]) as bystander:
        yield secret, bystander.pid
        bystander.kill()


@each_user
def test_the_host_is_not_there(user: str, surroundings: tuple[Path, int]) -> None:
    """Only the namespaces stand here, so what is not there is not refused by another layer."""
    secret, bystander = surroundings
    # A checkout below /tmp is there for imports.
    looks = tried(
        f"lambda: os.stat({str(secret)!r}).st_size", f"os.kill, {bystander}, 0", "os.getpid", "os.getppid",
        "socket.if_nameindex",
        "lambda: os.uname().nodename", "lambda: sorted(os.listdir('/proc'))", "lambda: len(os.listdir('/tmp')) < 2",
        "lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    )  # fmt: skip
    inside = tried(
        "os.open, '/', os.O_TMPFILE | os.O_WRONLY", "os.open, '/tmp', os.O_TMPFILE | os.O_WRONLY",
        "os.open, os.__file__, os.O_WRONLY",
        "os.stat, '/.outside'", "os.stat, '/etc/passwd'", "lambda: os.environ['TMPDIR']",
    )  # fmt: skip
    (found, written) = enclosed(looks, inside, layers=WALLS, user=user)
    assert found == [-2, -3, 2, 0, [(1, "lo")], "jail", ["cpuinfo", "meminfo", "self"], True, -101]
    # To others than its owner the file would be closed on the host as well.
    assert written[2] == (-30 if os.geteuid() == 0 and user == "current" else -13)
    assert written[:2] + written[3:] == [-30, -30, -2, -2, "/tmp"]
    # And so that this can fail: the same, where no wall stands.
    stood, (open_,) = look(looks, layers=(), user=user)
    assert stood == ()
    assert not any(one == other for one, other in zip(found, open_, strict=True) if one != [(1, "lo")])


@each_user
def test_that_a_file_exists_is_told_only_without_a_root_of_its_own(user: str, surroundings: tuple[Path, int]) -> None:
    """Landlock and seccomp do not stop this."""
    secret, _ = surroundings
    looks = tried(f"lambda: os.stat({str(secret)!r}).st_size", "os.readlink, '/proc/self/fd/0'")
    (found,) = enclosed(looks, layers=WHOLE, user=user)
    assert found == [-2, -2]
    _, (found,) = look(looks, layers=SCANNER_LAYERS, user=user)
    assert found == [6, "/dev/null"]


USE_OF_TEMP = """
import os, shutil, tempfile
with tempfile.NamedTemporaryFile() as file:
    file.write(b"x" * 1000); file.flush()
    shutil.copy(file.name, file.name + ".copy")
before = os.listdir("/tmp")
place = tempfile.mkdtemp()
os.makedirs(place + "/a/b")
os.rename(tempfile.gettempdir() + "/" + os.path.basename(file.name) + ".copy", place + "/a/b/c")
os.replace(place + "/a/b/c", place + "/d")
out = [open(place + "/d", "rb").read() == b"x" * 1000, tempfile.gettempdir(), os.path.expanduser("~")]
shutil.rmtree(place)
out += [len(set(before) - set(os.listdir("/tmp")))]
"""
FILL_TEMP = """
import os
out = 0
try:
    for number in range(64):
        with open(f"/tmp/{number}", "wb") as file:
            out += file.write(b"x" * 65536)
            file.flush()
except OSError as error:
    out = (out, error.errno)
"""
LEAVE_TEMP = tried(
    *(f"os.open, {path!r}, os.O_TMPFILE | os.O_WRONLY" for path in ("/", "/usr/lib", "/proc", "/sys/devices/system")),
    "os.open, os.__file__, os.O_WRONLY", "os.chmod, os.__file__, 0o644", "os.rmdir, os.path.dirname(os.__file__)",
    "os.rename, '/usr/lib', '/usr/lib'", "os.fchmod, descriptor, 0o644", "os.symlink, '/', '/tmp/link'",
    "os.mkfifo, '/tmp/fifo'",
)  # fmt: skip


@each_user
def test_a_private_temporary_directory_takes_what_fits_and_nothing_else(user: str) -> None:
    (used, filled, left) = enclosed(USE_OF_TEMP, FILL_TEMP, LEAVE_TEMP, layers=WHOLE, user=user, temp_bytes=MIB)
    assert used == [True, "/tmp", "/tmp", 1]
    assert filled == (MIB, 28)
    assert set(left) <= {-1, -2, -13, -18, -30}


@each_user
@pytest.mark.parametrize(("layers", "temp_bytes"), [(WHOLE, 0), (SCANNER_LAYERS, MIB)])
def test_without_a_policy_and_a_root_for_it_there_is_no_temporary_directory(
    user: str, layers: tuple[Layer, ...], temp_bytes: int
) -> None:
    name = f"weighbridge-test-{os.getpid()}"
    writes = tried(f"open, '/tmp/{name}', 'w'", f"os.mkdir, '/tmp/{name}'", f"os.unlink, '/tmp/{name}'")
    _, (found,) = look(writes, layers=layers, user=user, temp_bytes=temp_bytes)
    assert found == [-1, -1, -1]
    assert not os.path.exists(f"/tmp/{name}")


@kept
@pytest.mark.parametrize(
    ("words", "failure"),
    [
        ("exit 3", Crashed(exit_code=3, stderr="")),
        ("exit 0", Crashed(exit_code=0, stderr="")),
        (f"signal {signal.SIGSEGV.value}", Killed(signal=11, reason="an invalid memory access in native code")),
        (f"signal {signal.SIGABRT.value}", Killed(signal=6, reason="native code gave up")),
        (f"signal {signal.SIGTERM.value}", Killed(signal=9, reason="")),
        (f"signal {signal.SIGKILL.value}", Killed(signal=9, reason="")),
        (f"allocate {1 << 40}", OutOfMemory(limit=256 << 20)),
        ("grow", OutOfMemory(limit=256 << 20)),
        ("call-x32", Killed(signal=31, reason="a system call of another architecture, which only an exploit makes")),
        ("hang-up", Killed(signal=9, reason="")),
        ("close-everything", Killed(signal=9, reason="")),
        ("spin", TimedOut(seconds=0.5)),
        (f"signal {signal.SIGSTOP.value}", TimedOut(seconds=0.5)),
    ],
)
def test_the_end_of_a_kept_worker_is_told_as_it_was(words: str, failure: object) -> None:
    if words == "call-x32" and os.uname().machine != "x86_64":
        pytest.skip("only x86_64 has a second table")
    seconds = failure.seconds if isinstance(failure, TimedOut) else 20.0
    tasks = [toy_task("identify", key=0), toy_task(words, key=1), toy_task("identify", key=2)]
    policy = JailPolicy(layers=LOADER_LAYERS, memory_bytes=256 << 20)
    with toy_pool(seconds=seconds, policy=policy) as pool:
        before, bad, after = pool.run(tasks)
    if isinstance(failure, Killed) and not failure.reason:
        assert isinstance(bad.failure, Killed)
        assert bad.failure.signal == failure.signal
    else:
        assert bad.failure == failure
    assert (before.answer, after.answer) == (b"2", b"2")


def test_processor_time_of_a_kept_worker_can_be_bounded() -> None:
    with toy_pool(policy=JailPolicy(layers=LOADER_LAYERS, cpu_seconds=1)) as pool:
        assert ask(pool, "spin").failure == Killed(signal=24, reason="the processor time of the worker is used up")


def family(pid: int) -> set[int]:
    """A process's children, and theirs."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return set()
    return {one for child in map(int, listed) for one in (child, *family(child))}


def lives(pid: int) -> bool:
    """A process that nobody has waited for yet is dead, too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(processes: set[int]) -> bool:
    until = time.monotonic() + 60
    while any(map(lives, processes)) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(map(lives, processes))


@kept
def test_keeper_holder_and_worker_end_with_the_pool() -> None:
    others = family(os.getpid())
    with toy_pool(workers=2, policy=JailPolicy(layers=LOADER_LAYERS)) as pool:
        list(pool.run(toy_task("sleep 0.2", key=key) for key in range(4)))
        started = family(os.getpid()) - others
        assert len(started) >= 3
    # Not some time later: the pool has waited for each.
    assert not family(os.getpid()) - others
    assert not any(Path(f"/proc/{one}").exists() for one in started)


@kept
@pytest.mark.parametrize("which", [0, 1, 2])
def test_the_end_of_one_of_the_three_ends_all(which: int) -> None:
    others = family(os.getpid())
    with toy_pool(policy=JailPolicy(layers=LOADER_LAYERS)) as pool:
        ask(pool, "identify")
        # By who started whom: numbers of processes begin anew when they are used up.
        keeper, holder, worker = sorted(family(os.getpid()) - others, key=lambda one: -len(family(one)))
        os.kill((keeper, holder, worker)[which], signal.SIGKILL)
        assert gone({holder, worker})
        assert ask(pool, "identify").answer == b"2"
    assert gone({keeper, holder, worker})


PARENT = """
from tests.sandbox.toy_pool import toy_pool, toy_task
from weighbridge.sandbox.policy import LOADER_LAYERS, JailPolicy
with toy_pool(workers=2, seconds=60, policy=JailPolicy(layers=LOADER_LAYERS)) as pool:
    for result in pool.run(toy_task(words, key=key) for key, words in enumerate(["identify", *["spin"] * 4])):
        print("going", flush=True)
"""


@kept
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_kept_worker_outlives_the_parent(number: signal.Signals) -> None:
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "going\n"
        until = time.monotonic() + 60
        while len(started := family(parent.pid)) < 6 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(started) == 6
        parent.send_signal(number)
        parent.communicate(timeout=60)
    assert gone(started)


def test_one_file_has_a_child_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one file leaves in the interpreter, the next does not find."""
    started = []

    def counted(*words: str) -> list[str]:
        started.append(words)
        return list(words)

    arguments = spawn.protocol.to_arguments
    monkeypatch.setattr(spawn.protocol, "to_arguments", lambda setup: counted(*arguments(setup)))
    for _ in range(2):
        found = load(running("import sys\nout = hasattr(sys, 'left_behind')\nsys.left_behind = True"))
        assert found.outline is not None
        assert found.outline.text == "False"
    assert len(started) == 2


@each_user
def test_where_the_system_refuses_namespaces_the_other_layers_stand(user: str) -> None:
    attempts = tried("open, '/etc/passwd'", "os.getppid", "open, '/tmp/made', 'w'")
    stood, (found,) = look(attempts, layers=WHOLE, user=user, temp_bytes=MIB, refused=("unshare", "clone"))
    assert stood == tuple(layer for layer in WHOLE if layer not in ENCLOSURE)
    assert (found[0], found[2]) == (-13, -1)
    assert found[1] > 1


# -- what the new root holds ---------------------------------------------------------------------------------------


def test_a_plan_holds_what_lies_behind_links(tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / "inner").mkdir(parents=True)
    (real / "file").touch()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "chain").symlink_to(tmp_path / "link" / "inner")
    (real / "below").symlink_to("inner")
    chosen = mounts.plan(tuple(map(str, (tmp_path / "chain", real / "below", real / "file", tmp_path / "link/file"))))
    assert chosen.binds == (f"{real}/file", f"{real}/inner")
    assert dict(chosen.links) == {
        f"{tmp_path}/chain": f"{tmp_path}/link/inner", f"{tmp_path}/link": "real", f"{real}/below": "inner",
    }  # fmt: skip
    # A directory stands for all below it, and its links are in it already.
    chosen = mounts.plan((str(real), str(real / "below"), f"{tmp_path}/link/../real/inner"))
    assert chosen.binds == (str(real),)
    assert dict(chosen.links) == {f"{tmp_path}/link": "real"}


def test_a_plan_passes_over_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("absent")
    chosen = mounts.plan((f"{tmp_path}/loop", f"{tmp_path}/dangling", f"{tmp_path}/absent/too", "", "/"))
    assert chosen.binds == ()


def test_a_neighbour_with_the_same_beginning_is_no_child(tmp_path: Path) -> None:
    for name in ("a", "a-b", "a/c"):
        (tmp_path / name).mkdir()
    assert mounts.plan((f"{tmp_path}/a/c", f"{tmp_path}/a-b", f"{tmp_path}/a")).binds == (
        f"{tmp_path}/a", f"{tmp_path}/a-b",
    )  # fmt: skip
