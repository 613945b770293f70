from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.inventory.advisories import builders as b
from weighbridge.inventory.advisories.defects import DefectKind
from weighbridge.inventory.advisories.reading import LARGEST, parse, read
from weighbridge.inventory.advisories.record import Severity
from weighbridge.inventory.advisories.writing import document

SHA256 = "a" * 64
MODEL: dict[str, Any] = {
    "schema_version": "1.7.5", "id": "x_AIMV-2026-0001", "modified": "2026-11-23T00:00:00Z",
    "published": "2026-11-20T00:00:00Z", "summary": "loading it runs code", "details": "…", "aliases": ["CVE-2026-9"],
    "related": ["CVE-2025-1550"],
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"}],
    "affected": [{
        "package": {"ecosystem": "GIT", "name": "https://hub.example/acme/bert", "purl": "pkg:huggingface/acme/bert"},
        "ranges": [{"type": "GIT", "repo": "https://hub.example/acme/bert", "events": [
            {"introduced": "0"}, {"fixed": "b" * 40},
        ]}],
        "versions": ["c" * 40],
        "ecosystem_specific": {"files": [{"path": "pytorch_model.bin", "sha256": SHA256, "size": 123}]},
        "database_specific": {"lineage": {"applies_to_derived": ["quantized_from"], "not_to": ["distilled_from"]}},
    }],
    "references": [{"type": "EVIDENCE", "url": "https://example.invalid/report"}],
    "database_specific": {
        "kind": "malicious-code", "cwe_ids": ["CWE-502"], "severity": "HIGH", "unconfirmed": "the fix is too new",
    },
}  # fmt: skip

FATAL: tuple[tuple[object, DefectKind], ...] = (
    ([], DefectKind.UNREADABLE),
    ("CVE-2026-1", DefectKind.UNREADABLE),
    ({}, DefectKind.MISSING),
    (b.record(id_=""), DefectKind.MISSING),
    (b.record() | {"id": 7}, DefectKind.MISSING),
    (b.record() | {"id": "CVE-\ud800"}, DefectKind.MISSING),
    (b.record(modified=2026), DefectKind.WRONG_TYPE),
    (b.record(withdrawn=True), DefectKind.WRONG_TYPE),
    (b.record(aliases="CVE-2026-2"), DefectKind.WRONG_TYPE),
    (b.record(aliases=[1]), DefectKind.WRONG_TYPE),
    (b.record(aliases=["\ud800"]), DefectKind.WRONG_TYPE),
    (b.record(summary="\udfff"), DefectKind.WRONG_TYPE),
    (b.record(affected={}), DefectKind.WRONG_TYPE),
    (b.record(affected=["anchor"]), DefectKind.WRONG_TYPE),
    (b.record(affected=[{"package": []}]), DefectKind.WRONG_TYPE),
    (b.record(affected=[{"package": {"ecosystem": "PyPI", "name": None}}]), DefectKind.WRONG_TYPE),
    (b.record(affected=[{"versions": [1.0]}]), DefectKind.WRONG_TYPE),
    (b.record(affected=[{"ranges": [{"type": "LETTERS", "events": [{"introduced": "0"}]}]}]), DefectKind.WRONG_TYPE),
    (b.record(affected=[{"ranges": [{"type": "SEMVER", "events": []}]}]), DefectKind.WRONG_TYPE),
    (b.record(affected=[{"ranges": [{"type": "SEMVER", "events": [{"began": "0"}]}]}]), DefectKind.WRONG_TYPE),
    (b.record(affected=[{"ranges": [{"type": "SEMVER", "events": [{"fixed": 2}]}]}]), DefectKind.WRONG_TYPE),
    (b.record(affected=[{"ecosystem_specific": {"files": [{"sha256": "abc"}]}}]), DefectKind.WRONG_TYPE),
    (b.record(severity=[{"type": 3}]), DefectKind.WRONG_TYPE),
    (b.record(references=["https://example.invalid"]), DefectKind.WRONG_TYPE),
)

