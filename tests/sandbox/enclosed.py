"""Runs little programs in enclosed workers; as a program itself, for tests that need another user or another kernel.

Reads from standard input, as JSON, the calls that this kernel shall refuse, and experiments of layers, bytes of
temporary directory and programs; writes for each the layers that stood and what the programs came to.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from ast import literal_eval
from functools import cache
from pathlib import Path
from struct import pack
from typing import Any

from tests.sandbox.toy_pool import toy_pool, toy_task
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.policy import JailPolicy, Layer

ROOT = Path(__file__).parents[2]
NOBODY = 65534
REFUSALS = {
    # what is refused: number of the call, and the flags that make it so (CLONE_NEW* of linux/sched.h)
    "unshare": {"x86_64": 272, "aarch64": 97},
    "clone": {"x86_64": 56, "aarch64": 220},
}
_NEW_NAMESPACES = 0x7E020000


def look(
    *programs: str, layers: tuple[Layer, ...], temp_bytes: int = 0, user: str = "current", refused: tuple[str, ...] = ()
) -> tuple[tuple[Layer, ...], list[Any]]:
    """Run programs in one worker; gives the layers that stood, and what each program left in ``out``."""
    if user == "current" and not refused:
        return _run(programs, layers, temp_bytes)
    words = {} if user == "current" else {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    done = subprocess.run(
        [python_of(user), "-B", __file__],
        input=json.dumps([refused, layers, temp_bytes, programs]),
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        cwd="/", capture_output=True, text=True, timeout=60, check=False, **words,  # type: ignore[call-overload]
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    stood, answers = json.loads(done.stdout)
    return tuple(map(Layer, stood)), [literal_eval(one) for one in answers]


def enclosed(*programs: str, **words: Any) -> list[Any]:
    """Run programs in a worker that must have every wall asked for; skips where this system refuses them to a user."""
    import pytest  # the other user's interpreter does without

    if not offered(words.get("user", "current"), words.get("refused", ())):
        pytest.skip("this system refuses namespaces to the user")
    stood, answers = look(*programs, **words)
    assert stood == words["layers"]
    return answers


@cache
def offered(user: str, refused: tuple[str, ...]) -> bool:
    """Whether the system lets a user have namespaces and mounts, by the tools of others."""
    if refused:
        words = ["bwrap", "--unshare-all", "--bind", "/", "/", "true"]
    else:
        own = ("--user", "--map-root-user") if user == "nobody" or os.geteuid() else ()
        words = ["unshare", *own, "--net", "--pid", "--fork", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    number = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if user == "nobody" else {}
    try:
        done = subprocess.run(words, capture_output=True, check=False, cwd="/", **number)  # type: ignore[call-overload]
    except FileNotFoundError:
        return False
    return bool(done.returncode == 0)


def python_of(user: str) -> str:
    """Find an interpreter that a user may run."""
    from tests.sandbox.test_jail import _python_for_nobody

    return sys.executable if user == "current" else _python_for_nobody()


def _run(programs: tuple[str, ...], layers: tuple[Layer, ...], temp_bytes: int) -> tuple[tuple[Layer, ...], list[Any]]:
    stood, answers = _answers(programs, layers, temp_bytes)
    return stood, [literal_eval(one) for one in answers]


def _answers(
    programs: tuple[str, ...], layers: tuple[Layer, ...], temp_bytes: int
) -> tuple[tuple[Layer, ...], list[str]]:
    policy = JailPolicy(layers=layers, temp_bytes=temp_bytes, scratch_bytes=0)
    with toy_pool(policy=policy, answer_module="program_answers") as pool:
        results = list(pool.run(toy_task(program, key=key) for key, program in enumerate(programs)))
        assert not any(result.failure for result in results), results
        return pool.layers or (), [(result.answer or b"").decode() for result in results]


def refuse(names: list[str]) -> None:
    """Take calls away from this process and all that it starts, as a system does that restricts namespaces."""
    kernel = running_kernel()
    assert kernel is not None
    machine = os.uname().machine
    lines = [pack("<HBBI", 0x20, 0, 0, 0)]  # the number of the call
    for name in names:
        if name == "clone":  # only with flags for new namespaces, or nothing could be started any more
            lines += (
                pack("<HBBI", 0x15, 0, 3, REFUSALS[name][machine]),
                pack("<HBBI", 0x20, 0, 0, 16),
                pack("<HBBI", 0x45, 0, 1, _NEW_NAMESPACES),
                pack("<HBBI", 0x06, 0, 0, 0x50001),
                pack("<HBBI", 0x20, 0, 0, 0),
            )
        else:
            lines += (pack("<HBBI", 0x15, 0, 1, REFUSALS[name][machine]), pack("<HBBI", 0x06, 0, 0, 0x50001))
    program = bytearray(b"".join([*lines, pack("<HBBI", 0x06, 0, 0, 0x7FFF0000)]))
    header = bytearray(pack("<HxxxxxxQ", len(program) // 8, kernel.address(program)))
    assert kernel.call("prctl", 38, 1) == 0
    assert kernel.call("seccomp", 1, 0, kernel.address(header)) == 0


if __name__ == "__main__":
    _refused, _layers, _temp, _programs = json.load(sys.stdin)
    if _refused:
        refuse(_refused)
    json.dump(_answers(tuple(_programs), tuple(map(Layer, _layers)), _temp), sys.stdout)
