"""A store in memory that counts what is read of it and breaks where it is told to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from tests.servers.contents import Content, Held
from weighbridge.core.artifact import ListedFile, Listing
from weighbridge.core.refs import Ref
from weighbridge.engine import remote

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PIECE = 100_000


@dataclass
class MemoryStore:
    """Files by path; ``claims`` replace what is listed of one, ``faults`` are called with offset and length first."""

    files: Mapping[str, bytes | Content]
    claims: dict[str, dict[str, object]] = field(default_factory=dict)
    faults: dict[str, Callable[[int, int], None]] = field(default_factory=dict)
    served: dict[str, bytes | Content] = field(default_factory=dict)
    """What is given in place of what is listed."""
    troubles: tuple[str, ...] = ()
    extras: tuple[ListedFile, ...] = ()
    moved: Counter[str] = field(default_factory=Counter)
    ranges: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def __call__(self, ref: Ref, *, offline: bool = False) -> MemoryStore:
        self.asked.append((str(ref), offline))
        return self

    def content(self, path: str) -> Content:
        given = self.served.get(path, self.files[path])
        return Held(given) if isinstance(given, bytes) else given

    def listing(self, ref: Ref) -> Listing:
        found = []
        for path in sorted(self.files):
            content = self.files[path]
            held = Held(content) if isinstance(content, bytes) else content
            # As on the Hub: large files by SHA-256, others by the SHA-1 of git.
            digest = {"sha256": held.sha256} if held.size > 10_000 else {"git": held.git}
            fields: dict[str, object] = {"path": path, "size": held.size, **digest} | self.claims.get(path, {})
            found.append(ListedFile(**fields))  # type: ignore[arg-type]
        return Listing(
            ref=ref, kind="hf", resolved=COMMIT, files=tuple(found), troubles=self.troubles, extras=self.extras
        )

    def source(self, listing: Listing, file: ListedFile) -> Served:
        return Served(self, file.path)

    def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:
        content = self.content(file.path)
        for offset in range(start, content.size, PIECE):
            yield self.read(file.path, offset, PIECE)

    def read(self, path: str, offset: int, length: int) -> bytes:
        if path in self.faults:
            self.faults[path](offset, length)
        found = self.content(path).read_at(offset, length)
        self.moved[path] += len(found)
        self.ranges[path] += 1
        return found


class Served:
    """A file of the store."""

    def __init__(self, store: MemoryStore, path: str) -> None:
        self.store, self.path = store, path
        self.size = store.content(path).size

    def read_at(self, offset: int, length: int) -> bytes:
        return self.store.read(self.path, offset, length)


def put(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """Let every reference lead to this store."""
    monkeypatch.setattr(remote, "store_for", store)
    return store
