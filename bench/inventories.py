"""Runs `inventory` and the tools that do the same work on two applications, and counts what each finds.

`python -m bench.inventories [--tools airom,cdxgen] [--timeout SECONDS]` prints the page and writes
`.bench/inventories.json`, with the names that each tool found, missed and invented; what each tool wrote stays in
`.bench/inventories/`. Exit 1 if Weighbridge misses or invents anything.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.builders import applications, workshop, workshop_expected

from bench import peers, sightings
from bench.measure import Run, measure
from bench.run import OUTPUT
from bench.table import line

LIST = Path(__file__).with_name("inventories.toml")
APPLICATIONS = {
    "helpdesk": (applications.HELPDESK_FILES, applications.HELPDESK),
    "workshop": (workshop.FILES, workshop_expected.EXPECTED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """A tool that lists what an application uses, and how to call and read it."""

    name: str
    command: tuple[str, ...]
    output: str
    requires: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    models: tuple[str, ...] = sightings.MODELS
    adds: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""

    @property
    def folder(self) -> Path:
        """Its environment."""
        return peers.VENVS / (peers.WEIGHBRIDGE_BOM.name if self is WEIGHBRIDGE else self.name)

    @property
    def bin(self) -> Path:
        """The folder of its commands."""
        return self.folder / ("node_modules/.bin" if self.packages else "bin")

    @property
    def version(self) -> str:
        """What is measured: the version of the first thing that is installed, or this checkout."""
        first = (*self.requires, *self.packages, "@this checkout")[0]
        return first.rpartition("=" if self.requires else "@")[2]

    def install(self) -> None:
        """Makes its environment; raises UnavailableError."""
        if not self.packages:
            peers.install(peers.Tool(name=self.name, command=self.command, verdict=(), requires=self.requires))
            return
        if not (npm := shutil.which("npm")):
            raise peers.UnavailableError("needs Node and npm")
        command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(self.folder), *self.packages]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise peers.UnavailableError((done.stderr.strip() or "npm failed").splitlines()[-1])


WEIGHBRIDGE = Finder(
    name="weighbridge",
    command=("{bin}/weighbridge", "inventory", "{path}", "--offline", "-q", "-o", "cyclonedx={out}"),
    output="cyclonedx",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One tool on one application; ``count`` is None when nothing was written that could be read."""

    application: str
    tool: str
    version: str
    run: Run
    remark: str
    count: sightings.Count | None
    faults: int | None

    def cells(self) -> str:
        """The row of the table."""
        tool = f"{self.tool} ({self.remark})" if self.remark else self.tool
        wall = f"{self.run.wall:.1f}"
        if self.count is None:
            end = "ran out of time" if self.run.timed_out else f"wrote nothing (exit {self.run.code})"
            return line(tool, self.version, end, "", "", "", "", wall)
        one = self.count
        services = f"{one.services} of {one.services_expected}"
        if one.services_invented:
            services += f", {len(one.services_invented)} invented"
        return line(
            tool,
            self.version,
            f"{len(one.found)} of {len(one.found) + len(one.missed)}",
            len(one.invented),
            services,
            f"{one.revisions} of {one.revisions_expected}",
            {None: "no CycloneDX", 0: "yes"}.get(self.faults, f"{self.faults} errors"),
            wall,
        )


def read_list(path: Path = LIST) -> tuple[tuple[Finder, ...], tuple[dict[str, str], ...]]:
    """The tools of `inventories.toml`, and those that are only named; a field too few or too many is a TypeError."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    lists = ("command", "requires", "packages", "models")
    finders = tuple(
        Finder(**entry | {key: tuple(entry[key]) for key in lists if key in entry}) for entry in document["finder"]
    )
    return finders, tuple(document["absent"])


def look(finder: Finder, application: str, seconds: int) -> Row:
    """One tool on a fresh copy of one application."""
    files, expected = APPLICATIONS[application]
    place = (OUTPUT / "inventories" / finder.name).resolve()
    target, out = place / application, place / f"{application}.json"
    shutil.rmtree(target, ignore_errors=True)
    out.unlink(missing_ok=True)
    applications.write(target, {**finder.adds, **files})
    words = {"bin": str(finder.bin.resolve()), "path": str(target), "out": str(out)}
    run = measure([part.format(**words) for part in finder.command], peers.environment(), seconds)
    counted, faults = None, None
    if out.is_file():
        text = out.read_text(encoding="utf-8")
        counted = sightings.count(sightings.read(text, finder.output, finder.models), expected)
        faults = sightings.faults(text, finder.output)
    return Row(
        application=application,
        tool=finder.name,
        version=finder.version,
        run=run,
        remark=finder.remark,
        count=counted,
        faults=faults,
    )


def page(rows: list[Row], absent: list[tuple[str, str, str]]) -> Iterator[str]:
    """The tables, one for each application."""
    for application, (_, expected) in APPLICATIONS.items():
        things = len({(one.hub, one.name) for one in expected})
        yield f"## {application}: {len(expected)} references to {things} things"
        yield ""
        yield line("tool", "version", "found", "invented", "services as services", "revisions", "valid", "seconds")
        yield line("---", "---", "---:", "---:", "---", "---:", "---", "---:")
        yield from (row.cells() for row in rows if row.application == application)
        yield from (line(name, version, f"not run: {why}", "", "", "", "", "") for name, version, why in absent)
        yield ""


def main() -> None:
    """The command line."""
    finders, named = read_list()
    every = [finder.name for finder in finders]
    parser = argparse.ArgumentParser(description="Counts what each tool finds in two applications.")
    parser.add_argument("--tools", default=",".join(every), help="peers, comma separated; Weighbridge always runs")
    parser.add_argument("--timeout", type=int, default=300, help="seconds on the clock for one run (default: 300)")
    options = parser.parse_args()
    if unknown := set(options.tools.split(",")) - set(every):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    peers.install_weighbridge(peers.WEIGHBRIDGE_BOM)
    ready, absent = [WEIGHBRIDGE], [(one["name"], one["version"], one["why"]) for one in named]
    for finder in finders:
        if finder.name not in options.tools.split(","):
            continue
        try:
            finder.install()
        except peers.UnavailableError as error:
            absent.append((finder.name, finder.version, str(error)))
        else:
            ready.append(finder)
    rows = []
    for application in APPLICATIONS:
        for finder in ready:
            rows.append(look(finder, application, options.timeout))
            print(f"{application:10} {finder.name:16} {rows[-1].run.wall:6.1f} s", file=sys.stderr, flush=True)
    document = [asdict(row) for row in rows]
    (OUTPUT / "inventories.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print("\n".join(page(rows, absent)))
    ours = [row.count for row in rows if row.tool == WEIGHBRIDGE.name]
    sys.exit(any(one is None or one.missed or one.invented or one.services_invented for one in ours))


if __name__ == "__main__":
    main()
