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
        errands += [_errand(tmp_path, "shell", os_system()), _errand(tmp_path, "abort", b"cos\nabort\n(tR.")]
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


def _errand(folder: Path, name: str, content: bytes) -> Errand:
    """One of which is known what it does, whatever is chosen from the museum.

    A shell gets as far as the kernel; what aborts signals itself, by a number that it has in its own namespace alone.
    """
    path = folder / f"{name}.pkl"
    path.write_bytes(content)
    words = ("load", str(path), "--with", "pickle", "--detonate", "--format", "json")
    return Errand(name, words, folder / "out")