KEPT: tuple[tuple[dict[str, Any], DefectKind], ...] = (
    (b.record(modified=""), DefectKind.MISSING),
    (b.record(published=""), DefectKind.NO_PUBLISHED),
    (b.record(modified="yesterday"), DefectKind.TIME),
    (b.record(modified="2026-02-30T00:00:00Z"), DefectKind.TIME),
    (b.record(modified="2026-01-01T00:00:00+01:00"), DefectKind.TIME),
    (b.record(modified="0001-01-01T00:00:00Z"), DefectKind.IMPOSSIBLE_TIME),
    (b.record(published="9999-01-01T00:00:00Z"), DefectKind.IMPOSSIBLE_TIME),
    (b.record(id_="ACME-2026-1"), DefectKind.UNKNOWN_WORD),
    (b.record(ecosystem="Hugging Face"), DefectKind.UNKNOWN_WORD),
    (b.record(aliases=["CVE-2026-1"]), DefectKind.ALIAS),
    (b.record(colour="red"), DefectKind.UNKNOWN_FIELD),
    (b.record(severity=[{"type": "CVSS_V3", "score": "9.8"}]), DefectKind.SEVERITY),
    (b.record(severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}]), DefectKind.SEVERITY),
    (b.record(severity=[{"type": "HOW_BAD", "score": "very"}]), DefectKind.UNKNOWN_WORD),
    (b.record(references=[{"type": "WEB", "url": "over there"}]), DefectKind.MISSING),
    (b.record(references=[{"type": "BLOG", "url": "https://example.invalid"}]), DefectKind.UNKNOWN_WORD),
    (b.record("CVE-2026-1", "a", {"fixed": "2.0"}), DefectKind.EVENTS),
    (b.record("CVE-2026-1", "a", {"introduced": "0", "fixed": "2.0"}), DefectKind.EVENTS),
    (b.record("CVE-2026-1", "a", {"introduced": "0"}, {"fixed": "2"}, {"last_affected": "1"}), DefectKind.EVENTS),
    (b.record("CVE-2026-1", "a", {"introduced": "abc"}, type="GIT"), DefectKind.COMMIT),
    (b.record("CVE-2026-1", "a", {"introduced": "0"}, type="GIT"), DefectKind.MISSING),
    (b.record(affected=[{"package": {"ecosystem": "PyPI"}}]), DefectKind.MISSING),
    (b.record(affected=[{"database_specific": []}]), DefectKind.WRONG_TYPE),
    (b.record(credits=[{}]), DefectKind.WRONG_TYPE),
    (b.record(credits=[{"name": "Ann", "type": "HERO"}]), DefectKind.UNKNOWN_WORD),
    (b.record(schema_version=1.7), DefectKind.WRONG_TYPE),
)


@pytest.mark.parametrize(("found", "kind"), FATAL, ids=range(len(FATAL)))
def test_what_cannot_be_used_is_left_out_with_the_reason(found: object, kind: DefectKind) -> None:
    reading = read(found)
    assert reading.advisory is None
    (defect,) = reading.defects
    assert (defect.kind, defect.fatal) == (kind, True)
    assert defect.words


@pytest.mark.parametrize(("found", "kind"), KEPT, ids=range(len(KEPT)))
def test_what_is_wrong_otherwise_is_told_of_a_record_that_is_kept(found: dict[str, Any], kind: DefectKind) -> None:
    reading = read(found)
    assert reading.advisory is not None
    assert kind in {defect.kind for defect in reading.defects}
    assert not any(defect.fatal for defect in reading.defects)


@pytest.mark.parametrize("found", [MODEL, b.record(), b.record(affected=None, aliases=None, severity=None)])
def test_nothing_is_wrong_with_a_sound_record(found: dict[str, Any]) -> None:
    assert read(found).defects == ()


def test_everything_of_a_record_is_read() -> None:
    read_ = read(MODEL, "our feed").advisory
    assert read_ is not None
    (affected,) = read_.affected
    assert (affected.files[0].sha256, affected.files[0].path, affected.files[0].size) == (
        SHA256, "pytorch_model.bin", 123,
    )  # fmt: skip
    assert (affected.applies_to_derived, affected.not_to) == (("quantized_from",), ("distilled_from",))
    assert affected.ranges[0].repo == "https://hub.example/acme/bert"
    assert (read_.kind, read_.cwes, read_.rating, read_.source) == ("malicious-code", ("CWE-502",), "HIGH", "our feed")
    assert read_.unconfirmed == "the fix is too new"
    assert read_.severity == (Severity(type="CVSS_V3", score="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"),)


def test_what_is_written_is_what_was_read() -> None:
    assert document(read(MODEL).advisory or pytest.fail("there is none")) == MODEL


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[" * 100_000, b"\xff{}", b"NaN", b'{"id": "CVE-2026-1"}' + b" " * LARGEST]
)
def test_what_is_no_json_is_told(text: bytes) -> None:
    reading = parse(text)
    assert reading.advisory is None
    assert reading.defects[0].kind is DefectKind.UNREADABLE


_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(("0", "1.0", "GIT")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.data())
def test_no_record_ends_the_reading_and_what_is_read_is_written_the_same(data: st.DataObject) -> None:
    """Any field of a sound record may hold anything, at any depth."""
    found = json.loads(json.dumps(MODEL))
    spot: Any = found
    for _ in range(data.draw(st.integers(1, 5))):
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot))) if isinstance(spot, list) else []
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(spot[key], dict | list) or data.draw(st.booleans()):
            spot[key] = data.draw(_values)
            break
        spot = spot[key]
    reading = read(found, "feed")
    if reading.advisory is None:
        assert any(defect.fatal for defect in reading.defects)
    else:
        assert read(document(reading.advisory), "feed").advisory == reading.advisory
