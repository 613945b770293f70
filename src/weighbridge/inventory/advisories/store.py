"""The advisories that there are: what was imported, in one file of the user's, and the seed that the program brings.

Where a feed knows a vulnerability of a package, the seed is silent about it: feeds are newer and say more.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from weighbridge.core.errors import AccessError, UsageError
from weighbridge.core.values import value
from weighbridge.engine.memo import cache_directory
from weighbridge.inventory.advisories.defects import BY_SCHEMA, Defect, DefectKind
from weighbridge.inventory.advisories.seeding import seed_shelf
from weighbridge.inventory.advisories.shelf import Shelf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weighbridge.inventory.advisories.packages import Coordinate
    from weighbridge.inventory.advisories.record import Advisory
    from weighbridge.inventory.advisories.shelf import Hit

FILE = "advisories.sqlite"


@value
class Count:
    """How many records of a feed have a defect of a kind."""

    kind: DefectKind
    records: int


@value
class Feed:
    """A feed as it was imported; times are RFC 3339.

    ``newest`` is the newest change of a record in it, empty where no record has a possible time. ``records`` can be
    used; ``unusable`` were left out; ``invalid`` are those of both that break the schema of OSV.
    """

    name: str
    origin: str
    imported: str
    newest: str
    records: int
    withdrawn: int
    unusable: int
    invalid: int
    packages: int
    defects: tuple[Count, ...] = ()

    def age(self, now: datetime) -> float:
        """Give the days since its newest change, or since the import where that is longer ago."""
        times = [datetime.fromisoformat(one) for one in (self.newest, self.imported) if one]
        return max(0.0, (now - min(times, default=datetime.fromtimestamp(0, UTC))).total_seconds() / 86_400)


@value
class Told:
    """A defect of a record of a feed; ``place`` is the file and line, or the member of an archive."""

    record: str
    place: str
    defect: Defect


def usual_place() -> str:
    """Give the file in the user's cache; raises UsageError for a user without a home."""
    directory = cache_directory()
    if directory is None:
        raise UsageError("there is no cache directory: neither HOME nor XDG_CACHE_HOME is set", hint="--database FILE")
    return os.path.join(directory, FILE)


class Store:
    """What was imported, if anything was, and the seed."""

    def __init__(self, imported: Shelf | None, *, seeded: bool = True) -> None:
        self._imported = imported
        self._seed = seed_shelf() if seeded else Shelf.made()

    @classmethod
    def opened(cls, path: str = "") -> Store:
        """Open a database, or the usual one, which need not be there; raises AccessError and UsageError."""
        place = path or usual_place()
        if not path and not os.path.lexists(place):
            return cls(None)
        if not os.path.isfile(place):
            raise AccessError(f"there is no database {place!r}", hint="weighbridge feed import, or feed update")
        return cls(Shelf.opened(place))

    @property
    def path(self) -> str:
        """The file; empty where nothing was imported."""
        return "" if self._imported is None else self._imported.path

    def close(self) -> None:
        """Let go of the file."""
        for shelf in self._shelves():
            shelf.close()

    def _shelves(self) -> tuple[Shelf, ...]:
        return (self._seed,) if self._imported is None else (self._imported, self._seed)

    def feeds(self) -> tuple[Feed, ...]:
        """Give the feeds in the order of their names, the seed at the end."""
        return tuple(one for shelf in self._shelves() for one in feeds_of(shelf))

    def told(self, feed: str = "") -> Iterator[Told]:
        """Give what is wrong with the records of a feed, or of all that were imported."""
        if self._imported is None:
            return
        for record, place, kind, words, fatal in self._imported.ask(
            "SELECT record, place, kind, words, fatal FROM defect JOIN feed ON feed.id = feed"
            " WHERE ?1 = '' OR feed.name = ?1 ORDER BY fatal DESC, kind, record, place",
            feed,
        ):
            defect = Defect(kind=DefectKind(str(kind)), words=str(words), fatal=bool(fatal))
            yield Told(record=str(record), place=str(place), defect=defect)

    def hits(self, package: Coordinate, places: tuple[bytes, ...]) -> Iterator[Hit]:
        """Give what a version of a package meets; ``places`` are its keys (see ``versions``)."""
        for shelf in self._shelves():
            number = shelf.package(package.ecosystem, package.name)
            for hit in shelf.hits(number, places) if number else ():
                if shelf is not self._seed or not self._is_told(hit.advisory, package):
                    yield hit

    def entries(self, package: Coordinate) -> Iterator[Advisory]:
        """Give all records of a package that stand, whatever the version."""
        for shelf in self._shelves():
            number = shelf.package(package.ecosystem, package.name)
            for advisory in shelf.entries(number) if number else ():
                if shelf is not self._seed or not self._is_told(advisory, package):
                    yield advisory

    def model_advisories(self, names: Iterable[str]) -> Iterator[Advisory]:
        """Give the records that speak of models by some names: of repositories and files, not of packages."""
        held = tuple(names)
        for shelf in self._shelves():
            yield from shelf.about_models(held)

    def of_repository(self, address: str) -> Iterator[Advisory]:
        """Give all records with a range of commits of a repository, ``github.com/owner/name``, that stand."""
        for shelf in self._shelves():
            yield from shelf.of_repository(address)

    def _is_told(self, advisory: Advisory, package: Coordinate) -> bool:
        """Tell whether a feed knows what the seed says of a package, even if only that it was withdrawn.

        A record that doubts itself lowers nothing but itself: the seed is told beside it.
        """
        if self._imported is None:
            return False
        number = self._imported.package(package.ecosystem, package.name)
        known = self._imported.known((advisory.id, *advisory.aliases), number) if number else ()
        return any(not one.unconfirmed and not any(each.unconfirmed for each in one.affected) for one in known)


def feeds_of(shelf: Shelf) -> tuple[Feed, ...]:
    """Read what a database says of its feeds."""
    found = []
    for id_, name, origin, imported, newest, records, withdrawn, unusable in shelf.ask(
        "SELECT id, name, origin, imported, newest, records, withdrawn, unusable FROM feed ORDER BY name"
    ):
        counts = shelf.ask(
            "SELECT kind, count(DISTINCT CASE WHEN record = '' THEN place ELSE record END) FROM defect"
            " WHERE feed = ? GROUP BY kind ORDER BY kind",
            id_,
        )
        broken = shelf.ask(
            f"SELECT count(DISTINCT CASE WHEN record = '' THEN place ELSE record END) FROM defect"  # noqa: S608
            f" WHERE feed = ? AND kind IN ({', '.join('?' * len(BY_SCHEMA))})",
            id_,
            *sorted(BY_SCHEMA),
        )
        packages = shelf.ask(
            "SELECT count(DISTINCT package) FROM entry JOIN advisory ON advisory.id = advisory"
            " WHERE feed = ? AND withdrawn = ''",
            id_,
        )
        found.append(
            Feed(
                name=str(name),
                origin=str(origin),
                imported=str(imported),
                newest=str(newest),
                records=_number(records),
                withdrawn=_number(withdrawn),
                unusable=_number(unusable),
                invalid=_number(broken[0][0]),
                packages=_number(packages[0][0]),
                defects=tuple(Count(kind=DefectKind(str(kind)), records=_number(number)) for kind, number in counts),
            )
        )
    return tuple(found)


def _number(held: object) -> int:
    return held if isinstance(held, int) else 0
