from __future__ import annotations

import json

import pytest

from tests.inventory.advisories import lineages
from weighbridge.core.finding import Severity
from weighbridge.inventory.advisories.exposure import Basis, Exposure, Standing
from weighbridge.inventory.advisories.loader_flaws import LOADER_FLAWS
from weighbridge.inventory.advisories.record import Advisory
from weighbridge.inventory.advisories.seeding import records
from weighbridge.inventory.advisories.triggers import reaches, triggered, unheld
from weighbridge.inventory.advisories.weighed_files import Found, WeighedFile
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, Method, Origin
from weighbridge.rules.index import INDEX

SEED = {one["id"]: one for one in (json.loads(piece.text) for piece in records())}
SNAPSHOT = {"CVE-2021-4118", "CVE-2019-6446", "CVE-2020-13092", "CVE-2023-47248"}
"""Known to the feed of PyPI of 2024, and so not in the seed."""

LAMBDA = Found(rule="EXE130", message="Python lambda `config.layers[1].config.function` is a program")
MODEL = WeighedFile(path="model.keras", formats=("zip", "keras"), findings=(LAMBDA,))
HONEST = WeighedFile(path="model.keras", formats=("zip", "keras"))


def application(version: str = "3.8.0", name: str = "keras") -> Graph:
    assembly = Assembly()
    root = assembly.component("application:.", Kind.APPLICATION)
    id_ = assembly.component(f"library:{name}", Kind.FRAMEWORK)
    at = Origin(method=Method.MANIFEST, confidence=Confidence.DECLARED, file="requirements.txt", pointer="line:3")
    assembly.claim(id_, Field.NAME, name, at)
    assembly.claim(id_, Field.VERSION, version, at)
    return assembly.finish(root)


def exposure(id_: str = "GHSA-48g7-3x6r-xfhp", alias: str = "CVE-2025-1550", name: str = "keras") -> Exposure:
    advisory = Advisory(id=id_, modified="2025-03-11T00:00:00Z", aliases=(alias,))
    return Exposure(
        component=f"library:{name}", advisory=advisory, found=Standing.AFFECTED, basis=Basis.VERSION,
        severity=Severity.HIGH,
    )  # fmt: skip


def words(file: WeighedFile, one: Exposure, graph: Graph) -> tuple[str, ...]:
    return triggered((one,), reaches((file,)), graph)[0].triggers


def test_the_file_the_loader_and_the_place_are_named() -> None:
    (said,) = words(MODEL, exposure(), application())
    assert said == (
        "model.keras has a Lambda layer: loading it with keras 3.8.0 (requirements.txt:3) runs it, safe_mode or not "
        "(CVE-2025-1550)"
    )


def test_an_honest_file_another_flaw_and_another_library_say_nothing() -> None:
    assert words(HONEST, exposure(), application()) == ()
    assert words(MODEL, exposure(alias="CVE-2025-9905"), application()) == ()
    assert words(MODEL, exposure(name="tf-keras"), application(name="tf-keras")) == ()
    other = WeighedFile(path="notes.txt", formats=("text",), findings=(LAMBDA,))
    assert words(other, exposure(), application()) == ()


def test_a_bill_that_does_not_tell_what_is_inside_leaves_it_open() -> None:
    (said,) = words(WeighedFile(path="m.keras", formats=("keras",), judged=False), exposure(), application())
    assert said.startswith("m.keras: if it has a Lambda layer, which nobody here has looked for")


def test_many_files_are_counted() -> None:
    files = tuple(WeighedFile(path=f"{n:03}.keras", formats=("keras",), findings=(LAMBDA,)) for n in range(30))
    said = triggered((exposure(),), reaches(files), application())[0].triggers
    assert len(said) == 21
    assert said[-1] == "and 10 files more"


def test_loaders_that_are_not_here_are_told_apart() -> None:
    bare = lineages.alone("acme/tiny-bert")
    assert {one.flaw.package for one in unheld(reaches((MODEL,)), bare)} == {"keras"}
    assert unheld(reaches((MODEL,)), application()) == ()
    assert unheld(reaches((HONEST,)), bare) == ()
    checkpoint = WeighedFile(path="a.bin", formats=("torch.zip",))
    assert reaches((checkpoint,))
    assert unheld(reaches((checkpoint,)), bare) == (), "a file of the kind is no news"


@pytest.mark.parametrize("flaw", LOADER_FLAWS, ids=[flaw.ids[0] for flaw in LOADER_FLAWS])
def test_the_table_says_what_the_advisories_say(flaw: object) -> None:
    one = next(each for each in LOADER_FLAWS if each is flaw)
    assert one.conditions
    for condition in one.conditions:
        assert condition.formats or condition.names or condition.rules, "a condition that holds for everything"
        assert set(condition.rules) <= INDEX.keys()
        assert condition.says == condition.says.lower()
    if not SNAPSHOT.isdisjoint(one.ids):
        return
    record = next(SEED[id_] for id_ in one.ids if id_ in SEED)
    assert {affected["package"]["name"] for affected in record["affected"]} == {one.package}
    if "unconfirmed" not in record["database_specific"]:
        events = [
            version
            for affected in record["affected"] for held in affected.get("ranges", ())
            for each in held["events"] for version in each.values()
        ]  # fmt: skip
        assert all(version in one.versions for version in events if version != "0"), (events, one.versions)
