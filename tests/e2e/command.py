"""Runs the real command line in a process of its own, and says what any run of it must hold to."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import weighbridge

SOURCE = Path(weighbridge.__file__).parents[1]
PROGRAM = (sys.executable, "-m", "weighbridge")
PATIENCE = 60.0

_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 24, 1, 2


class Ran(NamedTuple):
    """What a run left: exit code and both streams."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def report(self) -> Any:
        """The JSON on stdout."""
        return json.loads(self.out)


def environment(**changes: str) -> dict[str, str]:
    """The environment of a run: nothing of this one but the path, and no cache outside of what a test names."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    nowhere = {"XDG_CACHE_HOME": "/dev/null/cache", "HOME": "/dev/null/home"}  # not even root can make these
    return kept | {"PYTHONPATH": str(SOURCE)} | nowhere | changes


def weigh(*words: str | bytes | Path, env: Mapping[str, str] | None = None, **more: Any) -> Ran:
    """Run ``weighbridge`` with these words; a traceback fails the test at once."""
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    if "input" in more:
        del more["stdin"]
    command, variables = [*PROGRAM, *words], environment(**(env or {}))
    done: Any = subprocess.run(command, env=variables, timeout=PATIENCE, check=False, **more)
    out, err = done.stdout or b"", done.stderr or b""
    ran = Ran(done.returncode, out.decode(), err.decode("utf-8", "replace"), out)
    assert "Traceback" not in ran.out + ran.err, ran
    return ran


def files(ran: Ran) -> dict[str, Any]:
    """The entries of a JSON report by path."""
    return {file["path"]: file for artifact in ran.report["artifacts"] for file in artifact["files"]}


def without_rights() -> None:
    """Make this process keep to the rights of files, also when it is root's. For ``preexec_fn``."""
    if os.getuid() == 0:
        for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
