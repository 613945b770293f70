"""Measures the floors, Weighbridge and its peers on the same inputs in one run.

`python -m bench.run [--only tiny,dense] [--tools weighbridge,picklescan] [--repeat N] [--timeout SECONDS]` writes
`.bench/results.json` and `.bench/results.md`, and the page to stdout. On each input the commands take turns, so that a
change in the machine's load meets them all alike; figures are medians.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import inputs, peers
from bench.floors import FLOORS
from bench.measure import Run, measure
from bench.results import Results, Role, Row
from bench.table import markdown
from bench.targets import outcomes

OUTPUT = Path(".bench")
SLOW_SECONDS = 30  # a command that takes longer than this is run once: its noise is small against its cost
QUICK_SECONDS = 1  # one that takes less is run three times as often: a few milliseconds of noise are much of its cost
QUICK_FACTOR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One command on one input; `tool` is None for a floor."""

    name: str
    input: str
    role: Role
    command: list[str]
    environment: Mapping[str, str]
    tool: peers.Tool | None

    def verdict(self, run: Run) -> str:
        """What the run's end says."""
        if run.timed_out:
            return "timeout"
        if self.tool is None:
            return "clean" if run.code == 0 else "error"
        return self.tool.read(self.input, run.code, run.output)


def jobs(entry: inputs.Input, tools: tuple[peers.Tool, ...]) -> Iterator[Job]:
    """The floors of an input, then the tools."""
    for floor in FLOORS:
        if floor.input == entry.name:
            command = floor.command_line(entry.path)
            yield Job(
                name=floor.name,
                input=entry.name,
                role=Role.FLOOR,
                command=command,
                environment=peers.environment(),
                tool=None,
            )
    for tool in tools:
        role = Role.OURS if tool is peers.WEIGHBRIDGE else Role.PEER
        command = tool.command_line(entry.name, entry.path)
        yield Job(
            name=tool.name, input=entry.name, role=role, command=command, environment=peers.environment(tool), tool=tool
        )


def times(run: Run, repeat: int) -> int:
    """How often a command is run in all, going by its first run."""
    if repeat == 1 or run.wall > SLOW_SECONDS:
        return 1
    return repeat * QUICK_FACTOR if run.wall < QUICK_SECONDS else repeat


def measure_all(entry: inputs.Input, work: list[Job], repeat: int, seconds: int) -> tuple[Row, ...]:
    """The rows of one input: the commands take turns until each has its runs."""
    runs: list[list[Run]] = [[] for _ in work]
    for turn in range(repeat * QUICK_FACTOR):
        for job, done in zip(work, runs, strict=True):
            if done and turn >= times(done[0], repeat):
                continue
            run = measure(job.command, job.environment, seconds)
            done.append(run)
            words = f"{run.cpu:8.3f} CPU s {run.wall:8.3f} s {run.peak / 1e6:8.1f} MB"
            print(f"{entry.name:12} {job.name:22} {words}  {job.verdict(run)}", file=sys.stderr, flush=True)
    for job, done in zip(work, runs, strict=True):
        written = OUTPUT / "output" / f"{entry.name}-{job.name.replace(' ', '_')}.txt"
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(done[-1].output, encoding="utf-8", errors="replace")
    return tuple(
        Row(
            input=entry.name,
            tool=job.name,
            role=job.role,
            command=tuple(job.command),
            verdict=job.verdict(done[-1]),
            runs=tuple(done),
        )
        for job, done in zip(work, runs, strict=True)
    )


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown CPU")
    load = os.getloadavg()[0]
    return {"CPU": model, "cores": os.cpu_count(), "Python": platform.python_version(), "load before": round(load, 2)}


def write(results: Results, about: dict[str, object], extra: dict[str, object]) -> str:
    """Writes the JSON and the page; returns the page."""
    document = {
        "machine": about,
        **extra,
        "rows": [row.document() for row in results.rows],
        "targets": [outcome.document() for outcome in outcomes(results)],
    }
    (OUTPUT / "results.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    page = "\n".join(markdown(results, about)) + "\n"
    (OUTPUT / "results.md").write_text(page, encoding="utf-8")
    return page


def ready(names: list[str]) -> tuple[peers.Tool, ...]:
    """The tools of these names that work here, installed; says on stderr which do not."""
    peers.install_weighbridge()
    tools = []
    for tool in (peers.WEIGHBRIDGE, *peers.read_list()):
        if tool.name not in names:
            continue
        try:
            if tool is not peers.WEIGHBRIDGE:
                peers.install(tool)
        except peers.UnavailableError as error:
            print(f"{tool.name}: not measured: {error}", file=sys.stderr)
        else:
            tools.append(tool)
    return tuple(tools)


def main() -> None:
    """The command line."""
    every_input = [entry.name for entry in inputs.INPUTS]
    every_tool = [tool.name for tool in (peers.WEIGHBRIDGE, *peers.read_list())]
    parser = argparse.ArgumentParser(description="Measures the floors, Weighbridge and its peers in one run.")
    parser.add_argument("--only", default=",".join(every_input), help="inputs, comma separated")
    parser.add_argument("--tools", default=",".join(every_tool), help="tools, comma separated; floors always run")
    parser.add_argument("--repeat", type=int, default=5, help="runs of a command that takes 1 to 30 s (default: 5)")
    parser.add_argument("--timeout", type=int, default=600, help="seconds on the clock for one run (default: 600)")
    options = parser.parse_args()
    for given, known in ((options.only, every_input), (options.tools, every_tool)):
        if unknown := set(given.split(",")) - set(known):
            parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")

    tools = ready(options.tools.split(","))
    about = machine()
    freezes = {tool.name: peers.installed(tool) for tool in tools if tool is not peers.WEIGHBRIDGE}
    sizes: dict[str, object] = {}
    extra: dict[str, object] = {"peers": freezes, "inputs": sizes}
    results, page = Results(rows=()), ""
    for name in options.only.split(","):
        entry = inputs.make(name)
        size, digest = inputs.measure_of(entry.path)  # also brings it into the page cache, for all alike
        sizes[name] = {"bytes": size, "sha256": digest, "words": entry.words}
        rows = measure_all(entry, list(jobs(entry, tools)), options.repeat, options.timeout)
        results = Results(rows=results.rows + rows)
        page = write(results, about, extra)  # after each input: what was measured survives an interruption
    print(page)


if __name__ == "__main__":
    main()
