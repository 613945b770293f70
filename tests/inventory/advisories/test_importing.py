from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests.inventory.advisories import builders as b
from weighbridge.core.errors import AccessError, UsageError, WeighbridgeError
from weighbridge.inventory.advisories.defects import DefectKind
from weighbridge.inventory.advisories.matching import software_exposures
from weighbridge.inventory.advisories.seeding import SEED
from weighbridge.inventory.advisories.shelf import LAYOUT
from weighbridge.inventory.advisories.store import Count, Store, usual_place


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "advisories.sqlite"


def names(place: Path) -> list[str]:
    store = Store.opened(str(place))
    told = [one.name for one in store.feeds()]
    store.close()
    return told


def ids(place: Path, version: str = "1.0") -> set[str]:
    store = Store.opened(str(place))
    found = software_exposures(b.graph(b.library("anchor", version)), store)
    store.close()
    return {one.advisory.id for one in found}


def test_an_import_counts_what_came_and_what_is_wrong_with_it(place: Path) -> None:
    feed = b.imported(
        place, b.record("CVE-2026-1"), b.record("CVE-2026-2", withdrawn="2026-01-05T00:00:00Z"), b"{", b"[]",
        b.record("CVE-2026-3", modified="0001-01-01T00:00:00Z", published=""), b.record("CVE-2026-4") | {"affected": 7},
    )  # fmt: skip
    assert (feed.records, feed.withdrawn, feed.unusable, feed.invalid, feed.packages) == (3, 1, 3, 3, 1)
    assert (feed.newest, feed.imported) == ("2026-01-02T03:04:05Z", "2026-11-30T12:00:00Z")
    assert feed.defects == (
        Count(kind=DefectKind.IMPOSSIBLE_TIME, records=1), Count(kind=DefectKind.NO_PUBLISHED, records=1),
        Count(kind=DefectKind.UNREADABLE, records=2), Count(kind=DefectKind.WRONG_TYPE, records=1),
    )  # fmt: skip
    store = Store.opened(str(place))
    fatal = [(one.record, one.place) for one in store.told("feed") if one.defect.fatal]
    assert fatal == [("", "line 3"), ("", "line 4"), ("CVE-2026-4", "line 6")]
    assert round(feed.age(b.NOW)) == 332


def test_a_feed_of_the_same_name_is_replaced_and_others_stay(place: Path) -> None:
    b.imported(place, b.record("CVE-2026-1"), name="one")
    b.imported(place, b.record("CVE-2026-2"), name="two")
    b.imported(place, b.record("CVE-2026-3"), name="one")
    assert names(place) == ["one", "two", SEED]
    assert ids(place) == {"CVE-2026-2", "CVE-2026-3"}


def test_of_a_record_that_comes_twice_the_later_change_counts(place: Path) -> None:
    old = b.record("CVE-2026-1", modified="2026-01-01T00:00:00Z", versions=["1.0"])
    new = b.record("CVE-2026-1", modified="2026-02-01T00:00:00Z", versions=["3.0"])
    for order in ((old, new), (new, old)):
        feed = b.imported(place, *order)
        assert feed.records == 1
        assert Count(kind=DefectKind.DUPLICATE, records=1) in feed.defects
        assert ids(place, "3.0") == {"CVE-2026-1"}
        assert ids(place, "1.0") == set()


@pytest.mark.parametrize("held", [(), (b"{",), (b"[]", b"nonsense")])
def test_an_import_without_an_advisory_changes_nothing(place: Path, held: tuple[bytes, ...]) -> None:
    b.imported(place, b.record())
    before = place.read_bytes()
    with pytest.raises(UsageError, match="no advisory"):
        b.imported(place, *held)
    assert place.read_bytes() == before
    assert sorted(one.name for one in place.parent.iterdir()) == [place.name, f"{place.name}.lock"]


