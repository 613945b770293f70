"""Kill `pull` at twenty random moments: nothing unverified is in place, and the last resume makes the tree exact."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.command import PATIENCE, PROGRAM, environment, weigh
from tests.servers.contents import Held
from tests.servers.hub import HubServer

KILLS = 20
BLOCK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Slow(Held):
    """Bytes that take their time, so that there is a time to be killed in."""

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes, not many at once."""
        time.sleep(BLOCK_SECONDS)
        return Held.read_at(self, offset, length)


def _wrong(folder: Path, expected: dict[str, bytes]) -> list[str]:
    """Files under their final names that are not what was locked."""
    found = []
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if path.is_file() and not name.endswith(".weighbridge-part") and path.read_bytes() != expected.get(name):
            found.append(name)
    return found


def test_killed_at_any_moment_nothing_unverified_is_in_place(tmp_path: Path) -> None:
    random_ = random.Random(20)
    contents = {f"part-{number}.safetensors": random_.randbytes(2_000_000) for number in range(8)}
    contents |= {"config.json": b"{}\n", "sub/vocab.txt": b"a\nb\n"}
    folder = tmp_path / "models/org/name"
    with HubServer() as hub:
        hub.repository("org/name").commit({path: Slow(content) for path, content in contents.items()})
        variables = hub.environment(tmp_path)
        assert weigh("lock", "hf://org/name", "--no-scan", cwd=tmp_path, env=variables).code == 0
        begun = hub.sent("*")
        killed = 0
        for _ in range(KILLS):
            pulling = subprocess.Popen(
                [*PROGRAM, "pull", "--quiet"], cwd=tmp_path, env=environment(**variables), stdout=subprocess.DEVNULL
            )
            # The moment counts from the first byte: on a busy machine a start alone takes longer than all of it.
            before, latest = hub.sent("*"), time.monotonic() + PATIENCE
            while hub.sent("*") == before and pulling.poll() is None and time.monotonic() < latest:
                time.sleep(0.01)
            until = time.monotonic() + random_.uniform(0.0, 0.5)
            while time.monotonic() < until and pulling.poll() is None:
                assert _wrong(folder, contents) == []
                time.sleep(0.02)
            killed += pulling.poll() is None
            pulling.send_signal(signal.SIGKILL)
            pulling.wait()
            assert _wrong(folder, contents) == []
        moved = hub.sent("*") - begun
        ran = weigh("pull", cwd=tmp_path, env=variables)
        assert ran.code == 0, ran
    assert killed > KILLS // 2
    assert moved > 0
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path: hashlib.sha256(content).digest() for path, content in found.items()} == {
        path: hashlib.sha256(content).digest() for path, content in contents.items()
    }
    assert weigh("verify", cwd=tmp_path, env={"HF_HUB_CACHE": os.devnull}).code == 0
