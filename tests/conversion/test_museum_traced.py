"""A fifth of the museum through the front door of ``convert``: converted or refused in words, and nothing else happens.

``make strace`` has all of it.

Seen from outside by strace, where there is one: no program but this interpreter, no connection, no file but those that
``--into`` asks for, by any process, done or only tried. The parent's audit events say the same everywhere.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.builders.torches import TENSORS
from tests.tracing import strace
from tests.tracing.museum import Visit, conversions, visit
from weighbridge.sandbox.kernel import running_kernel

pytestmark = pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")
traced = pytest.mark.skipif(not strace.usable(), reason="there is no strace here, or it may not trace")

CHANGES = {"open", "os.link", "os.remove", "os.mkdir", "os.rmdir"}
FOLDERS = {"os.mkdir", "os.rmdir"}
EVERY = 5
"""Of so many exhibits one is converted here."""
SAMPLE = 97
"""Of so many exhibits one is converted by a worker of its own, as the command does; for the others workers stay."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """The exhibits, converted."""
    folder = tmp_path_factory.mktemp("whole")
    return visit(folder, conversions(folder, EVERY), "one-pool", traced=strace.usable())


def test_every_exhibit_is_converted_or_refused_in_words(whole: Visit) -> None:
    states = [one.state for one in whole.outcomes]
    assert [one for one in whole.outcomes if one.state == "crashed"] == []
    assert states.count("done") > 1_000 // EVERY
    assert states.count("refused") > 2_000 // EVERY
    for one in whole.outcomes:
        assert (one.code == 0) is (one.state == "done")
        assert one.state == "done" or one.reason


def test_what_is_honest_about_a_hostile_checkpoint_is_in_the_result(whole: Visit) -> None:
    wanted = {one.name: one.contents() for one in TENSORS}
    seen = 0
    for one in whole.outcomes:
        if not one.errand.label.endswith("-carried") or one.state != "done":
            continue
        content = (one.errand.target / "model.safetensors").read_bytes()
        start = 8 + int.from_bytes(content[:8], "little")
        header = json.loads(content[8:start])
        for name, data in wanted.items():
            first, last = header[name]["data_offsets"]
            assert content[start + first : start + last] == data, one
        seen += 1
    assert seen > 900 // EVERY


def test_nothing_is_left_but_results(whole: Visit) -> None:
    done = {one.errand.target for one in whole.outcomes if one.state == "done"}
    found = [path for path in (whole.folder / "out").rglob("*") if path.is_file()]
    assert {path.parent for path in found} == done
    endings = ("convert.json", "plain.json", "safetensors")
    assert all(path.name.endswith(endings) for path in found)


def test_the_parent_starts_workers_and_writes_results(whole: Visit) -> None:
    strange = []
    for one in whole.outcomes:
        inside = ascii(str(one.errand.target))[1:-1]
        for event, *arguments in one.deeds:
            paths = [one for one in arguments if one != "-1"]  # no descriptor of a directory
            is_ours = (
                (event in CHANGES and all(inside in one for one in paths))
                or (event in FOLDERS and arguments[0].strip("'") in inside)
                or (event == "open" and arguments == [ascii("/dev/null")])
                or (event == "os.posix_spawn" and arguments[0] == ascii(sys.executable))
                or (event == "socket.sendmsg" and arguments[1] == "None")
                or event in {"os.kill", "import", "exec", "compile"}
            )
            if not is_ours:
                strange.append((one.errand.label, event, *arguments))
    assert not strange


@traced
def test_strace_sees_nothing_else(whole: Visit) -> None:
    assert whole.deeds() == []


@traced
def test_strace_sees_nothing_else_with_a_worker_for_each_file(tmp_path: Path) -> None:
    seen = visit(tmp_path, conversions(tmp_path, SAMPLE), traced=True)
    assert seen.trace is not None
    started = sum(line.startswith("execve(") for lines in seen.trace.lines.values() for line in lines)
    assert started == 1 + len(seen.outcomes)
    assert seen.deeds() == []
    assert {one.state for one in seen.outcomes} == {"done", "refused"}
