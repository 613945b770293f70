"""Pulling from bad Hubs: what was locked arrives or nothing does, and the next attempt goes on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.access.hub.refusing import BIG, CONTENT, PLACES, SMALL
from tests.servers.contents import Held, git_blob
from tests.servers.hub import Fault, HubServer
from tests.servers.hub_repository import Repository
from weighbridge.access.hub.store import HubStore
from weighbridge.core.errors import AccessError, IntegrityError
from weighbridge.provenance.lock.model import LockedFile, LockEntry
from weighbridge.provenance.pull import pull


@pytest.fixture
def entry(repository: Repository) -> LockEntry:
    """What a lock says about the two files."""
    files = tuple(
        LockedFile(
            path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest(),
            git=git_blob(content) if path == SMALL else "",
        )
        for path, content in sorted(CONTENT.items())
    )  # fmt: skip
    return LockEntry(
        name="name", source="hf://org/name", asked="main", resolved=repository.branches["main"], files=files
    )


def below(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")
    }


def test_what_is_locked_arrives_though_the_branch_has_moved(
    hub: HubServer, repository: Repository, store: HubStore, entry: LockEntry, tmp_path: Path
) -> None:
    hub.fault("/cdn/*", Fault(cut=1_000_000, times=2, before=lambda: repository.commit({BIG: b"INERT other"})))
    pulled = pull(entry, store, str(tmp_path / "here"))
    assert below(tmp_path / "here") == CONTENT
    assert pulled.size == sum(map(len, CONTENT.values()))
    assert all(entry.resolved in one.path for one in hub.log if "/resolve" in one.path)


BAD = {
    "other bytes": Fault(content=Held(bytes(len(CONTENT[BIG])))),
    "too long": Fault(endless=True),
    "a whole that is too long": Fault(ignore_range=True, endless=True),
    "another size": Fault(content=Held(b"INERT")),
}


@pytest.mark.parametrize("fault", BAD.values(), ids=BAD)
def test_what_is_not_locked_is_not_put_in_place(
    hub: HubServer, store: HubStore, entry: LockEntry, tmp_path: Path, fault: Fault
) -> None:
    hub.fault(PLACES[BIG], fault)
    with pytest.raises(IntegrityError) as caught:
        pull(entry, store, str(tmp_path / "here"))
    assert caught.value.hint
    assert BIG not in below(tmp_path / "here")
    hub.forget()
    pull(entry, store, str(tmp_path / "here"))
    assert below(tmp_path / "here") == CONTENT


def test_a_pull_that_broke_goes_on(hub: HubServer, store: HubStore, entry: LockEntry, tmp_path: Path) -> None:
    hub.fault(PLACES[BIG], Fault(cut=1_000_000, times=1))
    hub.fault(PLACES[BIG], Fault(status=404))
    with pytest.raises(AccessError):
        pull(entry, store, str(tmp_path / "here"))
    assert BIG not in below(tmp_path / "here")
    hub.forget()
    pull(entry, store, str(tmp_path / "here"))
    assert below(tmp_path / "here") == CONTENT
    assert hub.sent("/cdn/*") == len(CONTENT[BIG]) - 1_000_000
