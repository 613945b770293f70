"""Opens the advisories that an audit is held against: what was imported, the seed, and records for one run."""

from __future__ import annotations

from weighbridge.core.errors import UsageError
from weighbridge.core.values import value
from weighbridge.inventory.advisories.ages import days
from weighbridge.inventory.advisories.feeding import Intake
from weighbridge.inventory.advisories.seeding import SEED
from weighbridge.inventory.advisories.shelf import Shelf
from weighbridge.inventory.advisories.sources import pieces
from weighbridge.inventory.advisories.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TOLD = 20
"""Records that cannot be used and are named; of more the number is told."""


@value
class Stores:
    """``extra`` holds the ``records`` of this run, None where there are none; ``unread`` are sentences."""

    imported: Store
    extra: Store | None = None
    records: int = 0
    unread: tuple[str, ...] = ()

    def close(self) -> None:
        """Let go of all files."""
        self.imported.close()
        if self.extra is not None:
            self.extra.close()


def opened(database: str, paths: tuple[str, ...], max_age: str) -> Stores:
    """Open all; raises AccessError, and UsageError for feeds older than ``max_age`` and files without records."""
    store = Store.opened(database)
    if max_age:
        _check_age(store, days(max_age))
    if not paths:
        return Stores(imported=store)
    shelf, records = Shelf.made(), 0
    for path in paths:
        intake = Intake(shelf, path, path, "")
        for piece in pieces(path):
            intake.take(piece)
        intake.finish()
        if not intake.records:
            raise UsageError(f"{path!r} has no advisory that can be used", hint=_why(shelf))
        records += intake.records
    return Stores(imported=store, extra=Store(shelf, seeded=False), records=records, unread=tuple(_unread(shelf)))


def _check_age(store: Store, most: float) -> None:
    from datetime import UTC, datetime

    from weighbridge.inventory.advisories.ages import told

    now = datetime.now(UTC)
    feeds = [feed for feed in store.feeds() if feed.name != SEED]
    if not feeds:
        raise UsageError("no feed was imported, so that none is new enough", hint="weighbridge feed update")
    for feed in feeds:
        if (age := feed.age(now)) > most:
            raise UsageError(
                f"the feed {feed.name!r} is too old: its newest change was {told(age)}", hint="weighbridge feed update"
            )


def _unread(shelf: Shelf) -> Iterator[str]:
    told = shelf.ask("SELECT record, place, words FROM defect WHERE fatal ORDER BY place, record")
    for record, place, words in told[:TOLD]:
        yield f"{place}: {record or 'a record'} is not used: {words}"
    if len(told) > TOLD:
        yield f"and {len(told) - TOLD:,} records more are not used"


def _why(shelf: Shelf) -> str:
    return next(_unread(shelf), "an OSV document, JSON lines, a directory or a zip of them is read")
