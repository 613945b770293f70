"""Measures the store of advisories: import of all of PyPI's, then 1,000 libraries against it, cold and warm.

`python -m bench.advisories` prints the page and writes `.bench/advisories.json`. Exit 1 if a target is missed. Beside
it, in the same run, the same question is put to a matcher that parses every version with `packaging` when it is asked.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tests.inventory.advisories import builders
from tests.servers.osv import parsed

from bench.measure import Run, measure
from bench.run import OUTPUT
from bench.table import line

IMPORT, COLD, WARM = 20.0, 3.0, 1.0
"""Seconds that the import, a process that matches once, and a second match in it may take."""
PEAK = 200
"""MB that the largest of them may have."""
COMPONENTS = 1_000
SECONDS = 600


def main() -> None:
    """Measure and say whether the targets were reached."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--child", choices=tuple(CHILDREN), help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, default=OUTPUT.resolve(), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        (given.folder / "told.json").write_text(json.dumps(CHILDREN[given.child](given.folder)))
        return
    given.folder.mkdir(exist_ok=True)
    (given.folder / "components.json").write_text(json.dumps(_components()))
    made = {
        name: [_run(name, given.folder) for _ in range(1 if name == "naive" else given.repeat)] for name in CHILDREN
    }
    runs = {name: [run for run, _ in some] for name, some in made.items()}
    told = {name: some[0][1] for name, some in made.items()}
    walls = {name: min(run.wall for run in some) for name, some in runs.items()}
    peak = max(run.peak for name, some in runs.items() if name != "naive" for run in some) / 1e6
    warm = min(one["again"] for _, one in made["twice"])
    naive = told["naive"]["again"]
    if told["naive"]["pairs"] != told["once"]["pairs"]:
        sys.exit(f"they disagree: {told['naive']['pairs']} and {told['once']['pairs']} affected pairs")
    print(line("what", "wall s", "CPU s", "peak MB"))
    print(line("---", "---:", "---:", "---:"))
    for name, some in runs.items():
        best = min(some, key=lambda run: run.wall)
        print(line(name, f"{best.wall:.2f}", f"{best.cpu:.2f}", f"{best.peak / 1e6:.0f}"))
    print(f"\n{COMPONENTS:,} libraries, {told['once']['pairs']:,} affected pairs of library and record")
    print(f"match alone: {warm:.3f} s warm; packaging, version by version: {naive:.2f} s, {naive / warm:.0f} times\n")
    reached = {
        f"import: {walls['import']:.1f} s (target {IMPORT:.0f})": walls["import"] <= IMPORT,
        f"cold match: {walls['once']:.2f} s (target {COLD:.0f})": walls["once"] <= COLD,
        f"warm match: {warm:.2f} s (target {WARM:.0f})": warm <= WARM,
        f"peak: {peak:.0f} MB (target {PEAK})": peak <= PEAK,
    }
    (given.folder / "advisories.json").write_text(json.dumps({"targets": reached, "told": told}, indent=2) + "\n")
    for words, is_reached in reached.items():
        print(f"{words}: {'PASS' if is_reached else 'FAIL'}")
    sys.exit(not all(reached.values()))


def _run(child: str, folder: Path) -> tuple[Run, dict[str, float]]:
    import os

    words = [sys.executable, "-m", "bench.advisories", "--child", child, "--folder", str(folder)]
    run = measure(words, dict(os.environ), SECONDS)
    if run.code:
        sys.exit(f"{child} ended with {run.code}: {run.output[-500:]}")
    return run, json.loads((folder / "told.json").read_text())


