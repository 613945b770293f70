"""The store answers what the plainest evaluation of OSV answers, and what pip-audit says of the same data."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.inventory.advisories import builders as b
from tests.servers.osv import Osv, normal, parsed, serving
from weighbridge.inventory.advisories.defects import DefectKind
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.advisories.matching import software_exposures
from weighbridge.inventory.advisories.packages import Coordinate
from weighbridge.inventory.advisories.store import Count, Feed, Store
from weighbridge.inventory.advisories.versions import Order, key


@pytest.fixture(scope="module")
def osv() -> Osv:
    with gzip.open(b.DATA) as lines:
        return Osv(records=[json.loads(line) for line in lines])


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Feed, Store]:
    place = tmp_path_factory.mktemp("store") / "advisories.sqlite"
    return b.snapshot(place), Store.opened(str(place))


def versions(osv: Osv, name: str) -> list[str]:
    """Versions of a package that matter: those that records list, those at which something changes, and between."""
    found = set()
    for record in osv.by_name[name]:
        for affected in record["affected"]:
            if normal(affected["package"]["name"]) == name:
                found.update(affected.get("versions", ()))
                for one in affected.get("ranges", ()):
                    if one["type"] == "ECOSYSTEM":
                        found.update(text for event in one["events"] for text in event.values())
    ordered = sorted(filter(parsed, found), key=lambda text: (parsed(text), text))
    return [ordered[0], ordered[len(ordered) // 2], ordered[-1]] if ordered else []


def pairs(osv: Osv) -> list[tuple[str, str]]:
    return [(name, version) for name in sorted(osv.by_name) for version in dict.fromkeys(versions(osv, name))]


def answered(store: Store, asked: list[tuple[str, str]]) -> dict[tuple[str, str], set[str]]:
    """What is affected for sure, by the ids of the records; the seed is left out."""
    libraries = [b.library(name, version, id_=f"{name} {version}") for name, version in asked]
    found: dict[tuple[str, str], set[str]] = {pair: set() for pair in asked}
    for one in software_exposures(b.graph(*libraries), store):
        if one.standing is Standing.AFFECTED and one.advisory.source == "osv-pypi":
            name, _, version = one.component.partition(" ")
            found[name, version] |= {one.advisory.id, *one.advisory.aliases}
    return found


def hit(store: Store, name: str, version: str) -> set[str]:
    """The records that the store says affect a version, one by one."""
    package = Coordinate(ecosystem="PyPI", name=name)
    place = key(Order.PEP440, version)
    assert place is not None
    found = [one for one in store.hits(package, (place,)) if not one.unknown]
    return {one.advisory.id for one in found if one.advisory.source == "osv-pypi"}


def test_what_is_wrong_with_the_data_is_counted_exactly(feed: tuple[Feed, Store]) -> None:
    told, store = feed
    assert (told.records, told.withdrawn, told.unusable, told.packages) == (2_661, 10, 0, 660)
    assert told.invalid == 7
    assert told.newest.startswith("2024-10-10")
    assert [one for one in told.defects if one.kind is not DefectKind.VERSION] == [
        Count(kind=DefectKind.COMMIT, records=7),
        Count(kind=DefectKind.IMPOSSIBLE_TIME, records=1),
        Count(kind=DefectKind.NO_PUBLISHED, records=9),
    ]
    assert {one.record for one in store.told("osv-pypi") if one.defect.kind is DefectKind.COMMIT} == {
        "PYSEC-2017-27", "PYSEC-2019-155", "PYSEC-2021-371", "PYSEC-2021-424", "PYSEC-2021-425", "PYSEC-2021-436",
        "PYSEC-2023-80",
    }  # fmt: skip


def test_it_agrees_with_the_plainest_evaluation(osv: Osv, feed: tuple[Feed, Store]) -> None:
    asked = pairs(osv)
    assert len(asked) > 1_800
    expected = {pair: osv.affecting(*pair) for pair in asked}
    named = {
        pair: {name for one in found for name in (one["id"], *one.get("aliases", ()))}
        for pair, found in expected.items()
    }
    assert answered(feed[1], asked) == named
    ids = {pair: {one["id"] for one in found} for pair, found in expected.items()}
    assert {pair: hit(feed[1], *pair) for pair in asked} == ids
    assert sum(map(len, ids.values())) > 3_000


@pytest.mark.skipif(find_spec("pip_audit") is None, reason="make test installs pip-audit")
def test_it_agrees_with_pip_audit(osv: Osv, feed: tuple[Feed, Store], tmp_path: Path) -> None:
    asked = []
    for number, name in enumerate(sorted(osv.by_name)[::3]):
        chosen = versions(osv, name)
        if chosen and not any(_is_odd(record) for record in osv.by_name[name]):
            asked.append((name, chosen[number % len(chosen)]))
    assert len(asked) >= 200
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("".join(f"{name}=={version}\n" for name, version in asked))
    with serving(osv):
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", "-r", str(wanted), "--no-deps", "--disable-pip", "-s", "osv",
             "--osv-url", f"{osv.url}/v1/query", "-f", "json", "--progress-spinner", "off",
             "--cache-dir", str(tmp_path / "cache")],
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    told = {one["name"]: one["vulns"] for one in json.loads(done.stdout)["dependencies"]}
    theirs = {pair: {name for one in told[pair[0]] for name in (one["id"], *one["aliases"])} for pair in asked}
    assert theirs == answered(feed[1], asked)
    assert sum(map(bool, theirs.values())) > 100


def _is_odd(record: dict[str, object]) -> bool:
    """Whether pip-audit ends with an error of its own: it parses every fix, also those of before PEP 440."""
    text = json.dumps(record["affected"])
    fixes = [one.partition('"')[0] for one in text.split('"fixed": "')[1:]]
    return any(len(one) < 30 and parsed(one) is None for one in fixes)
