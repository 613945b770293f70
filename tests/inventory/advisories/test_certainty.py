from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.inventory.advisories import builders as b
from weighbridge.inventory.advisories.exposure import Exposure, Standing
from weighbridge.inventory.advisories.matching import software_exposures
from weighbridge.inventory.advisories.outcome import Outcome
from weighbridge.inventory.advisories.reading import parse, read
from weighbridge.inventory.advisories.seeding import SEED
from weighbridge.inventory.advisories.writing import document
from weighbridge.inventory.graph import Component

AFFECTED, INVESTIGATED, NOTED = Standing.AFFECTED, Standing.UNDER_INVESTIGATION, Standing.NOTED
DISPUTED = {"database_specific": {"unconfirmed": "somebody disputes it", "severity": "HIGH"}}
OPEN, ENDED = [{"introduced": "0"}], [{"introduced": "0"}, {"last_affected": "1.9"}]


def exposures(place: Path, component: Component, record: dict[str, Any]) -> list[Exposure]:
    store = b.store(place / "advisories.sqlite", record)
    found = list(software_exposures(b.graph(component), store))
    store.close()
    return found


def parts(*elements: tuple[list[str], list[list[dict[str, str]]], str]) -> dict[str, Any]:
    """A record of several elements: listed versions, ranges, and why the element is not sure."""
    made = b.record()
    made["affected"] = [
        {"package": {"ecosystem": "PyPI", "name": "anchor"}}
        | ({"versions": versions} if versions else {})
        | ({"ranges": [{"type": "ECOSYSTEM", "events": one} for one in ranges]} if ranges else {})
        | ({"database_specific": {"unconfirmed": words}} if words else {})
        for versions, ranges, words in elements
    ]
    return made


@pytest.mark.parametrize(("events", "version", "expected"), [
    (ENDED, "1.0", [INVESTIGATED]), (ENDED, "2.0", []), (OPEN, "1.0", [NOTED]), (OPEN, "99", [NOTED]),
    (OPEN, "", [NOTED]), (ENDED, "", [INVESTIGATED]), (OPEN, "2019-09-12", [NOTED]),
    (ENDED, "2019-09-12", [INVESTIGATED]),
])  # fmt: skip
def test_a_doubt_without_an_end_is_a_note(
    tmp_path: Path, events: list[dict[str, str]], version: str, expected: list[Standing]
) -> None:
    found = exposures(tmp_path, b.library("anchor", version), b.record("CVE-2026-1", "anchor", *events, **DISPUTED))
    assert [one.standing for one in found] == expected
    assert all("somebody disputes it" in one.note for one in found)


@pytest.mark.parametrize(("version", "expected"), [
    ("1.5", AFFECTED), ("1.5+cu124", AFFECTED), ("1.4", INVESTIGATED), ("1.9", INVESTIGATED), ("1.10", NOTED),
    ("", INVESTIGATED),
])  # fmt: skip
def test_a_part_of_a_record_doubts_for_itself_alone(tmp_path: Path, version: str, expected: Standing) -> None:
    record = parts((["1.5"], [], ""), ([], [ENDED, OPEN], "the record names 1.5 alone"))
    (one,) = exposures(tmp_path, b.library("anchor", version), record)
    assert one.standing is expected
    assert ("the record names 1.5 alone" in one.note) == (expected is not AFFECTED and bool(version))


def test_another_doubt_does_not_make_more_of_a_note(tmp_path: Path) -> None:
    record = b.record("CVE-2026-1", "anchor", *OPEN, **DISPUTED)
    found = exposures(tmp_path, b.library("anchor", "3.0", type_="conda"), record)
    assert [one.standing for one in found] == [NOTED]
    two = b.library("anchor", "3.0", also="2.0")
    assert {one.standing for one in exposures(tmp_path, two, record)} == {NOTED}


@pytest.mark.parametrize("words", [DISPUTED["database_specific"], {}])
def test_a_doubt_of_one_feed_lowers_no_other_record(tmp_path: Path, words: dict[str, str]) -> None:
    record = b.record("GHSA-53q9-r3pm-6pq6", "torch", *OPEN, aliases=["CVE-2025-32434"], database_specific=words)
    if not words:
        record["affected"][0]["database_specific"] = DISPUTED["database_specific"]
    (one,) = (
        each for each in exposures(tmp_path, b.library("torch", "2.5.1"), record)
        if "CVE-2025-32434" in {each.advisory.id, *each.advisory.aliases}
    )  # fmt: skip
    assert (one.standing, one.advisory.source) == (AFFECTED, SEED)


def test_commits_that_fix_are_an_end(tmp_path: Path) -> None:
    record = b.record("CVE-2026-1", "anchor", *OPEN, **DISPUTED)
    record["affected"][0]["ranges"].append(
        {"type": "GIT", "repo": "https://github.com/a/anchor", "events": [{"introduced": "0"}, {"fixed": "f" * 40}]}
    )
    purl = f"pkg:github/a/anchor@{'e' * 40}"
    assert [one.standing for one in exposures(tmp_path, b.library(purl=purl), record)] == [INVESTIGATED]


def test_a_version_without_a_place_is_judged_by_what_affects_all_versions(tmp_path: Path) -> None:
    record = parts(([], [OPEN], "somebody disputes it"), ([], [ENDED], ""))
    (one,) = exposures(tmp_path, b.library("anchor", "2019-09-12"), record)
    assert one.standing is NOTED


def test_a_note_neither_fails_an_audit_nor_leaves_it_open(tmp_path: Path) -> None:
    component = b.library("anchor", "3.0")
    found = exposures(tmp_path, component, b.record("CVE-2026-1", "anchor", *OPEN, **DISPUTED))
    held = Outcome(target=".", graph=b.graph(component), exposures=tuple(found), serial="", extra=1)
    assert [one.standing for one in held.exposures] == [NOTED]
    assert not held.counts(found[0])
    assert (held.is_affected, held.is_open) == (False, False)


def test_the_doubt_of_a_part_is_written_and_read_again() -> None:
    record = parts(([], [OPEN], "why"), (["1"], [], ""))
    advisory = read(record).advisory
    assert advisory is not None
    assert [one.unconfirmed for one in advisory.affected] == ["why", ""]
    assert read(document(advisory)).advisory == advisory


@pytest.mark.parametrize("own", [b'{"unconfirmed": 7}', b"[]", b'{"unconfirmed": ["x"]}', b'"x"'])
def test_what_is_no_sentence_is_no_doubt(own: bytes) -> None:
    text = b'{"id": "CVE-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"database_specific": ' + own + b"}]}"
    advisory = parse(text).advisory
    assert advisory is not None
    assert advisory.affected[0].unconfirmed == ""
