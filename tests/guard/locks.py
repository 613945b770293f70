"""Locks for tests, written with the lock's own writer, and what lies beside them: folders, caches as the hub's client
makes them, guards that are gone when the test is."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from weighbridge.core.refs import HUB
from weighbridge.guard.guard import Guard, install
from weighbridge.provenance.lock.document import dumps
from weighbridge.provenance.lock.model import Lock, LockedFile, LockEntry
from weighbridge.provenance.lock.roles import role

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "fedcba9876543210fedcba9876543210fedcba98"


def locked(path: str, content: bytes) -> LockedFile:
    return LockedFile(path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest(), role=role(path))


def entry_of(folder: Path, *, name: str = "own", source: str = "", leave_out: tuple[str, ...] = ()) -> LockEntry:
    """Lock all files of a folder, as a path relative to the folder that it lies in."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return LockEntry(
        name=name, source=source or folder.name, asked="", resolved="sha256:" + "0" * 64,
        files=tuple(
            locked(below, path.read_bytes())
            for path in files if (below := path.relative_to(folder).as_posix()) not in leave_out
        ),
    )  # fmt: skip


def hub_entry(files: dict[str, bytes], *, name: str = "org/tiny", commit: str = COMMIT) -> LockEntry:
    return LockEntry(
        name=name, source=f"{HUB}://{name}", asked="main", resolved=commit, remote_code=True,
        files=tuple(locked(path, content) for path, content in sorted(files.items())),
    )  # fmt: skip


def write(folder: Path, *entries: LockEntry) -> Path:
    path = folder / "model.lock"
    path.write_text(dumps(Lock(entries=tuple(sorted(entries, key=lambda one: one.name)))), "utf-8")
    return path


def hub_cache(cache: Path, files: dict[str, bytes], *, name: str = "org/tiny", commit: str = COMMIT) -> Path:
    """Lay out a repository as huggingface_hub caches it; returns the snapshot's folder."""
    base = cache / ("models--" + name.replace("/", "--"))
    snapshot = base / "snapshots" / commit
    (base / "refs").mkdir(parents=True, exist_ok=True)
    (base / "refs" / "main").write_text(commit)
    (base / "blobs").mkdir(exist_ok=True)
    for path, content in files.items():
        blob = base / "blobs" / hashlib.sha256(content).hexdigest()
        blob.write_bytes(content)
        link = snapshot / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(blob, link.parent))
    return snapshot


@contextmanager
def guarded(lock: Path, mode: str = "enforce", **more: object) -> Iterator[Guard]:
    belt = install(lock, mode, **more)  # type: ignore[arg-type]
    try:
        yield belt
    finally:
        belt.uninstall()


def flip(path: Path) -> None:
    """Change one bit of one byte in the middle of a file, in place."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    with path.open("r+b") as file:
        file.write(content)
