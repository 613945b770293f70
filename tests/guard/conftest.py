"""No test of the guard runs a payload."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.guard.payload import RUNS


@pytest.fixture(autouse=True)
def nothing_runs() -> Iterator[None]:
    RUNS.clear()
    yield
    assert not RUNS, "a payload was run"
