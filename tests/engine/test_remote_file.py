"""A remote file in the parent: what a worker may make it fetch, what of the store's word is checked, what is left."""

from __future__ import annotations

import gc
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.stores import MemoryStore
from tests.servers.contents import git_blob
from weighbridge.core.artifact import ListedFile
from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import AccessError, IntegrityError
from weighbridge.core.limits import Limits
from weighbridge.core.refs import parse
from weighbridge.engine import remote_file
from weighbridge.engine.files import pread
from weighbridge.engine.remote_file import RemoteFile

CONTENT = bytes(range(256)) * 8_000
SMALL = b"{}\n" * 100


def made(store: MemoryStore, path: str = "model.bin", *, full: bool = False) -> RemoteFile:
    listing = store.listing(parse("hf://org/name"))
    file = next(one for one in listing.files if one.path == path)
    return RemoteFile(store, listing, file, full=full)


def taken(remote: RemoteFile) -> bytes:
    """Open, read all that is there, close."""
    descriptor = remote.open()
    try:
        return pread(descriptor, 0, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)


@pytest.fixture(autouse=True)
def no_descriptor_and_no_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gc.collect()  # what other tests have left open is closed now, and not in between
    before = os.listdir("/proc/self/fd")
    yield
    assert len(os.listdir("/proc/self/fd")) == len(before)
    assert os.listdir(tmp_path) == []


