"""Threads in the jail: those that the policy allows start and are sealed; one more, or a process, does not."""

from __future__ import annotations

import subprocess

import pytest

from tests.sandbox.test_jail import NOBODY, SOURCE, _python_for_nobody, as_nobody
from tests.sandbox.toy_pool import ask, toy_pool
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.policy import LOADER_LAYERS, MIB, JailPolicy, Layer

pytestmark = pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")

POLICY = JailPolicy(layers=LOADER_LAYERS, threads=4, memory_bytes=1024 * MIB)
SIGCHLD, SHARED_MEMORY, VFORK = 17, 0x100, 0x4000


def said(request: str, policy: JailPolicy = POLICY) -> str:
    with toy_pool(policy=policy) as pool:
        return str(ask(pool, request).answer, "ascii")


def test_threads_start_where_the_policy_allows_some() -> None:
    assert said("start-threads 4") == "4"
    assert said("start-threads 4", JailPolicy(layers=LOADER_LAYERS)) == "0"


@pytest.mark.parametrize("flags", [0, SIGCHLD, SHARED_MEMORY | VFORK | SIGCHLD, 0x10000000, 0x3D0F00 | SIGCHLD])
def test_processes_do_not_start_where_threads_do(flags: int) -> None:
    assert said(f"clone {flags:x}") == "-1"
    weak = JailPolicy(layers=(Layer.NO_NEW_PRIVS,), threads=4)
    assert said(f"clone {SIGCHLD:x}", weak).isdigit()


PROGRAM = """
from tests.sandbox.toy_pool import ask, toy_pool
from weighbridge.sandbox.policy import LOADER_LAYERS, JailPolicy
with toy_pool(policy=JailPolicy(layers=LOADER_LAYERS, threads=4, memory_bytes=1 << 30)) as pool:
    print(ask(pool, "start-threads 1000").answer.decode())
"""


@as_nobody
def test_a_bomb_of_threads_of_an_ordinary_user_ends_at_the_bound() -> None:
    """A user namespace of its own counts the child's threads alone."""
    done = subprocess.run(
        [_python_for_nobody(), "-B", "-c", PROGRAM],
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
    assert done.stdout == "4\n", done.stderr
