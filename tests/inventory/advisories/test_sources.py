from __future__ import annotations

import gzip
import json
import os
import zipfile
from pathlib import Path

import pytest

from tests.inventory.advisories import builders as b
from tests.servers.osv import export
from weighbridge.core.errors import AccessError, UsageError
from weighbridge.inventory.advisories import sources
from weighbridge.inventory.advisories.reading import LARGEST
from weighbridge.inventory.advisories.sources import pieces

RECORDS = [b.record(f"CVE-2026-{number}") for number in range(3)]
LINES = "".join(json.dumps(one) + "\n" for one in RECORDS).encode()


def read(path: Path) -> list[object]:
    return [json.loads(one.text) for one in pieces(str(path))]


@pytest.mark.parametrize("content", [
    LINES, LINES.rstrip(), b"\n".join(LINES.splitlines()) + b"\n\n  \n", gzip.compress(LINES), export(RECORDS),
    json.dumps(RECORDS).encode(), json.dumps(RECORDS, indent=1).encode(), gzip.compress(json.dumps(RECORDS).encode()),
], ids=range(8))  # fmt: skip
def test_every_form_gives_the_same_records(tmp_path: Path, content: bytes) -> None:
    """By content: the name of a file says nothing."""
    place = tmp_path / "feed"
    place.write_bytes(content)
    assert read(place) == RECORDS


@pytest.mark.parametrize("indent", [None, 2])
def test_one_record_alone_is_a_feed(tmp_path: Path, indent: int | None) -> None:
    place = tmp_path / "one.json"
    place.write_text(json.dumps(RECORDS[0], indent=indent))
    assert read(place) == RECORDS[:1]


def test_a_folder_is_read_in_order_and_what_is_no_json_is_not(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2.json").write_text(json.dumps(RECORDS[1], indent=1))
    (tmp_path / "a.jsonl").write_bytes(LINES)
    (tmp_path / "README.md").write_text("# not a record")
    (tmp_path / "z.json").symlink_to("/etc/passwd")
    (tmp_path / "cut.zip").write_bytes(export(RECORDS)[:-30])
    os.mkfifo(tmp_path / "pipe.json")
    found = list(pieces(str(tmp_path)))
    assert [one.where for one in found if not one.trouble] == ["a.jsonl:1", "a.jsonl:2", "a.jsonl:3", "b/2.json"]
    assert {one.where for one in found if one.trouble} == {"cut.zip", "pipe.json", "z.json"}


def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run as root, whom no right stops; so the system refuses by order."""
    (tmp_path / "a.jsonl").write_bytes(LINES)
    (tmp_path / "closed").mkdir()
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = list(pieces(str(tmp_path)))
    assert [one.trouble for one in found] == ["", "", "", "permission denied"]
    assert found[3].where == "closed"


@pytest.mark.parametrize(
    "content", [gzip.compress(LINES)[:-12], export(RECORDS)[:-30], gzip.compress(LINES) + b"x" * 9]
)
def test_an_archive_that_is_cut_off_is_refused_as_a_whole(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "feed"
    place.write_bytes(content)
    with pytest.raises(AccessError):
        list(pieces(str(place)))


def test_a_member_that_does_not_unpack_is_told(tmp_path: Path) -> None:
    place = tmp_path / "all.zip"
    with zipfile.ZipFile(place, "w") as archive:
        for one in RECORDS:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
    content = bytearray(place.read_bytes())
    content[content.index(b"something")] ^= 1
    place.write_bytes(content)
    found = list(pieces(str(place)))
    assert [bool(one.trouble) for one in found] == [True, False, False]
    assert "CVE-2026-0.json" in found[0].where


def test_a_line_that_is_too_long_is_one_record_that_cannot_be_read(tmp_path: Path) -> None:
    place = tmp_path / "feed.jsonl"
    place.write_bytes(LINES + b'"' + b"x" * (2 * LARGEST + 10) + b'"\n' + LINES)
    found = list(pieces(str(place)))
    assert len(found) == 7
    assert len(found[3].text) == LARGEST + 1
    assert [one.where for one in found[-1:]] == ["feed.jsonl:7"]


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "bomb.jsonl.gz"
    place.write_bytes(gzip.compress(LINES * 1_000))
    monkeypatch.setattr(sources, "MOST_BYTES", len(LINES) * 10)
    with pytest.raises(UsageError, match="more than"):
        list(pieces(str(place)))
    monkeypatch.undo()
    monkeypatch.setattr(sources, "MOST", 10)
    with pytest.raises(UsageError, match="more than 10 records"):
        list(pieces(str(place)))


@pytest.mark.parametrize("name", ["nothing", "a\0b", "pipe"])
def test_what_cannot_be_opened_is_told(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(AccessError, match="cannot read"):
        list(pieces(f"{tmp_path}/{name}"))
