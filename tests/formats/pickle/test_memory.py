"""Memory: never more than 150 MB for a whole process, whatever a stream asks for; what was found before stays found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.pickles import opcodes as op
from tests.formats.pickle.hungry import CALL, STREAMS
from tests.formats.pickle.reading import run
from tests.sampling import some
from weighbridge.core.limits import Limits

ROOT = Path(__file__).resolve().parents[3]
MOST = 150


@pytest.mark.parametrize("what", some(2, STREAMS))
def test_no_stream_makes_a_scan_take_more_than_it_may(what: str, tmp_path: Path) -> None:
    file = tmp_path / "model.pkl"
    file.write_bytes(op.PROTO(4) + CALL + STREAMS[what]() + op.NONE + op.STOP)
    command = [sys.executable, "-m", "tests.formats.pickle.alone", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    taken, *rules = done.stdout.split()
    assert int(taken) <= MOST
    assert "EXE101" in rules


def test_a_spent_budget_is_said_and_ends_the_run() -> None:
    done = run(b"\x80\x04cos\nsystem\n0" + b")" * 1_000_000 + b".", limits=Limits(machine_bytes=1 << 20))
    assert "more values at once" in done.limit
    assert [name.dotted for name in done.machine.ledger.names.values()] == ["os.system"]
