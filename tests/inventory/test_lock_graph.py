from __future__ import annotations

from tests.inventory.advisories.lineages import BAD, DIGEST, LATER, advisory
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.advisories.models import model_exposures
from weighbridge.inventory.graph import Field, Kind, RelationKind
from weighbridge.inventory.lock_graph import lock_graph
from weighbridge.provenance.lock.model import Lock, LockedFile, LockEntry, Parent


def entry(name: str, commit: str, *parents: Parent, source: str = "", **files: str) -> LockEntry:
    return LockEntry(
        name=name, source=source or f"hf://{name}", asked="main", resolved=commit, parents=parents,
        files=tuple(LockedFile(path=path, size=1, sha256=sha, formats=("gguf",)) for path, sha in files.items()),
    )  # fmt: skip


def test_a_lock_tells_models_commits_files_and_parents() -> None:
    made = lock_graph(
        Lock(entries=(
            entry("acme/tiny-bert", BAD, **{"a.bin": DIGEST}),
            entry("lab/lora", LATER, Parent(relation="adapter", source="hf://acme/tiny-bert")),
            entry("lab/q", LATER, Parent(relation="quantized", source="hf://far/base", resolved=BAD)),
            entry("local", "sha256:" + "1" * 64, source="./models/local"),
        )),
        "model.lock",
    )  # fmt: skip
    base, lora = made.component("model:acme/tiny-bert"), made.component("adapter:lab/lora")
    assert base.text(Field.PURL) == f"pkg:huggingface/acme/tiny-bert@{BAD}"
    assert [one.target for one in made.leaving(lora.id, RelationKind.ADAPTER_OF)] == [base.id]
    (far,) = [one.target for one in made.leaving("model:lab/q", RelationKind.QUANTIZED)]
    assert made.component(far).text(Field.PURL) == f"pkg:huggingface/far/base@{BAD}"
    assert made.component("model:local").claims(Field.PURL) == ()
    assert [one.text(Field.FORMAT) for one in made.of(Kind.FILE)] == ["gguf"]


def test_an_advisory_reaches_a_locked_adapter_by_its_locked_base() -> None:
    made = lock_graph(
        Lock(entries=(
            entry("acme/tiny-bert", BAD), entry("lab/lora", LATER, Parent(relation="adapter", source="hf://acme/tiny-bert")),
            entry("lab/other", LATER, Parent(relation="adapter", source="hf://acme/tiny-bert-v2")),
        )),
        "model.lock",
    )  # fmt: skip
    found = {one.component: one.standing for one in model_exposures(made, [advisory(applies_to_derived=("adapter",))])}
    assert found == {"model:acme/tiny-bert": Standing.AFFECTED, "adapter:lab/lora": Standing.POSSIBLY_AFFECTED}


def test_a_parent_at_another_commit_is_not_the_locked_one() -> None:
    parent = Parent(relation="quantized", source="hf://acme/tiny-bert", resolved=LATER)
    made = lock_graph(Lock(entries=(entry("acme/tiny-bert", BAD), entry("lab/q", LATER, parent))), "model.lock")
    (base,) = made.leaving("model:lab/q", RelationKind.QUANTIZED)
    assert made.component(base.target).text(Field.COMMIT) == LATER


def test_a_model_that_names_itself_and_a_strange_source_do_no_harm() -> None:
    made = lock_graph(
        Lock(entries=(
            entry("a/b", BAD, Parent(relation="base", source="hf://a/b"), Parent(relation="what", source="hf://")),
        )),
        "model.lock",
    )  # fmt: skip
    kinds = {(one.kind, one.target) for one in made.relations if one.source == "model:a/b"}
    assert (RelationKind.DERIVED, "model:hf://") in kinds
