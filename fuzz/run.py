"""All fuzzers, one after the other: ``python -m fuzz.run --seconds 900``.

Some of them alone: ``python -m fuzz.run --target onnx --target zips --seconds 600``; they share the time evenly.

1. generated: streams that hypothesis makes, through the pickle machine and both of CPython's unpicklers.
2. mutations: every file that the test builders know, mutated, through the whole examination and every report.
3. guided: each reader and the differential law under atheris; without it, mutations of the target's own seeds. Where
   the time does not give every target ``LEAST`` seconds, the seed of the run picks those that get them, and the table
   names the others.

Ends with a table; exit code 1 if anything crashed, hung, was slow or took too much memory. What was found lies in
``fuzz/findings/``, with the command that repeats it in the table.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from fuzz import child
from fuzz.bounds import HANG, LONGEST, MEMORY, SECONDS
from fuzz.findings import Finding, keep
from fuzz.guard import boxed
from fuzz.seeds import named_files
from fuzz.targets import NAMES, load

STREAMS = 200_000
"""Generated streams of a run of a quarter of an hour; a shorter run makes fewer."""

WHOLE = 900
RESTARTS = 10
"""Processes that are started again for one part after something went wrong in it."""

GENERATED = 0.5
"""Part of the time that the generated streams may take; at some 1,500 in a second they need a sixth of the whole."""

MUTATIONS = 0.25
"""Part of the time behind the generated streams that the mutations get; the rest is for the guided targets."""

LEAST = 12
"""Seconds below which a guided target is not worth its start, which takes one to three of them."""


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of the table."""

    part: str
    seconds: float
    told: str
    findings: list[Finding] = field(default_factory=list)


