"""A local Hub for each test, and the environment in which the real client talks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.access.clocks import StillClock
from tests.access.hub.refusing import CONTENT
from tests.servers.hub import HubServer
from tests.servers.hub_repository import Repository
from weighbridge.access.hub.store import HubStore
from weighbridge.access.retries import USUAL, Patience


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A running Hub that the environment names; nobody is signed in."""
    with HubServer() as server:
        server.adopt(monkeypatch, tmp_path)
        yield server


@pytest.fixture
def clock() -> StillClock:
    """Time without waiting."""
    return StillClock()


@pytest.fixture
def open_store(hub: HubServer, clock: StillClock) -> Callable[..., HubStore]:
    """Makes stores that do not wait."""

    def opened(*, patience: Patience = USUAL, endpoint: str = "") -> HubStore:
        return HubStore(clock=clock, patience=patience, endpoint=endpoint)

    return opened


@pytest.fixture
def repository(hub: HubServer) -> Repository:
    """A file in LFS and one in git."""
    made = hub.repository("org/name")
    made.commit(CONTENT)
    return made


@pytest.fixture
def store(open_store: Callable[..., HubStore]) -> HubStore:
    """A store that does not wait."""
    return open_store()