def _components() -> list[tuple[str, str]]:
    """A thousand pairs of package and version that the records name, TensorFlow's among them, the same each time."""
    found: set[tuple[str, str]] = set()
    with gzip.open(builders.DATA) as lines:
        for text in lines:
            for one in json.loads(text)["affected"]:
                versions = one.get("versions", ())
                found.update(
                    (one["package"]["name"].lower(), version) for version in versions[:: max(1, len(versions))]
                )
                found.update((one["package"]["name"].lower(), version) for version in versions[-1:])
    ordered = sorted(pair for pair in found if parsed(pair[1]) is not None)
    return ordered[:: len(ordered) // COMPONENTS][:COMPONENTS]


def _import(folder: Path) -> dict[str, float]:
    from weighbridge.inventory.advisories.importing import Delivery, import_feeds
    from weighbridge.inventory.advisories.sources import pieces

    place = folder / "advisories.sqlite"
    place.unlink(missing_ok=True)
    delivery = Delivery(name="osv-pypi", origin="snapshot", pieces=pieces(str(builders.DATA)))
    (feed,) = import_feeds(str(place), (delivery,), datetime.now(UTC))
    return {"records": feed.records, "invalid": feed.invalid, "bytes": place.stat().st_size}


def _match(times: int, folder: Path) -> dict[str, float]:
    from weighbridge.inventory.advisories.exposure import Standing
    from weighbridge.inventory.advisories.matching import software_exposures
    from weighbridge.inventory.advisories.store import Store

    wanted = json.loads((folder / "components.json").read_text())
    graph = builders.graph(*(builders.library(name, version, id_=f"{name} {version}") for name, version in wanted))
    store = Store.opened(str(folder / "advisories.sqlite"))
    for _ in range(times):
        begin = time.perf_counter()
        found = software_exposures(graph, store)
        again = time.perf_counter() - begin
    sure = [one for one in found if one.standing is Standing.AFFECTED and one.advisory.source == "osv-pypi"]
    return {"again": again, "pairs": len(sure), "exposures": len(found)}


def _naive(folder: Path) -> dict[str, float]:
    """Evaluate record by record and parse what is compared, as a script of twenty lines would."""
    from packaging.utils import canonicalize_name
    from packaging.version import InvalidVersion, Version

    def read(text: str) -> Version | None:
        try:
            return Version(text)
        except InvalidVersion:
            return None

    def affects(entry: dict[str, Any], asked: Version) -> bool:
        if any(read(version) == asked for version in entry.get("versions", ())):
            return True
        for one in entry.get("ranges", ()):
            if one["type"] == "ECOSYSTEM":
                events = [pair for event in one["events"] for pair in event.items()]
                if any(text != "0" and read(text) is None for _, text in events):
                    continue
                vulnerable = False
                for kind, text in sorted(events, key=lambda pair: Version(pair[1] if pair[1] != "0" else "0.dev0")):
                    if kind == "introduced":
                        vulnerable |= text == "0" or asked >= Version(text)
                    elif asked >= Version(text):
                        vulnerable = False
                if vulnerable:
                    return True
        return False

    records = defaultdict(list)
    with gzip.open(builders.DATA) as lines:
        for text in lines:
            record = json.loads(text)
            if not record.get("withdrawn"):
                for entry in record["affected"]:
                    records[canonicalize_name(entry["package"]["name"])].append((record, entry))
    wanted = json.loads((folder / "components.json").read_text())
    begin = time.perf_counter()
    pairs = 0
    for name, version in wanted:
        asked = read(version)
        groups: list[set[str]] = []
        for record, entry in records[canonicalize_name(name)]:
            if asked is not None and affects(entry, asked):
                ids = {record["id"], *record.get("aliases", ())}
                joined = [group for group in groups if group & ids]
                groups = [group for group in groups if not group & ids] + [ids.union(*joined)]
        pairs += len(groups)
    return {"again": time.perf_counter() - begin, "pairs": pairs}


CHILDREN: dict[str, Callable[[Path], dict[str, float]]] = {
    "import": _import,
    "once": partial(_match, 1),
    "twice": partial(_match, 2),
    "naive": _naive,
}


if __name__ == "__main__":
    main()