# -- whole ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("full", [True, False])
def test_small_files_and_all_that_are_asked_for_whole(
    full: bool, in_memory: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not in_memory:
        monkeypatch.setattr(remote_file, "IN_MEMORY", -1)
    content = CONTENT if full else SMALL
    store = MemoryStore({"model.bin": content})
    remote = made(store, full=full)
    task = remote.task(0, "model.bin")
    assert (task.supply, task.size) == (None, len(content))
    assert taken(remote) == content
    remote.conclude()
    assert remote.sha256 == hashlib.sha256(content).hexdigest()
    assert (remote.gaps, remote.broken, remote.unread) == ((), (), None)
    assert store.moved["model.bin"] == len(content)


@pytest.mark.parametrize("in_memory", [True, False])
def test_who_reads_it_cannot_write_it(in_memory: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not in_memory:
        monkeypatch.delattr(os, "memfd_create")
    remote = made(MemoryStore({"model.bin": SMALL}))
    descriptor = remote.open()
    with pytest.raises(OSError, match="descriptor"):
        os.pwrite(descriptor, b"!", 0)
    with pytest.raises(OSError, match="nvalid"):
        os.ftruncate(descriptor, 0)
    os.close(descriptor)
    remote.conclude()
    assert remote.sha256 == hashlib.sha256(SMALL).hexdigest()


DIGESTS = {
    "sha256": hashlib.sha256(SMALL).hexdigest(), "git": git_blob(SMALL), "md5": hashlib.md5(SMALL).hexdigest(),
}  # fmt: skip


@pytest.mark.parametrize("field", DIGESTS)
def test_the_claim_is_held_against_the_content(field: str) -> None:
    nothing = dict.fromkeys(DIGESTS, "")
    store = MemoryStore({"model.bin": SMALL}, claims={"model.bin": nothing | {field: DIGESTS[field]}})
    remote = made(store)
    taken(remote)
    remote.conclude()
    assert remote.broken == ()
    store.served["model.bin"] = SMALL[:-1] + b"!"
    altered = made(store)
    taken(altered)
    altered.conclude()
    (fact,) = altered.broken
    assert DIGESTS[field] in fact.detail
    assert altered.sha256 == hashlib.sha256(SMALL[:-1] + b"!").hexdigest(), "what was computed is what was there"


def test_git_s_digest_of_a_file_in_lfs_is_that_of_its_pointer() -> None:
    claims = {"model.bin": {"sha256": DIGESTS["sha256"], "git": git_blob(b"a pointer")}}
    remote = made(MemoryStore({"model.bin": SMALL}, claims=claims))
    taken(remote)
    remote.conclude()
    assert remote.broken == ()


@pytest.mark.parametrize(("served", "words"), [(SMALL[:-1], "gives 299"), (SMALL + b"x", "goes on after them")])
def test_another_length_than_listed(served: bytes, words: str) -> None:
    remote = made(MemoryStore({"model.bin": SMALL}, served={"model.bin": served}))
    with pytest.raises(OSError, match="lists 300 bytes"):
        remote.open()
    remote.conclude()
    assert remote.is_closed
    assert words in remote.broken[0].detail
    assert words in remote.gaps[0].reason
    assert remote.sha256 == ""


def test_a_store_that_does_not_tell_the_size_cannot_go_on_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore({"model.bin": CONTENT}, claims={"model.bin": {"size": -1}})
    monkeypatch.setattr(remote_file, "Limits", lambda: Limits(remote_bytes=1 << 20))
    remote = made(store)
    with pytest.raises(OSError, match="1 MiB"):
        remote.open()
    remote.conclude()
    assert [gap.kind for gap in remote.gaps] == [GapKind.OVER_LIMIT]
    assert store.moved["model.bin"] < 1 << 21
    whole = made(store, full=True)
    assert taken(whole) == CONTENT
    whole.conclude()
    assert whole.sha256 == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize(
    "error", [AccessError("the token is not accepted"), IntegrityError("the commit moved"), OSError(28, "No space")]
)
def test_trouble_while_it_is_fetched_whole(error: Exception) -> None:
    def fault(offset: int, _: int) -> None:
        raise error

    remote = made(MemoryStore({"model.bin": CONTENT}, faults={"model.bin": fault}), full=True)
    with pytest.raises(OSError):
        remote.open()
    remote.conclude()
    assert [gap.kind for gap in remote.gaps] == [GapKind.UNREAD]
    assert len(remote.broken) == isinstance(error, IntegrityError)


def test_an_interruption_leaves_nothing_behind() -> None:
    def fault(offset: int, _: int) -> None:
        raise KeyboardInterrupt

    remote = made(MemoryStore({"model.bin": CONTENT}, faults={"model.bin": fault}), full=True)
    with pytest.raises(KeyboardInterrupt):
        remote.open()
    remote.close()


# -- in pieces -----------------------------------------------------------------------------------------------------


def test_nothing_is_fetched_before_it_is_asked_for() -> None:
    store = MemoryStore({"model.bin": CONTENT})
    remote = made(store)
    descriptor = remote.open()
    assert os.fstat(descriptor).st_size == len(CONTENT)
    assert store.moved["model.bin"] == 0
    assert remote.supply(1000, 50) == ""
    assert pread(descriptor, 1000, 50) == CONTENT[1000:1050]
    assert pread(descriptor, 0, 1000) == bytes(1000)
    assert store.moved["model.bin"] == 50
    os.close(descriptor)
    remote.conclude()
    assert remote.sha256 == ""
    assert remote.unread is not None
    said = "all but 50 of 2,048,000 bytes: headers and structure only; --full reads all"
    assert remote.unread.reason == said


def test_all_pieces_together_are_a_whole() -> None:
    for served, broken in ((CONTENT, 0), (CONTENT[:-1] + b"!", 1)):
        remote = made(MemoryStore({"model.bin": CONTENT}, served={"model.bin": served}))
        os.close(remote.open())
        for offset in range(0, len(CONTENT), 1 << 20):
            assert remote.supply(offset, min(1 << 20, len(CONTENT) - offset)) == ""
        remote.conclude()
        assert remote.sha256 == hashlib.sha256(served).hexdigest()
        assert remote.unread is None
        assert len(remote.broken) == broken


def test_what_was_handed_on_does_not_change() -> None:
    store = MemoryStore({"model.bin": CONTENT})
    remote = made(store)
    descriptor = remote.open()
    remote.supply(0, 100)
    store.served["model.bin"] = b"!" * len(CONTENT)
    assert remote.supply(0, 200) == ""
    assert pread(descriptor, 0, 200) == CONTENT[:100] + b"!" * 100
    assert store.moved["model.bin"] == 200
    os.close(descriptor)
    remote.close()


NUMBERS = st.integers(-3, 3) | st.integers(-(1 << 64), 1 << 64) | st.integers(2_047_990, 2_048_010)


@settings(deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20))
def test_whatever_a_worker_asks_for_the_store_is_asked_for_what_there_is(asked: list[tuple[int, int]]) -> None:
    def fault(offset: int, length: int) -> None:
        assert 0 <= offset < offset + length <= len(CONTENT)

    remote = made(MemoryStore({"model.bin": CONTENT}, faults={"model.bin": fault}))
    descriptor = remote.open()
    for offset, length in asked:
        inside = offset >= 0 and length > 0 and offset + length <= len(CONTENT)
        refusal = remote.supply(offset, length)
        assert bool(refusal) == (not inside)
        if inside:
            assert pread(descriptor, offset, length) == CONTENT[offset : offset + length]
    assert [gap.kind for gap in remote.gaps] in ([], [GapKind.CRASHED])
    os.close(descriptor)
    remote.close()


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Limits(remote_bytes=1 << 20), "more than 1 MiB would be fetched"),
        (Limits(remote_ranges=10), "more than 10 ranges would be fetched"),
        (Limits(remote_seconds=-1.0), "the store took more than -1 seconds"),
    ],
)
def test_budgets_are_kept_here(bounds: Limits, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_file, "Limits", lambda: bounds)
    store = MemoryStore({"model.bin": CONTENT})
    remote = made(store)
    os.close(remote.open())
    replies = [remote.supply(offset, 100_000) for offset in range(0, 1_900_000, 100_000)]
    remote.conclude()
    assert set(replies) <= {"", words}
    assert replies[-1] == words
    assert store.moved["model.bin"] <= 1 << 20
    assert store.ranges["model.bin"] <= 10
    assert [(gap.kind, gap.reason) for gap in remote.gaps] == [(GapKind.OVER_LIMIT, words)]
    assert remote.unread is not None
    assert remote.unread.reason.endswith("bytes: --full reads all")
    assert remote.sha256 == ""


