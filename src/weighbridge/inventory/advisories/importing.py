"""Feeds into a database, all or nothing: a new file is made beside the old one and takes its place at the end."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress

from weighbridge.core.errors import AccessError, UsageError, reason
from weighbridge.core.values import value
from weighbridge.inventory.advisories.feeding import Intake
from weighbridge.inventory.advisories.seeding import SEED
from weighbridge.inventory.advisories.shelf import OutdatedError, Shelf
from weighbridge.inventory.advisories.store import feeds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from weighbridge.inventory.advisories.sources import Piece
    from weighbridge.inventory.advisories.store import Feed


@value
class Delivery:
    """What is to become a feed: its name, where it comes from, and its records."""

    name: str
    origin: str
    pieces: Iterable[Piece]


def import_feeds(path: str, deliveries: tuple[Delivery, ...], now: datetime) -> tuple[Feed, ...]:
    """Put feeds into a database, made where there is none; a feed of the same name is replaced.

    Raises AccessError and UsageError, also for a delivery without one usable record; then the file is as it was.
    """
    for one in deliveries:
        if one.name == SEED or not one.name.strip():
            raise UsageError(f"a feed cannot be called {one.name!r}", hint="--name NAME")
    if os.path.isdir(path):
        raise AccessError(f"cannot write {path!r}: it is a directory", hint="--database FILE")
    with _alone(path):
        unfinished = f"{path}.{os.getpid()}.part"
        try:
            shelf = _begun(path, unfinished)
            try:
                shelf.ask("BEGIN")
                for one in deliveries:
                    _take(shelf, one, now)
                shelf.ask("COMMIT")
                names = {one.name for one in deliveries}
                made = tuple(one for one in feeds_of(shelf) if one.name in names)
            finally:
                shelf.close()
            _put_in_place(unfinished, path)
        finally:
            with suppress(OSError):
                os.unlink(unfinished)
    return made


def _take(shelf: Shelf, delivery: Delivery, now: datetime) -> None:
    intake = Intake(shelf, delivery.name, delivery.origin, now.isoformat(timespec="seconds").replace("+00:00", "Z"))
    for piece in delivery.pieces:
        intake.take(piece)
    if not intake.records:
        number = f": none of {intake.unusable:,} records can be used" if intake.unusable else ""
        raise UsageError(
            f"there is no advisory in {delivery.origin!r}{number}",
            hint="OSV records are read: a JSON file, JSON lines, a folder or a zip of JSON files",
        )
    intake.finish()


def _begun(path: str, unfinished: str) -> Shelf:
    with suppress(OSError):
        os.unlink(unfinished)
    if not os.path.lexists(path):
        return Shelf.made(unfinished)
    try:
        old = Shelf.opened(path)
    except OutdatedError:
        return Shelf.made(unfinished)
    try:
        return old.copied(unfinished)
    finally:
        old.close()


@contextmanager
def _alone(path: str) -> Iterator[None]:
    """Keep other imports into the same file waiting: the later one would lose what the earlier has put in."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise AccessError(f"cannot write {path!r}: {reason(error)}", hint="--database FILE") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _put_in_place(unfinished: str, path: str) -> None:
    try:
        descriptor = os.open(unfinished, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(unfinished, path)
    except OSError as error:
        raise AccessError(f"cannot write {path!r}: {reason(error)}", hint="--database FILE") from None
