"""One SQLite database of advisories: its tables, how records are put in, and what it answers.

Versions are parsed when a record is put in; a question is one comparison of bytes in an index (see ``versions``).
"""

from __future__ import annotations

import json
import sqlite3
import zlib

from weighbridge.core.errors import AccessError
from weighbridge.core.values import value
from weighbridge.inventory.advisories import identity
from weighbridge.inventory.advisories.defects import Defect, DefectKind
from weighbridge.inventory.advisories.packages import normal, repository
from weighbridge.inventory.advisories.ranges import OPEN, reach
from weighbridge.inventory.advisories.reading import LARGEST, parse
from weighbridge.inventory.advisories.record import RangeType
from weighbridge.inventory.advisories.versions import is_literal
from weighbridge.inventory.advisories.writing import document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weighbridge.inventory.advisories.record import Advisory

APPLICATION = 0x57424144
"""Of the file's header (``PRAGMA application_id``): WBAD."""
LAYOUT = 2
"""Of the tables below; a file with another is made anew."""
_TABLES = """
CREATE TABLE feed (id INTEGER PRIMARY KEY, name TEXT UNIQUE, origin TEXT, imported TEXT, newest TEXT, records INTEGER,
  withdrawn INTEGER, unusable INTEGER);
CREATE TABLE advisory (id INTEGER PRIMARY KEY, feed INTEGER, name TEXT, modified TEXT, withdrawn TEXT, document BLOB);
CREATE INDEX advisory_name ON advisory (name);
CREATE TABLE alias (name TEXT, advisory INTEGER, PRIMARY KEY (name, advisory)) WITHOUT ROWID;
CREATE TABLE package (id INTEGER PRIMARY KEY, ecosystem TEXT, name TEXT, UNIQUE (ecosystem, name));
CREATE TABLE entry (package INTEGER, advisory INTEGER, PRIMARY KEY (package, advisory)) WITHOUT ROWID;
CREATE TABLE listed (package INTEGER, place BLOB, advisory INTEGER, PRIMARY KEY (package, place, advisory))
  WITHOUT ROWID;
CREATE TABLE interval (package INTEGER, low BLOB, high BLOB, advisory INTEGER, doubt TEXT);
CREATE INDEX interval_low ON interval (package, low);
CREATE TABLE unknown (package INTEGER, advisory INTEGER, words TEXT);
CREATE INDEX unknown_package ON unknown (package);
CREATE TABLE repository (address TEXT, advisory INTEGER, PRIMARY KEY (address, advisory)) WITHOUT ROWID;
CREATE TABLE model (name TEXT, advisory INTEGER, PRIMARY KEY (name, advisory)) WITHOUT ROWID;
CREATE TABLE defect (feed INTEGER, record TEXT, place TEXT, kind TEXT, words TEXT, fatal INTEGER);
"""
_OF_ADVISORIES = ("alias", "entry", "listed", "interval", "unknown", "repository", "model")
_MOST_DEFECTS = 20
"""Of one record that are kept: one that is wrong a thousand times need not be told so a thousand times."""


class OutdatedError(AccessError):
    """A database whose tables are those of another version of the program."""


@value
class Hit:
    """An advisory that a version meets; ``unknown`` says why nobody can tell, and is empty where it is affected."""

    advisory: Advisory
    unknown: str = ""


