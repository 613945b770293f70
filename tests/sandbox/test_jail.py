"""The jail holds: every escape is really attempted from inside, and gets through where its wall is taken away."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.sandbox.escape import attempt
from tests.sandbox.jail_probes import PRIVILEGED, PROBES, WALLS
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.policy import SCANNER_LAYERS, Layer

SOURCE = Path(__file__).parents[2] / "src"
NOBODY = 65534
ROOT = os.geteuid() == 0

pytestmark = pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")
as_nobody = pytest.mark.skipif(not ROOT, reason="only root can become somebody else; the other tests ran unprivileged")


@cache
def outcomes(user: str) -> tuple[dict[str, str], dict[str, str]]:
    """What came of each probe under the whole jail, and under a jail without the walls that stop it."""
    weakened = {walls: [name for name in PROBES if WALLS[name] == walls] for walls in WALLS.values()}
    experiments: list[tuple[list[Layer], list[str]]] = [
        (list(SCANNER_LAYERS), list(PROBES)),
        *(([layer for layer in SCANNER_LAYERS if layer not in walls], names) for walls, names in weakened.items()),
    ]
    results = [attempt(*one) for one in experiments] if user == "current" else _attempt_as_nobody(experiments)
    return results[0], {name: outcome for result in results[1:] for name, outcome in result.items()}


def _attempt_as_nobody(experiments: list[tuple[list[Layer], list[str]]]) -> list[dict[str, str]]:
    python = _python_for_nobody()
    done = _as_nobody([python, "-B", str(Path(__file__).with_name("escape.py"))], json.dumps(experiments))
    assert done.returncode == 0, done.stderr
    results: list[dict[str, str]] = json.loads(done.stdout)
    return results


def _as_nobody(command: list[str], words: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        input=words,
        env={"PYTHONPATH": str(SOURCE)},
        cwd="/",
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _python_for_nobody() -> str:
    check = "import sys, weighbridge.sandbox.pool; assert sys.version_info >= (3, 11)"
    for name in (sys.executable, *(f"/usr/bin/python3{minor}" for minor in ("", ".11", ".12", ".13"))):
        try:
            if shutil.which(name) and _as_nobody([name, "-B", "-c", check]).returncode == 0:
                return name
        except PermissionError:
            continue
    pytest.skip("no interpreter and checkout that user nobody may read")


@pytest.mark.parametrize("name", PROBES)
def test_escape_is_denied(name: str) -> None:
    assert outcomes("current")[0][name].startswith("denied")


@pytest.mark.parametrize("name", PROBES)
def test_escape_gets_through_where_its_walls_are_gone(name: str) -> None:
    """So that the test above can fail: it is the jail that denies, not the machine."""
    if name in PRIVILEGED and not ROOT:
        pytest.skip("the kernel denies this to ordinary users in any case")
    if name == "read_environment_of_init" and not _can_read("/proc/1/environ"):
        pytest.skip("the machine's first process is closed to this root, too")
    assert_reached(outcomes("current")[1][name])


@as_nobody
@pytest.mark.parametrize("name", PROBES)
def test_escape_is_denied_to_nobody(name: str) -> None:
    assert outcomes("nobody")[0][name].startswith("denied")


@as_nobody
@pytest.mark.parametrize("name", [name for name in PROBES if name not in PRIVILEGED])
def test_escape_of_nobody_gets_through_where_its_walls_are_gone(name: str) -> None:
    assert_reached(outcomes("nobody")[1][name])


def _can_read(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def assert_reached(outcome: str) -> None:
    """The kernel's own code was reached; a call that this kernel does not have proves nothing, and is skipped."""
    if outcome == "denied ENOSYS":
        pytest.skip("this kernel was built without the call")
    assert outcome.startswith("reached")


def test_namespaces_stop_udp_without_seccomp() -> None:
    """The layer that is off by default: an empty network of its own."""
    layers = [Layer.RLIMITS, Layer.NAMESPACES, Layer.NO_NEW_PRIVS]
    # In the empty network the loopback interface is down: the datagram has nowhere to go (ENETUNREACH).
    assert attempt(layers, ["send_udp"]) == {"send_udp": "reached ENETUNREACH"}
    assert attempt([Layer.RLIMITS], ["send_udp"]) == {"send_udp": "reached"}
