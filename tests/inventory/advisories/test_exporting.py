from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.inventory.advisories import lineages
from weighbridge.core.errors import AccessError, UsageError
from weighbridge.core.values import replace
from weighbridge.inventory.advisories.exporting import ALL, INDEX, export, write
from weighbridge.inventory.advisories.feeding import Intake
from weighbridge.inventory.advisories.identity import named
from weighbridge.inventory.advisories.shelf import Shelf
from weighbridge.inventory.advisories.sources import pieces
from weighbridge.inventory.advisories.store import Store
from weighbridge.inventory.advisories.writing import document


def records(folder: Path, count: int = 3, **changes: str) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        one = replace(lineages.advisory(), id=f"x_T-{number}", modified=f"2026-01-0{number + 1}T00:00:00Z", **changes)
        (folder / f"{number}.json").write_text(json.dumps(document(one)))
    return folder


def test_a_feed_reads_back_as_what_it_was_made_from(tmp_path: Path) -> None:
    made = export(str(records(tmp_path / "in")))
    write(made, str(tmp_path / "out"))
    shelf = Shelf.made()
    intake = Intake(shelf, "feed", "here", "")
    for piece in pieces(str(tmp_path / "out" / ALL)):
        intake.take(piece)
    intake.finish()
    assert (intake.records, intake.unusable) == (3, 0)
    names = {name for entry in lineages.advisory().affected for name in named(entry)}
    known = list(Store(shelf, seeded=False).model_advisories(names))
    assert known[0] == replace(lineages.advisory(), id="x_T-0", modified="2026-01-01T00:00:00Z", source="feed")
    lines = (tmp_path / "out" / INDEX).read_text().splitlines()
    assert lines == [f"2026-01-0{number + 1}T00:00:00Z,x_T-{number}" for number in (2, 1, 0)]


def test_equal_records_give_equal_bytes_whatever_they_are_called(tmp_path: Path) -> None:
    first = export(str(records(tmp_path / "in")))
    other = tmp_path / "other"
    other.mkdir()
    for number, text in enumerate(reversed([path.read_text() for path in sorted((tmp_path / "in").iterdir())])):
        (other / f"z{number}.json").write_text(json.dumps(json.loads(text), indent=7))
    assert export(str(other)) == first
    write(first, str(tmp_path / "out"))
    assert export(str(tmp_path / "out")) == first, "a feed exports to itself"
    with zipfile.ZipFile(io.BytesIO(dict(first.files)[ALL])) as archive:
        assert archive.namelist() == ["x_T-0.json", "x_T-1.json", "x_T-2.json"]


def test_a_feed_is_replaced_as_a_whole_and_nothing_else_is(tmp_path: Path) -> None:
    write(export(str(records(tmp_path / "in"))), str(tmp_path / "out"))
    write(export(str(records(tmp_path / "few", 1))), str(tmp_path / "out"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [ALL, INDEX, "x_T-0.json"]
    (tmp_path / "out" / "index.html").write_text("mine")
    with pytest.raises(UsageError, match="something else than a feed"):
        write(export(str(tmp_path / "few")), str(tmp_path / "out"))
    assert (tmp_path / "out" / "index.html").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["few", "in", "out"]


def test_one_record_that_is_wrong_ends_it(tmp_path: Path) -> None:
    folder = records(tmp_path / "in")
    (folder / "bad.json").write_text(json.dumps(document(replace(lineages.advisory(), id="nothing"))))
    with pytest.raises(UsageError, match=r"bad\.json"):
        export(str(folder))
    (folder / "bad.json").write_text((folder / "0.json").read_text())
    with pytest.raises(UsageError, match="there twice"):
        export(str(folder))
    (folder / "bad.json").write_text(json.dumps(document(replace(lineages.advisory(), id="x_../../etc/passwd"))))
    with pytest.raises(UsageError, match="no name of a file"):
        export(str(folder))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no advisory"):
        export(str(tmp_path / "empty"))
    with pytest.raises(AccessError):
        export(str(tmp_path / "absent"))


def test_a_feed_is_written_into_folders_that_are_not_there_yet(tmp_path: Path) -> None:
    write(export(str(records(tmp_path / "in"))), str(tmp_path / "public" / "feed"))
    assert (tmp_path / "public" / "feed" / ALL).is_file()
    assert [one.name for one in (tmp_path / "public").iterdir()] == ["feed"]