class Shelf:
    """A database of advisories; all that it raises is AccessError."""

    def __init__(self, connection: sqlite3.Connection, path: str = "") -> None:
        self._connection = connection
        self.path = path
        self._read: dict[int, Advisory] = {}
        self._ids: dict[tuple[str, str], int] = {}

    @classmethod
    def made(cls, path: str = ":memory:") -> Shelf:
        """Make an empty one; raises AccessError."""
        try:
            connection = sqlite3.connect(path, isolation_level=None)
            connection.executescript(
                f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA application_id = {APPLICATION};"
                f"PRAGMA user_version = {LAYOUT}; {_TABLES}"
            )
        except sqlite3.Error as error:
            raise AccessError(f"cannot write {path!r}: {error}") from None
        return cls(connection, path)

    @classmethod
    def opened(cls, path: str) -> Shelf:
        """Open one for reading; raises AccessError for what is none, or is of another version of the program."""
        from urllib.parse import quote

        try:
            connection = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, isolation_level=None)
            (kind,) = connection.execute("PRAGMA application_id").fetchone()
            (layout,) = connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.Error as error:
            raise AccessError(f"{path!r} is no database of advisories: {error}", hint=_HINT) from None
        if kind != APPLICATION:
            raise AccessError(f"{path!r} is no database of advisories", hint=_HINT)
        if layout != LAYOUT:
            raise OutdatedError(f"{path!r} was made by another version of weighbridge", hint=_ANEW)
        return cls(connection, path)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def copied(self, path: str) -> Shelf:
        """Give a copy in another file, for writing; raises AccessError."""
        try:
            target = sqlite3.connect(path, isolation_level=None)
            self._connection.backup(target)
            target.execute("PRAGMA journal_mode = OFF")
        except sqlite3.Error as error:
            raise AccessError(f"the database {self.path!r} cannot be copied: {error}", hint=_ANEW) from None
        return Shelf(target, path)

    def ask(self, query: str, *given: object) -> list[tuple[object, ...]]:
        """Run one statement; raises AccessError for a database that is damaged."""
        try:
            return self._connection.execute(query, given).fetchall()
        except UnicodeEncodeError:
            return []  # half a surrogate pair is asked for: no record has it
        except sqlite3.Error as error:
            raise AccessError(f"the database {self.path!r} is damaged: {error}", hint=_ANEW) from None

    # -- putting in ------------------------------------------------------------------------------------------------

    def put(self, feed: int, advisory: Advisory) -> tuple[int, list[Defect]]:
        """Put a record in; gives its number and what is wrong with its versions. Raises AccessError."""
        try:
            return self._put(feed, advisory)
        except sqlite3.Error as error:
            raise AccessError(f"the database {self.path!r} is damaged: {error}", hint=_ANEW) from None

    def _put(self, feed: int, advisory: Advisory) -> tuple[int, list[Defect]]:
        ask = self._connection.execute
        packed = zlib.compress(json.dumps(document(advisory), ensure_ascii=True, separators=(",", ":")).encode(), 1)
        given = (feed, advisory.id, advisory.modified, advisory.withdrawn, packed)
        row = ask("INSERT INTO advisory (feed, name, modified, withdrawn, document) VALUES (?, ?, ?, ?, ?)", given)
        id_ = row.lastrowid or 0
        many = self._connection.executemany
        many("INSERT OR IGNORE INTO alias VALUES (?, ?)", ((name, id_) for name in (advisory.id, *advisory.aliases)))
        if not advisory.withdrawn:
            many("INSERT OR IGNORE INTO model VALUES (?, ?)", ((name, id_) for name in _models(advisory)))
        defects = []
        for number, one in enumerate(advisory.affected):
            addresses = {repository(listed.repo) for listed in one.ranges if listed.type is RangeType.GIT}
            if not advisory.withdrawn:
                many("INSERT OR IGNORE INTO repository VALUES (?, ?)", ((address, id_) for address in addresses))
            if not one.name:
                continue
            package = self._package(one.ecosystem, one.name)
            ask("INSERT OR IGNORE INTO entry VALUES (?, ?)", (package, id_))
            reached = reach(one)
            at = f"affected[{number}]"
            told = (*reached.unknown, *((OPEN,) if reached.open else ()))
            defects += [Defect(kind=DefectKind.VERSION, at=at, words=words) for words in told]
            if advisory.withdrawn:
                continue
            many("INSERT OR IGNORE INTO listed VALUES (?, ?, ?)", ((package, place, id_) for place in reached.listed))
            many(
                "INSERT INTO interval VALUES (?, ?, ?, ?, ?)",
                (
                    (package, interval.low, interval.high, id_, doubt)
                    for some, doubt in ((reached.intervals, ""), (reached.open, OPEN))
                    for interval in some
                ),
            )
            many("INSERT INTO unknown VALUES (?, ?, ?)", ((package, id_, words) for words in reached.unknown))
        return id_, defects

    def tell(self, feed: int, record: str, place: str, defects: list[Defect]) -> None:
        """Write down what is wrong with a record."""
        self._connection.executemany(
            "INSERT INTO defect VALUES (?, ?, ?, ?, ?, ?)",
            ((feed, record, f"{place} {one.at}".strip(), str(one.kind), one.words, one.fatal)
             for one in defects[:_MOST_DEFECTS]),
        )  # fmt: skip

    def take_out(self, advisory: int) -> None:
        """Forget one record."""
        for table in _OF_ADVISORIES:
            self.ask(f"DELETE FROM {table} WHERE advisory = ?", advisory)  # noqa: S608  (the names are our own)
        self.ask("DELETE FROM advisory WHERE id = ?", advisory)

    def forget(self, feed: int) -> None:
        """Forget a feed with all its records."""
        for table in _OF_ADVISORIES:
            self.ask(
                f"DELETE FROM {table} WHERE advisory IN (SELECT id FROM advisory WHERE feed = ?)",  # noqa: S608
                feed,
            )
        self.ask("DELETE FROM advisory WHERE feed = ?", feed)
        self.ask("DELETE FROM defect WHERE feed = ?", feed)
        self.ask("DELETE FROM feed WHERE id = ?", feed)

    def _package(self, ecosystem: str, name: str) -> int:
        bare = (ecosystem.partition(":")[0], normal(ecosystem, name))
        if bare not in self._ids:
            self.ask("INSERT OR IGNORE INTO package (ecosystem, name) VALUES (?, ?)", *bare)
            self._ids[bare] = self.package(*bare)
        return self._ids[bare]

    # -- answers ---------------------------------------------------------------------------------------------------

    def package(self, ecosystem: str, name: str) -> int:
        """Find a package by its normalised name; 0 for one that no record names."""
        found = self.ask("SELECT id FROM package WHERE ecosystem = ? AND name = ?", ecosystem, name)
        return int(str(found[0][0])) if found else 0

    def hits(self, package: int, places: tuple[bytes, ...]) -> Iterator[Hit]:
        """Give what a version meets; it has several places where it is built from a public one."""
        found: dict[object, str] = {}
        for place in places:
            for (id_,) in self.ask("SELECT advisory FROM listed WHERE package = ? AND place = ?", package, place):
                found[id_] = ""
            for id_, doubt in (
                ()
                if is_literal(place)
                else self.ask(
                    "SELECT advisory, doubt FROM interval WHERE package = ?1 AND low <= ?2"
                    " AND (high IS NULL OR ?2 < high)",
                    package,
                    place,
                )
            ):
                found[id_] = "" if found.get(id_) == "" else str(doubt)
        for id_, words in self.ask("SELECT advisory, words FROM unknown WHERE package = ?", package):
            found.setdefault(id_, str(words))
        for id_, words in found.items():
            yield Hit(advisory=self._advisory(id_), unknown=words)

    def entries(self, package: int) -> Iterator[Advisory]:
        """Give all records of a package that stand."""
        for (id_,) in self.ask("SELECT advisory FROM entry WHERE package = ?", package):
            advisory = self._advisory(id_)
            if not advisory.withdrawn:
                yield advisory

    def about_models(self, names: Iterable[str]) -> Iterator[Advisory]:
        """Give the records that stand and speak of repositories or files by some names (``models.names_of``)."""
        found: set[int] = set()
        for name in names:
            found |= {int(str(id_)) for (id_,) in self.ask("SELECT advisory FROM model WHERE name = ?", name)}
        for number in sorted(found):
            yield self._advisory(number)

    def of_repository(self, address: str) -> Iterator[Advisory]:
        """Give all records with a range of commits of a repository that stand."""
        for (id_,) in self.ask("SELECT advisory FROM repository WHERE address = ?", address):
            yield self._advisory(id_)

    def known(self, names: tuple[str, ...], package: int) -> Iterator[Advisory]:
        """Give all records of a package, withdrawn or not, that have one of some ids."""
        for name in names:
            for (id_,) in self.ask(
                "SELECT advisory FROM alias JOIN entry USING (advisory) WHERE alias.name = ? AND package = ?",
                name,
                package,
            ):
                yield self._advisory(id_)

    def _advisory(self, id_: object) -> Advisory:
        key = int(str(id_))
        if key not in self._read:
            found = self.ask(
                "SELECT document, feed.name FROM advisory JOIN feed ON feed.id = feed WHERE advisory.id = ?", key
            )
            packed, source = found[0] if found else (b"", "")
            try:
                text = zlib.decompressobj().decompress(packed if isinstance(packed, bytes) else b"", LARGEST + 1)
            except zlib.error:
                text = b""
            advisory = parse(text, str(source), checked=True).advisory
            if advisory is None:
                raise AccessError(f"the database {self.path!r} is damaged", hint=_ANEW)
            self._read[key] = advisory
        return self._read[key]


def _models(advisory: Advisory) -> frozenset[str]:
    """Name all that a record about models reaches directly: repositories, and digests of files.

    A record of which every package belongs to an ecosystem is about software.
    """
    named = [one for one in advisory.affected if one.name]
    if named and not any(one.ecosystem.partition(":")[0] in {"", "GIT"} for one in named):
        return frozenset()
    digests = {file.sha256 for one in advisory.affected for file in one.files}
    return frozenset(digests.union(*map(identity.named, advisory.affected)))


_ANEW = "make it anew: weighbridge feed update, or feed import"
_HINT = "name another file with --database, or move this one away"