def test_an_import_that_breaks_off_changes_nothing(place: Path) -> None:
    b.imported(place, b.record())
    before = place.read_bytes()

    def broken() -> object:
        yield from ()
        raise AccessError("it ends here")

    with pytest.raises(AccessError, match="it ends here"):
        b.delivered(place, broken())  # type: ignore[arg-type]
    assert place.read_bytes() == before
    assert not list(place.parent.glob("*.part"))


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + bytes(100), b"hello", bytes(4_096)])
def test_a_file_that_is_no_database_of_advisories_is_left_alone(place: Path, content: bytes) -> None:
    place.parent.mkdir()
    place.write_bytes(content)
    for act in (lambda: b.imported(place, b.record()), lambda: Store.opened(str(place))):
        with pytest.raises(AccessError):
            act()
    assert place.read_bytes() == content


def test_somebody_elses_database_is_left_alone(place: Path) -> None:
    place.parent.mkdir()
    with sqlite3.connect(place) as other:
        other.execute("CREATE TABLE love_letters (words TEXT)")
    with pytest.raises(AccessError, match="no database of advisories"):
        b.imported(place, b.record())


def test_a_database_of_another_version_is_made_anew_and_not_read(place: Path) -> None:
    b.imported(place, b.record("CVE-2026-1"), name="old")
    with sqlite3.connect(place) as database:
        database.execute(f"PRAGMA user_version = {LAYOUT + 1}")
    with pytest.raises(AccessError, match="another version") as told:
        Store.opened(str(place))
    assert "feed update" in told.value.hint
    b.imported(place, b.record("CVE-2026-2"), name="new")
    assert names(place) == ["new", SEED]


def test_a_damaged_database_is_told_and_not_taken_for_an_empty_one(place: Path) -> None:
    b.imported(place, *(b.record(f"CVE-2026-{number}") for number in range(50)))
    content = bytearray(place.read_bytes())
    content[4_096:] = b"\xff" * (len(content) - 4_096)
    place.write_bytes(content)
    with pytest.raises(AccessError):
        ids(place)


def test_a_database_that_lacks_a_table_is_not_written_to(place: Path) -> None:
    b.imported(place, b.record("CVE-2026-1"), name="one")
    connection = sqlite3.connect(place)
    connection.execute("DROP TABLE advisory")
    connection.close()
    before = place.read_bytes()
    with pytest.raises(AccessError, match="damaged"):
        b.imported(place, b.record("CVE-2026-2"), name="two")
    assert place.read_bytes() == before


def test_a_document_that_is_damaged_is_told(place: Path) -> None:
    b.imported(place, b.record())
    with sqlite3.connect(place) as database:
        database.execute("UPDATE advisory SET document = x'00'")
    with pytest.raises(AccessError, match="damaged"):
        ids(place)


@pytest.mark.parametrize("name", ["", " ", SEED])
def test_a_feed_needs_a_name_of_its_own(place: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be called"):
        b.imported(place, b.record(), name=name)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "advisories.sqlite", tmp_path):
        with pytest.raises(WeighbridgeError):
            b.imported(place, b.record())


def test_nothing_but_the_seed_is_known_where_nothing_was_imported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    store = Store.opened()
    assert [one.name for one in store.feeds()] == [SEED]
    assert store.path == ""
    assert not list(store.told())
    b.imported(Path(usual_place()), b.record())
    assert Store.opened().path == str(tmp_path / "weighbridge" / "advisories.sqlite")
    assert os.stat(tmp_path / "weighbridge").st_mode & 0o777 == 0o700
    with pytest.raises(AccessError, match="there is no database"):
        Store.opened(str(tmp_path / "elsewhere"))


@pytest.mark.parametrize(("record", "expected"), [
    (b.record("GHSA-48g7-3x6r-xfhp", "keras", aliases=["CVE-2025-1550"]), set()),
    (b.record("CVE-2025-1550", "keras", {"introduced": "0"}, withdrawn="2026-01-01T00:00:00Z"), set()),
    (b.record("CVE-2025-1550", "pytorch"), {"CVE-2025-1550"}),
])  # fmt: skip
def test_the_seed_is_silent_about_what_a_feed_knows_of_the_package(
    place: Path, record: dict[str, object], expected: set[str]
) -> None:
    b.imported(place, record)
    found = software_exposures(b.graph(b.library("keras", "3.8.0")), Store.opened(str(place)))
    assert {one.advisory.id for one in found} & {"CVE-2025-1550"} == expected
    assert "CVE-2025-8747" in {one.advisory.id for one in found}