class Run:
    """One run of everything, in a folder of its own."""

    def __init__(self, folder: Path, seconds: float, seed: int) -> None:
        self.folder = folder
        self.seconds = seconds
        self.seed = seed
        self.begun = time.monotonic()
        self.lines: list[Line] = []

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.begun + self.seconds - time.monotonic()

    def corpus(self, name: str, files: Iterable[tuple[str, bytes]]) -> Path:
        """Write seeds into a folder."""
        folder = self.folder / name
        folder.mkdir()
        for file, made in files:
            if len(made) <= LONGEST:
                (folder / file).write_bytes(made)
        return folder

    def start(self, module: str, *words: object, within: float) -> tuple[int, str]:
        """Run a child to its end; returns its exit code and what it wrote on the error stream."""
        command = [sys.executable, "-m", f"fuzz.{module}", *(str(word) for word in words)]
        log = self.folder / "log"
        with log.open("wb") as errors:
            try:
                done = subprocess.run(command, stdout=errors, stderr=errors, timeout=within + 4 * HANG, check=False)
                code = done.returncode
            except subprocess.TimeoutExpired:
                code = -1
        return code, log.read_text(errors="replace")

    # -- the three parts ------------------------------------------------------------------------------------------

    def generated(self) -> None:
        """Compare the machine with the unpicklers."""
        begun, report = time.monotonic(), self.folder / "generated.json"
        streams = max(500, round(STREAMS * min(1.0, self.seconds / WHOLE)))
        bound = self.seconds * GENERATED
        code, log = self.start(
            "generated", "--seconds", bound, "--seed", self.seed, "--report", report, "--streams", streams, within=bound
        )
        line = Line(part="generated", seconds=time.monotonic() - begun, told="")
        if report.exists():
            told = child.read(report)
            line.told = counts(told.counts)
            line.findings = [Finding(**one) for one in told.findings]
            if told.counts.get("streams", 0) < streams:
                line.findings.append(Finding(target="generated", wrong=f"fewer than {streams} streams", path=""))
        else:
            wrong = f"the process ended with {code}: {tail(log)}"
            line.findings.append(Finding(target="generated", wrong=wrong, path=""))
        self.lines.append(line)

    def mutations(self, name: str, files: Iterable[tuple[str, bytes]], seconds: float) -> None:
        """Run mutated files through a target."""
        corpus, box = self.corpus(f"mutations-{name}", files), self.folder / f"box-{name}"
        begun, line = time.monotonic(), Line(part=f"mutations {name}", seconds=0, told="")
        inputs = 0
        for number in range(RESTARTS):
            report = self.folder / f"mutations-{name}-{number}.json"
            left = begun + seconds - time.monotonic()
            if left < 1:
                break
            code, _ = self.start(
                "mutations", name, "--seconds", left, "--seed", self.seed + number, "--report", report, "--corpus",
                corpus, "--box", box, within=left,
            )  # fmt: skip
            if not report.exists():
                line.findings.append(keep(name, f"the process ended with {code} (hang or crash)", boxed(box)))
                continue
            told = child.read(report)
            inputs += int(told.counts["inputs"])
            line.told = counts(told.counts | {"inputs": inputs})
            line.findings += [Finding(**one) for one in told.findings]
            break
        line.seconds = time.monotonic() - begun
        self.lines.append(line)

    def guided(self, name: str, seconds: float) -> None:
        """Let atheris work on one target."""
        corpus = self.corpus(f"guided-{name}", seeds_of(name))
        begun, line, inputs = time.monotonic(), Line(part=f"guided {name}", seconds=0, told=""), 0
        for number in range(RESTARTS):
            left = begun + seconds - time.monotonic()
            if left < 1:
                break
            report = self.folder / f"guided-{name}-{number}"
            report.mkdir()
            code, log = self.start(
                "guided", name, "--seconds", left, "--seed", self.seed + number, "--report", report, "--corpus", corpus,
                within=left,
            )  # fmt: skip
            inputs += stat(log, r"number_of_executed_units: +(\d+)")
            line.told = counts({
                "inputs": inputs,
                "edges": stat(log, r"cov: (\d+)"),
                "slowest s": stat(log, r"slowest_unit_time_sec: +(\d+)"),
                "peak MiB": stat(log, r"peak_rss_mb: +(\d+)"),
            })  # fmt: skip
            artifacts = [path for path in report.iterdir() if not path.name.startswith("slow-unit")]
            line.findings += [
                keep(name, f"{path.name.partition('-')[0]}: {tail(log)}", path.read_bytes()) for path in artifacts
            ]
            if code == 0:
                break
            if not artifacts:
                line.findings.append(Finding(target=name, wrong=f"the process ended with {code}: {tail(log)}", path=""))
                break
        line.seconds = time.monotonic() - begun
        self.lines.append(line)

    def all(self) -> None:
        """Run every part."""
        self.generated()
        self.mutations("files", named_files(), self.left * MUTATIONS)
        order = random.Random(self.seed).sample(NAMES, len(NAMES))
        fit = max(1, int(self.left // LEAST))
        self.targets([name for name in NAMES if name in order[:fit]])
        if order[fit:]:
            told = f"NOT RUN, the time is too short: {', '.join(sorted(order[fit:]))}"
            self.lines.append(Line(part="guided", seconds=0, told=told))

    def targets(self, names: list[str]) -> None:
        """Give each of some targets an even part of the time that is left."""
        guided = find_spec("atheris") is not None
        for done, name in enumerate(names):
            seconds = self.left / (len(names) - done)
            if guided:
                self.guided(name, seconds)
            else:
                self.mutations(name, seeds_of(name), seconds)
        if not guided:
            told = "NOT RUN: atheris is not installed; the targets ran on mutations alone"
            self.lines.append(Line(part="guided", seconds=0, told=told))


def seeds_of(name: str) -> Iterator[tuple[str, bytes]]:
    """Number the seeds of a target."""
    for number, made in enumerate(load(name).seeds()):
        yield str(number), made


def counts(told: dict[str, int | float]) -> str:
    """Write counts in one line."""
    return ", ".join(f"{name} {count:,}" for name, count in told.items())


def stat(log: str, pattern: str) -> int:
    """Find the last number that a log gives for something; 0 if it does not say."""
    found = re.findall(pattern, log)
    return int(found[-1]) if found else 0


def tail(log: str) -> str:
    """Find the line of a log that says what went wrong."""
    error = re.compile(r"\s*(\w+(\.\w+)*(Error|Exception|Exit)\b|==\d+== ?ERROR)")
    telling = [line for line in log.splitlines() if error.match(line)]
    return (telling or log.splitlines() or ["no word"])[-1].strip()[:160]


def table(lines: list[Line]) -> str:
    """Write the summary."""
    rows = [f"{line.part:<24} {line.seconds:7.0f} s  {line.told}" for line in lines]
    found = [finding for line in lines for finding in line.findings]
    rows.append(
        f"bounds: {SECONDS:g} s for an input, {MEMORY >> 20} MiB above the baseline, {LONGEST >> 10} KiB for an input"
    )
    rows.append(f"findings: {len(found)}")
    rows += [f"  {finding.target}: {finding.wrong}\n    {finding.command if finding.path else ''}" for finding in found]
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    """Run everything and print the table."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--seconds", type=float, default=WHOLE, help="for all parts together (default: %(default)s)")
    made.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    made.add_argument("--target", action="append", choices=NAMES, help="this target alone; may be repeated")
    given = made.parse_args(arguments)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(Path.cwd()), os.environ.get("PYTHONPATH"))))
    print(f"seed {given.seed}, {given.seconds:g} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="weighbridge-fuzz-") as folder:
        run = Run(Path(folder), given.seconds, given.seed)
        if given.target:
            run.targets(given.target)
        else:
            run.all()
    print(table(run.lines))
    return 1 if any(line.findings for line in run.lines) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
