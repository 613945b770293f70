"""OTH and SCN rows of what is neither a checkpoint nor a graph: MessagePack, Zarr, engines, pointers, documents."""

from __future__ import annotations

import json

from tests.builders import media, msgpacks, natives
from tests.museum.exhibit import NO_CODE, Build, Exhibit, Form, Verdict, Word


def _row(
    id_: str,
    title: str,
    name: str,
    build: Build,
    twin: Build,
    *,
    word: Word = Word.FINDING,
    expects: Verdict = Verdict.SUSPICIOUS,
    departs: str = "",
) -> Exhibit:
    return Exhibit(
        id=id_, title=title, source="catalogue, other formats", build=build, twin=twin, name=name, word=word,
        expects=expects, departs=departs,
    )  # fmt: skip


def _zarr(path: str) -> bytes:
    return json.dumps({"driver": "zarr", "kvstore": {"driver": "file", "path": path}}).encode()


def _shape(extent: int) -> bytes:
    return json.dumps({"zarr_format": 2, "shape": [extent, extent], "chunks": [2, 2], "dtype": "<f4"}).encode()


EXHIBITS = (
    _row("OTH-20", "size", "flax_model.msgpack", msgpacks.wrong_size, msgpacks.honest),
    _row("OTH-20", "placeholder", "flax_model.msgpack", msgpacks.placeholder, msgpacks.honest),
    _row(
        "OTH-20", "recursion", "flax_model.msgpack", msgpacks.deep, msgpacks.honest, word=Word.UNKNOWN,
        expects=Verdict.INCONCLUSIVE,
    ),
    _row("OTH-20", "store_elsewhere", "zarr.json", lambda: _zarr("/inert-absent/x"), lambda: _zarr("params/kernel")),
    _row("OTH-20", "shape_bomb", ".zarray", lambda: _shape(1 << 40), lambda: _shape(8)),
    _row("OTH-16", "engine", "model.engine", media.engine, msgpacks.honest, word=Word.REVIEW),
    _row(
        "OTH-16", "library_inside", "model.engine", lambda: media.engine(natives.elf()), msgpacks.honest,
        word=Word.DENY, departs=NO_CODE,
    ),
    _row("OTH-33", "svg_script", "logo.svg", media.script_named_svg, media.picture_named_svg),
    _row("OTH-33", "pdf_script", "paper.pdf", lambda: media.pdf(b"/OpenAction << /S /JavaScript >>"), media.pdf),
    _row("OTH-33", "picture_tail", "logo.png", lambda: media.png(tail=media.HIDDEN), media.png),
    _row(
        "REP-26", "submodule_command", ".gitmodules", lambda: media.submodule("ext::sh -c true"), media.submodule,
    ),
)  # fmt: skip


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
