"""Exhibits of the museum, run on purpose in the jail: each ends as a report, and strace sees that nothing gets out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders.pickles.gadgets import os_system
from tests.tracing import strace
from tests.tracing.museum import Errand, detonations, visit
from weighbridge.sandbox.kernel import running_kernel

pytestmark = [
    pytest.mark.libraries,
    pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64"),
    pytest.mark.skipif(not strace.usable(), reason="there is no strace here, or it may not trace"),
]


@pytest.mark.parametrize(("library", "every"), [("pickle", 300), ("joblib", 50), ("numpy", 50), ("torch", 1_300)])
def test_detonations_end_as_reports(library: str, every: int, tmp_path: Path) -> None:
    errands = detonations(tmp_path, library, every)
    if library == "pickle":
        errands.append(_a_shell(tmp_path))
    seen = visit(tmp_path, errands, traced=True)
    assert [one for one in seen.outcomes if one.state != "done"] == []
    deeds = seen.deeds()
    assert [deed for deed in deeds if deed.done] == []
    # What the kernel refused is in the reports: no process tried more quietly than it was told.
    loadings = [json.loads(one.out)["loading"] for one in seen.outcomes]
    assert None not in loadings
    told = sum(bool(loading["attempts"]) for loading in loadings)
    assert len({deed.pid for deed in deeds}) <= told
    assert all(deed.sealed for deed in deeds)
    if library == "pickle":
        assert deeds


def _a_shell(folder: Path) -> Errand:
    """An errand of which is known that it gets as far as the kernel, whatever is chosen from the museum."""
    path = folder / "shell.pkl"
    path.write_bytes(os_system())
    words = ("load", str(path), "--with", "pickle", "--detonate", "--format", "json")
    return Errand("a shell", words, folder / "out")
