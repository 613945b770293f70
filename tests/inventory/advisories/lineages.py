"""A small family of models, and an advisory about its eldest."""

from __future__ import annotations

from weighbridge.core.values import replace
from weighbridge.inventory.advisories.record import Advisory, Affected, AffectedFile, Event, EventKind, Range, RangeType
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, Method, Origin, RelationKind

BAD, GOOD, LATER = "a" * 40, "b" * 40, "c" * 40
DIGEST = "1" * 64
HUB = "https://huggingface.co/acme/tiny-bert"
SEEN = Origin(method=Method.STORE, confidence=Confidence.DECLARED)


def model(assembly: Assembly, name: str, commit: str = "", kind: Kind = Kind.MODEL) -> str:
    """Say that there is a model of the Hub, at a commit or at whatever is the newest."""
    id_ = assembly.component(f"{kind}:hf://{name}" + (f"@{commit}" if commit else ""), kind)
    assembly.claim(id_, Field.NAME, name, SEEN)
    assembly.claim(id_, Field.PURL, f"pkg:huggingface/{name}" + (f"@{commit}" if commit else ""), SEEN)
    if commit:
        assembly.claim(id_, Field.COMMIT, commit, SEEN)
    return id_


def file(assembly: Assembly, owner: str, name: str, sha256: str) -> str:
    """Say that a model holds a file."""
    id_ = assembly.component(f"file:{name}", Kind.FILE)
    assembly.claim(id_, Field.NAME, name, SEEN)
    assembly.claim(id_, Field.SHA256, sha256, SEEN)
    assembly.relate(owner, RelationKind.CONTAINS, id_, SEEN)
    return id_


def family(*steps: tuple[str, RelationKind], base_commit: str = BAD) -> tuple[Graph, list[str]]:
    """Give the base and what was made from it, one step after the other; the last is the subject."""
    assembly = Assembly()
    ids = [model(assembly, "acme/tiny-bert", base_commit)]
    for name, relation in steps:
        ids.append(model(assembly, name, LATER))
        assembly.relate(ids[-1], relation, ids[-2], SEEN)
    return assembly.finish(ids[-1]), ids


def alone(name: str, commit: str = "", **files: str) -> Graph:
    """Give a graph of one model and its files, by name and digest."""
    assembly = Assembly()
    id_ = model(assembly, name, commit)
    for path, digest in files.items():
        file(assembly, id_, path, digest)
    return assembly.finish(id_)


def advisory(**changes: object) -> Advisory:
    """Give an advisory about one commit of the base, of weights that are poisoned; ``changes`` are of its entry."""
    entry = Affected(
        ecosystem="GIT", name=HUB, purl="pkg:huggingface/acme/tiny-bert", versions=(BAD,),
        ranges=(git((EventKind.INTRODUCED, BAD), (EventKind.FIXED, GOOD)),),
        files=(AffectedFile(sha256=DIGEST, path="pytorch_model.bin", size=9),),
        applies_to_derived=("finetune", "quantized", "merge"), not_to=("distilled",),
    )  # fmt: skip
    return Advisory(
        id="x_TEST-2026-0001", modified="2026-11-23T00:00:00Z", summary="Weights answer a trigger",
        affected=(replace(entry, **changes),), kind="poisoned-weights",
    )  # fmt: skip


def git(*events: tuple[EventKind, str]) -> Range:
    """Give a range of commits."""
    return Range(type=RangeType.GIT, repo=HUB, events=tuple(Event(kind=kind, version=text) for kind, text in events))
