"""Measures `verify` against the floor: a bare SHA-256 of the same files, in turns, in one run.

`python -m bench.integrity [--repeat N]` writes `.bench/integrity.json` and prints the page. The input is the bench's
sharded checkpoint of 4 GB (see `inputs.py`), locked once before. Exit 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys

from bench import inputs, peers
from bench.floors import HASH_ALL
from bench.measure import Run, measure
from bench.run import OUTPUT

CPU, WALL = 1.1, 0.6
"""At most so many times the floor's CPU time, and on two processors so much of its time on the clock."""
SECONDS = 600


def main() -> None:
    """Measure and say whether the targets were reached."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=5)
    repeat = options.parse_args().repeat
    peers.install_weighbridge()
    entry = inputs.make("shards")
    lock = OUTPUT / "model.lock"
    command = str(peers.WEIGHBRIDGE.bin / "weighbridge")
    path = str(entry.path.resolve())
    if not lock.exists():
        words = [command, "lock", path, "--lock", str(lock), "--name", "shards", "--no-scan"]
        subprocess.run(words, check=True, capture_output=True)
    commands = {
        "sha256": [str(peers.WEIGHBRIDGE.bin / "python"), "-c", HASH_ALL, path],
        "verify": [command, "verify", path, "--lock", str(lock.resolve()), "--name", "shards"],
    }
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(repeat):
        for name, words in commands.items():
            run = measure(words, peers.environment(), SECONDS)
            if run.code:
                sys.exit(f"{name} ended with {run.code}: {run.output[-500:]}")
            runs[name].append(run)
    figures = {
        name: {
            "cpu": statistics.median(run.cpu for run in done), "wall": statistics.median(run.wall for run in done),
            "peak": max(run.peak for run in done), "runs": [[run.cpu, run.wall] for run in done],
        }
        for name, done in runs.items()
    }  # fmt: skip
    (OUTPUT / "integrity.json").write_text(json.dumps(figures, indent=2) + "\n")
    floor, ours = figures["sha256"], figures["verify"]
    cpu, wall = ours["cpu"] / floor["cpu"], ours["wall"] / floor["wall"]  # type: ignore[operator]
    print("| 4 GB in 8 shards | CPU s | wall s | peak MB |\n| --- | ---: | ---: | ---: |")
    for name, figure in figures.items():
        print(f"| {name} | {figure['cpu']:.2f} | {figure['wall']:.2f} | {figure['peak'] / 1e6:.0f} |")  # type: ignore[operator]
    print(f"\nCPU {cpu:.2f} × the floor (target {CPU}): {'PASS' if cpu <= CPU else 'FAIL'}")
    print(f"wall {wall:.2f} × the floor (target {WALL} on two processors): {'PASS' if wall <= WALL else 'FAIL'}")
    sys.exit(0 if cpu <= CPU and wall <= WALL else 1)


if __name__ == "__main__":
    main()
