"""Pages, pictures and documents that act; compiled models; Zarr metadata."""

from __future__ import annotations

import json
from time import process_time

import pytest

from tests.builders import media, natives
from tests.effort import is_quick
from tests.museum.exhibit import examined, verdict
from weighbridge.core.report import Verdict
from weighbridge.formats.text.markup_page import acting


def rules(content: bytes, name: str) -> set[tuple[str, str]]:
    return {(one.rule, str(one.severity)) for one in examined(content, name).findings}


@pytest.mark.parametrize(
    "hostile",
    [
        media.script_named_svg(),
        media.picture_named_svg().replace(b"<circle", b'<a href=" javascript:INERT()"><circle'),
        media.picture_named_svg().replace(b"<circle", b"<foreignObject></foreignObject><circle"),
    ],
)
def test_a_picture_that_acts(hostile: bytes) -> None:
    assert ("HID210", "medium") in rules(hostile, "a.svg")
    assert ("HID210", "medium") in rules(hostile, "picture"), "by content"


def test_pages() -> None:
    assert verdict(media.picture_named_svg(), "a.svg") is Verdict.CLEAN
    assert verdict(media.page_named_html(), "a.html") is Verdict.CLEAN
    assert rules(media.page_named_html(b"<script>draw()</script>"), "a.html") == {("HID210", "low")}
    remote = media.page_named_html(b'<script src="https://inert.invalid/x.js"></script>')
    assert ("HID210", "medium") in rules(remote, "a.html")
    assert ("HID210", "medium") in rules(media.page_named_html(b'<iframe src="//inert.invalid">'), "a.html")


@pytest.mark.parametrize(
    "hostile",
    [
        media.pdf(b"/OpenAction << /S /JavaScript /JS (INERT) >>"), media.pdf(b"/OpenAction << /S /Launch >>"),
        media.pdf(b"/AA << /O << /S /J#61vaScript >> >>"), media.pdf(packed=b"<< /S /JavaScript /JS (INERT) >>"),
    ],
)  # fmt: skip
def test_a_document_that_acts(hostile: bytes) -> None:
    assert ("HID210", "medium") in rules(hostile, "paper.pdf")


def test_a_document_that_does_not() -> None:
    assert verdict(media.pdf(), "paper.pdf") is Verdict.CLEAN
    assert verdict(media.pdf(b"/OpenAction [3 0 R /Fit]"), "paper.pdf") is Verdict.CLEAN
    assert verdict(media.pdf(b"/Encrypt 9 0 R"), "paper.pdf") is Verdict.INCONCLUSIVE


def test_engines() -> None:
    assert rules(media.engine(), "model.engine") == {("EXE130", "medium")}
    assert "HID208" in {rule for rule, _ in rules(media.engine(natives.elf()), "model.plan")}
    assert verdict(b"RKNN" + bytes(40), "model.rknn") is Verdict.INCONCLUSIVE


def zarr(**more: object) -> bytes:
    return json.dumps({
        "zarr_format": 2, "shape": [4, 4], "chunks": [2, 2], "dtype": "<f4", "compressor": {"id": "zstd", "level": 1},
        "fill_value": 0, "order": "C", "filters": None, **more,
    }).encode()  # fmt: skip


def test_zarr() -> None:
    assert verdict(zarr(), ".zarray") is Verdict.CLEAN
    assert ("STR307", "medium") in rules(zarr(shape=[1 << 40, 1 << 40]), ".zarray")
    assert ("EXE130", "medium") in rules(zarr(filters=[{"id": "pickle"}]), ".zarray")
    spec = {"driver": "zarr", "kvstore": {"driver": "file", "path": "/inert-absent/x"}}
    assert ("REF401", "high") in rules(json.dumps(spec).encode(), "zarr.json")
    inside = {"driver": "zarr", "kvstore": {"driver": "file", "path": "params.kernel/"}}
    assert verdict(json.dumps(inside).encode(), "zarr.json") is Verdict.CLEAN
    remote = {"driver": "zarr", "kvstore": {"driver": "http", "base": "https://inert.invalid/"}}
    assert ("REF402", "medium") in rules(json.dumps(remote).encode(), "zarr.json")


@pytest.mark.parametrize("piece", ["<!--x", '<a b="', "<a b c ", "<a/", "</ ", "<?x", "<![x"])
def test_what_never_ends_takes_linear_time_and_hides_nothing(piece: str) -> None:
    begun = process_time()
    found = acting("<script>INERT()</script>" + piece * 40_000, picture=False)
    assert is_quick(process_time() - begun, 3)
    assert [what for what, _ in found] == ["a script"]


@pytest.mark.parametrize("before", ["<![x>", "<![CDATA[>", "<style><!--</style>"])
def test_a_script_behind_an_odd_beginning_is_seen(before: str) -> None:
    assert [what for what, _ in acting(before + "<script>INERT()</script>", picture=False)] == ["a script"]
