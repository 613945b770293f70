"""The kernel's own evidence: what a child is refused is told by its filter, whatever code made the call."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.sandbox.enclosed import ROOT
from tests.sandbox.loaded import load, running
from tests.sandbox.toy_pool import ask, toy_pool
from weighbridge.sandbox.calls import about, names
from weighbridge.sandbox.jailed import MAX_REFUSALS
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.listener import KEPT
from weighbridge.sandbox.loading import HaltKind, Loading
from weighbridge.sandbox.policy import LOADER_LAYERS, JailPolicy
from weighbridge.sandbox.syscalls import AARCH64, X86_64
from weighbridge.sandbox.testimony import EventKind, SeenBy

pytestmark = pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")

NATIVE = (
    "import ctypes\n"
    "c = ctypes.CDLL(None, use_errno=True)\n"
    "def call(name, *arguments):\n"
    "    return -1 if getattr(c, name)(*arguments) != -1 else ctypes.get_errno()\n"
)
"""Calls the C library, of which Python raises no event but that it is reached."""


def told(found: Loading) -> list[str]:
    """What the kernel refused, as attempts."""
    return [one.reason for one in found.attempts if one.event is not None and one.event.seen_by is SeenBy.KERNEL]


def test_native_calls_are_told_with_their_words_and_refused() -> None:
    source = NATIVE + (
        "argv = (ctypes.c_char_p * 3)(b'sh', b'-c', None)\n"
        "address = ctypes.create_string_buffer(b'\\x02\\0\\x01\\xbb\\xc0\\0\\2\\x07' + bytes(8), 16)\n"
        "path = ctypes.create_string_buffer(b'/tmp/weighed\\x1b[2J')\n"
        "out = [call('execve', b'/bin/sh', argv, None), call('connect', 5, address, 16), call('unlink', path),\n"
        "       call('kill', 1, 9), call('unshare', 0x10000000), call('syscall', 425, 8, None),\n"
        "       call('open', b'/x', 1), call('syscall', 9999, 1, 2), call('chmod', ctypes.c_void_p(1), 0o777)]\n"
    )
    found = load(running(source))
    assert found.outline is not None
    assert [item.text for item in found.outline.items] == ["1", "1", "1", "1", "1", "38", "1", "38", "1"]
    assert found.unseen == ""
    expected = (
        "execve('/bin/sh', ['sh', '-c'])", "connect(5, 192.0.2.7 port 443)", "kill(1, SIGKILL)",
        "unshare(CLONE_NEWUSER)", "io_uring_setup(8)",
    )  # fmt: skip
    for words in expected:
        assert f"the kernel refused {words}" in told(found)
    assert any("/tmp/weighed\\x1b[2J'" in words and "unlink" in words for words in told(found))
    assert any(words.startswith("the kernel refused open") and "'/x'" in words for words in told(found))
    assert any(words.startswith("the kernel refused system call 9999(0x1, 0x2, ") for words in told(found))
    assert any("chmod" in words and "0x1, 0o777" in words for words in told(found))


def test_a_flood_hides_nothing_and_is_ended() -> None:
    flood = f"for number in range({KEPT * 3}): call('mkdir', b'/tmp/weighed%d' % number, 0)\n"
    found = load(running(NATIVE + flood + "call('execve', b'/bin/true', None, None)\n"))
    assert told(found)[-1] == "the kernel refused execve('/bin/true', 0x0)"
    assert len([words for words in told(found) if "mkdir" in words]) == KEPT
    assert str(KEPT * 2) in found.unseen
    found = load(running(NATIVE + "while True: call('kill', 1, 0)\n"))
    assert found.halt is not None
    assert found.halt.kind is HaltKind.RESOURCE_EXCEEDED
    assert found.halt.reason == f"more than {MAX_REFUSALS} calls that were refused"


def test_what_was_refused_before_the_end_is_told() -> None:
    found = load(running(NATIVE + "call('chdir', b'/')\nimport os\nos._exit(3)\n"))
    assert found.halt is not None
    assert found.halt.kind is HaltKind.CRASHED
    assert told(found)[-1] == "the kernel refused chdir('/')"


def test_a_system_without_a_listener_says_that_evidence_is_missing() -> None:
    """As in a container whose own filter has a listener: a process can have no second one."""
    program = (
        "from struct import pack\n"
        "from tests.sandbox.loaded import load, running\n"
        "from weighbridge.sandbox.kernel import running_kernel\n"
        "kernel = running_kernel()\n"
        "allow = bytearray(pack('<HBBI', 6, 0, 0, 0x7FFF0000))\n"
        "header = bytearray(pack('<HxxxxxxQ', 1, kernel.address(allow)))\n"
        "kernel.call('prctl', 38, 1)\n"
        "assert kernel.call('seccomp', 1, 8, kernel.address(header)) > 0\n"
        "source = 'import os\\ntry: os.mkdir(\"/tmp/weighed\")\\nexcept OSError as error: out = error.errno'\n"
        "found = load(running(source))\n"
        "print(found.outline.text, found.unseen, [a.reason for a in found.attempts if a.event.seen_by == 'kernel'])\n"
        "from tests.sandbox.toy_pool import ask, toy_pool\n"
        "from weighbridge.sandbox.policy import LOADER_LAYERS, JailPolicy\n"
        "with toy_pool(policy=JailPolicy(layers=LOADER_LAYERS, threads=4)) as pool:\n"
        "    print(ask(pool, 'start-threads 9').answer.decode())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said, started = done.stdout.splitlines()
    assert said == "1 the kernel tells nobody what it refused: what native code tried was not seen []", done.stderr
    # Nobody counts the threads of root: none starts. Those of others are counted in a user namespace of their own.
    assert started == ("0" if os.geteuid() == 0 else "4")


@pytest.mark.parametrize("request_", ["start-threads 1000", "bomb-of-threads 20"])
def test_a_bomb_of_threads_ends_at_the_bound(request_: str) -> None:
    """Also for root, whom the kernel's own limit does not hold."""
    policy = JailPolicy(layers=LOADER_LAYERS, threads=4, memory_bytes=1 << 30)
    with toy_pool(policy=policy) as pool:
        answer = ask(pool, request_).answer
    assert answer is not None
    assert 4 <= int(answer) <= (4 if request_.startswith("start") else 8)


def test_every_call_is_named_as_the_jail_names_it() -> None:
    for machine, numbers in (("x86_64", X86_64), ("aarch64", AARCH64)):
        known = names(machine)
        assert {name: known[number] for name, number in numbers.items()} == {name: name for name in numbers}
    assert set(about()) <= set(names("x86_64").values()) | set(names("aarch64").values())
    assert {kind for kind, _ in about().values()} <= set(map(str, EventKind))
