"""`feed import`, `feed update` and `feed status`: what is said, where it goes, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.inventory.advisories import builders as b
from tests.servers.osv import Osv, export, serving
from weighbridge.cli.app import main
from weighbridge.inventory.advisories.seeding import SEED

SOUND = [b.record(f"CVE-2026-{number}") for number in range(3)]
HOSTILE = b.record("CVE-2026-9\x1b[31m") | {"affected": "\x1b[2J"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "weighbridge" / "advisories.sqlite"


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    place = tmp_path / "our-feed.jsonl"
    place.write_text("".join(json.dumps(one) + "\n" for one in (*SOUND, HOSTILE)))
    return place


def test_an_import_is_told_and_neutral(feed: Path, cache: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["feed", "import", str(feed)]) == 0
    told = capsysbinary.readouterr().out.decode()
    assert told.startswith("✓ IMPORTED: 1 feed\n\nour-feed: 3 records on 1 package")
    assert "breaking the schema of OSV: 1; left out as of no use: 1" in told
    assert "affected is no list" in told
    assert "\x1b" not in told
    assert all(len(line) <= 80 for line in told.splitlines())
    assert cache.is_file()


def test_an_import_as_json_names_every_defect(feed: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["feed", "import", str(feed), "--name", "ours", "--format", "json"]) == 0
    found = json.loads(capsysbinary.readouterr().out)
    assert found["schema"] == "weighbridge.feeds/1"
    (one,) = found["feeds"]
    assert (one["name"], one["records"], one["unusable"], one["invalid"]) == ("ours", 3, 1, 1)
    assert one["defects"] == {"wrong_type": 1}
    assert [(one["left_out"], one["place"]) for one in found["defects"]] == [(True, "our-feed.jsonl:4")]


def test_files_are_feeds_of_their_own_unless_they_are_named(tmp_path: Path, feed: Path, capsys: object) -> None:
    other = tmp_path / "all.zip"
    other.write_bytes(export(SOUND))
    database = str(tmp_path / "db.sqlite")
    assert main(["feed", "import", str(feed), str(other), "--database", database]) == 0
    assert main(["feed", "import", str(feed), str(other), "--database", database, "--name", "both"]) == 0
    assert main(["feed", "status", "--database", database, "--format", "json", "-o", str(tmp_path / "told.json")]) == 0
    told = json.loads((tmp_path / "told.json").read_text())
    assert [one["name"] for one in told["feeds"]] == ["all", "both", "our-feed", SEED]
    assert told["database"] == database


@pytest.mark.parametrize("words", [
    ["feed", "import"], ["feed", "import", "nowhere"], ["feed", "import", "."], ["feed", "import", "bad.zip"],
    ["feed", "import", "x.jsonl", "x.json", "--database", "d"], ["feed", "status", "--database", "nowhere"],
    ["feed", "status", "--max-age", "soon"], ["feed", "update", "--offline"], ["feed", "update", "pypi"],
    ["feed", "update", "PyPI", "npm", "--url", "https://a.example/all.zip"],
    ["feed", "update", "--url", "http://a.example/all.zip"], ["feed", "update", "--url", "/etc/passwd"],
    ["feed"], ["feed", "export"],
])  # fmt: skip
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "bad.zip").write_bytes(b"PK\3\4" + bytes(40))
    for name in ("x.jsonl", "x.json"):
        (folder / name).write_text("{}")
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("weighbridge: ")
    assert "error of its own" not in told.err
    assert not cache.exists()
    assert sorted(one.name for one in folder.iterdir()) == ["bad.zip", "x.json", "x.jsonl"]


def test_a_command_of_two_words_is_found_by_its_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feed"]) == 2
    assert "feed import or feed update or feed status?" in capsys.readouterr().err


def test_an_old_feed_fails_where_its_age_matters(feed: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["feed", "status"]) == 0
    assert main(["feed", "status", "--max-age", "7d"]) == 1
    told = capsysbinary.readouterr().out.decode()
    assert told.startswith("No feed was imported")
    assert "there is no feed" in told
    assert main(["feed", "import", str(feed)]) == 0
    assert main(["feed", "status", "--max-age", "2000w", "--defects"]) == 0
    capsysbinary.readouterr()
    assert main(["feed", "status", "--max-age", "1h"]) == 1
    assert "our-feed is too old" in capsysbinary.readouterr().out.decode()


def test_an_update_fetches_all_or_changes_nothing(cache: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    with serving(Osv(files={"/all.zip": export(SOUND), "/bad.zip": export(SOUND)[:-40]})) as osv:
        assert main(["feed", "update", "--url", f"{osv.url}/all.zip"]) == 0
        told = capsysbinary.readouterr()
        assert f"fetching {osv.url}/all.zip" in told.err.decode()
        assert "osv:PyPI: 3 records on 1 package" in told.out.decode()
        before = cache.read_bytes()
        for bad in ("bad.zip", "nowhere.zip"):
            assert main(["feed", "update", "--quiet", "--url", f"{osv.url}/{bad}"]) == 2
            assert capsysbinary.readouterr().out == b""
            assert cache.read_bytes() == before
