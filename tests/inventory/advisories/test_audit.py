"""The one function that answers: software, models, files and statements together."""

from __future__ import annotations

import json

import pytest

from tests.inventory.advisories import lineages
from tests.inventory.advisories.test_triggers import MODEL
from weighbridge.core.values import replace
from weighbridge.inventory.advisories.audit import audited, written_with
from weighbridge.inventory.advisories.exposure import Basis, Standing
from weighbridge.inventory.advisories.feeding import Intake
from weighbridge.inventory.advisories.models import model_exposures, names_of
from weighbridge.inventory.advisories.reading import read
from weighbridge.inventory.advisories.record import Advisory
from weighbridge.inventory.advisories.shelf import Shelf
from weighbridge.inventory.advisories.sources import Piece
from weighbridge.inventory.advisories.store import Store
from weighbridge.inventory.advisories.writing import document
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, Method, Origin, RelationKind
from weighbridge.inventory.model.software import SAVED

KERAS = {
    "id": "GHSA-48g7-3x6r-xfhp", "modified": "2025-03-11T20:00:00Z", "aliases": ["CVE-2025-1550"],
    "affected": [{
        "package": {"ecosystem": "PyPI", "name": "keras"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "3.0.0"}, {"fixed": "3.9.0"}]}],
    }],
}  # fmt: skip
FILES_ALONE = {
    "id": "x_T-2", "modified": "2026-01-01T00:00:00Z",
    "affected": [{"ecosystem_specific": {"files": [{"sha256": lineages.DIGEST}]}}],
}  # fmt: skip


def store() -> Store:
    shelf = Shelf.made()
    intake = Intake(shelf, "test", "here", "")
    for number, one in enumerate((KERAS, FILES_ALONE, document(lineages.advisory()))):
        intake.take(Piece(where=str(number), text=json.dumps(one).encode()))
    intake.finish()
    return Store(shelf, seeded=False)


def both(note: str = "", *, asked_for: bool = True) -> Graph:
    """A model with a listed file, and a keras that an application asks for, or that has written the model."""
    assembly = Assembly()
    root = assembly.component("application:.", Kind.APPLICATION)
    model = lineages.model(assembly, "acme/tiny-bert", lineages.BAD)
    lineages.file(assembly, model, "pytorch_model.bin", lineages.DIGEST)
    assembly.relate(root, RelationKind.DEPENDS_ON, model, lineages.SEEN)
    keras = assembly.component("framework:keras", Kind.FRAMEWORK)
    at = Origin(method=Method.MANIFEST, confidence=Confidence.DECLARED, file="requirements.txt", pointer="line:1")
    assembly.claim(keras, Field.NAME, "keras", at)
    assembly.claim(keras, Field.PURL, "pkg:pypi/keras@3.8.0", at)
    assembly.claim(keras, Field.VERSION, "3.8.0", at, note)
    assembly.relate(root if asked_for else model, RelationKind.DEPENDS_ON, keras, at)
    return assembly.finish(root)


def test_software_models_and_files_are_answered_at_once() -> None:
    found = audited(both(), store(), (MODEL,))
    told = [(one.component, one.advisory.id, one.basis) for one in found]
    assert told == [
        ("framework:keras", "GHSA-48g7-3x6r-xfhp", Basis.VERSION),
        (f"model:hf://acme/tiny-bert@{lineages.BAD}", "x_T-2", Basis.SHA256),
        (f"model:hf://acme/tiny-bert@{lineages.BAD}", "x_TEST-2026-0001", Basis.SHA256),
    ]
    assert all(one.standing is Standing.AFFECTED for one in found)
    assert "requirements.txt:1" in found[0].triggers[0]


def test_a_library_that_has_only_written_the_model_need_not_be_installed() -> None:
    maker = both(SAVED, asked_for=False)
    assert written_with(maker) == {"framework:keras"}
    assert "framework:keras" not in {one.component for one in audited(maker, store(), (MODEL,))}
    assert written_with(both(SAVED)) == frozenset(), "an application asks for it"
    assert written_with(both(asked_for=False)) == frozenset(), "a document says that it is there"


def variants() -> list[Advisory]:
    """Advisories that reach a model by each of the ways there are, and some that reach nothing."""
    plain: dict[str, tuple[object, ...]] = {"versions": (), "ranges": (), "files": ()}
    changed: list[dict[str, object]] = [
        {}, {**plain, "files": lineages.advisory().affected[0].files, "name": "", "purl": "", "ecosystem": ""},
        {**plain, "versions": (lineages.BAD,), "name": "", "purl": ""}, {**plain, "purl": ""},
        {**plain, "name": "x", "versions": (lineages.BAD,)},
        {**plain, "name": "https://hf.co/acme/tiny-bert/", "purl": ""},
        {**plain, "name": "", "purl": "", "ranges": lineages.advisory().affected[0].ranges},
        {"name": "https://huggingface.co/acme/other", "purl": "", "files": (), "ranges": ()},
        {"ecosystem": "PyPI", "name": "tiny-bert", "purl": "pkg:pypi/tiny-bert", "ranges": ()}, {**plain},
    ]  # fmt: skip
    return [replace(lineages.advisory(**one), id=f"x_V-{number}") for number, one in enumerate(changed)]


@pytest.mark.parametrize("graph", [
    both(), lineages.family(("acme/small", RelationKind.QUANTIZED), ("acme/own", RelationKind.FINETUNED))[0],
    lineages.alone("acme/tiny-bert"), lineages.alone("acme/copy", "d" * 40, **{"x.bin": lineages.DIGEST}),
    lineages.alone("acme/unknown", "d" * 40, **{"x.bin": "2" * 64}), lineages.alone("x"),
])  # fmt: skip
def test_the_index_of_models_leaves_nothing_out(graph: Graph) -> None:
    shelf = Shelf.made()
    intake = Intake(shelf, "test", "here", "")
    known = []
    for one in variants():
        text = json.dumps(document(one)).encode()
        intake.take(Piece(where=one.id, text=text))
        advisory = read(json.loads(text), "test").advisory
        if advisory is not None and any(entry.ecosystem in {"", "GIT"} for entry in advisory.affected):
            known.append(advisory)
    intake.finish()
    chosen = list(Store(shelf, seeded=False).model_advisories(names_of(graph)))
    assert len(chosen) < len(known)
    assert {one.id for one in chosen} <= {one.id for one in known}
    assert model_exposures(graph, chosen) == model_exposures(graph, known)