@pytest.mark.parametrize("error", [AccessError("gone"), IntegrityError("the ETag changed"), OSError(5, "Broken")])
def test_after_trouble_the_store_is_left_alone(error: Exception) -> None:
    calls = []

    def fault(offset: int, _: int) -> None:
        calls.append(offset)
        if offset:
            raise error

    remote = made(MemoryStore({"model.bin": CONTENT}, faults={"model.bin": fault}))
    os.close(remote.open())
    assert remote.supply(0, 10) == ""
    first, second = remote.supply(1000, 10), remote.supply(2000, 10)
    assert first == second != ""
    assert calls == [0, 1000]
    remote.conclude()
    assert len(remote.broken) == isinstance(error, IntegrityError)
    assert [gap.kind for gap in remote.gaps] == [GapKind.UNREAD]


def test_a_piece_that_is_too_short_is_not_padded_with_zeros() -> None:
    remote = made(MemoryStore({"model.bin": CONTENT}, served={"model.bin": CONTENT[:1000]}))
    with pytest.raises(OSError, match="lists 2048000 bytes and has 1000"):
        remote.open()
    remote.close()

    class Short:
        size = len(CONTENT)

        def read_at(self, offset: int, length: int) -> bytes:
            return CONTENT[offset : offset + length - 1]

    store = MemoryStore({"model.bin": CONTENT})
    store.source = lambda _listing, _file: Short()  # type: ignore[assignment,method-assign,return-value]
    remote = made(store)
    os.close(remote.open())
    assert "49 of 50 bytes" in remote.supply(100, 50)
    remote.conclude()
    assert len(remote.broken) == 1


def test_only_what_the_store_lists_decides_how_it_is_fetched() -> None:
    listed = ListedFile(path="x", size=remote_file.WHOLE)
    store = MemoryStore({})
    listing = store.listing(parse("hf://org/name"))
    assert not RemoteFile(store, listing, listed, full=False).in_pieces
    listed = ListedFile(path="x", size=remote_file.WHOLE + 1)
    assert RemoteFile(store, listing, listed, full=False).in_pieces
    assert not RemoteFile(store, listing, listed, full=True).in_pieces
    assert RemoteFile(store, listing, ListedFile(path="x", size=1 << 40), full=False).most == Limits().remote_bytes
