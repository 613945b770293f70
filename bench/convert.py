"""Converting a torch checkpoint against its floor and against torch itself, in one run: ``python -m bench.convert``.

The floor is a copy and a SHA-256 of the file, one after the other: ``cp`` and ``hashlib``. torch loads the file and
writes it with safetensors, and hashes, compares and records nothing. All take turns, each in a process of its own, cold
start included; before each run the file is read once and the disk has nothing left to write, so that the page cache is
the same for all. ``cp`` and safetensors leave their bytes in the page cache. Weighbridge waits until they are on the
disk, so that a slow disk counts against it. Prints medians and ratios; exit code 1 if a target is missed. Needs torch
and safetensors in the interpreter that runs this.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from statistics import median

from bench.floors import HASH
from bench.measure import Run, measure
from bench.tensors import BYTES, write_torch_zip

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".bench" / "convert"
SEED = 20_260_801
SECONDS = 1_200
BLOCK = 1 << 20
WALL = 1.5
"""At most so many times the floor's time on the clock."""
PEAK = 200e6
"""Bytes of memory of the largest process, whatever the size."""
TORCH = """
import sys, torch
from safetensors.torch import save_file
save_file(torch.load(sys.argv[1], weights_only=True), sys.argv[2], {"format": "pt"})
"""
COUNTED = ("cp", "sha256", "torch", "weighbridge")


def write_model(megabytes: int) -> Path:
    """Makes the checkpoint, or keeps the one that is there."""
    PLACE.mkdir(parents=True, exist_ok=True)
    count = max(1, megabytes * 1_000_000 // BYTES)
    path = PLACE / f"model-{count}.pt"
    if not path.exists():
        part = path.with_suffix(".part")
        write_torch_zip(part, SEED, count)
        part.rename(path)
    return path


def settle(path: Path) -> None:
    """Leaves nothing to be written, and the file in the page cache."""
    os.sync()
    with path.open("rb") as file:
        while file.read(BLOCK):
            pass


def commands(path: Path, result: Path) -> dict[str, list[str]]:
    """What is measured, by name; each that writes a result writes it to the same place."""
    python = sys.executable
    return {
        "cp": ["cp", str(path), str(result)],
        "sha256": [python, "-I", "-c", HASH, str(path)],
        "torch": [python, "-c", TORCH, str(path), str(result)],
        "weighbridge": [python, "-m", "weighbridge", "convert", "--quiet", str(path), "--into", str(result)],
    }


def main(arguments: list[str]) -> int:
    """Measures all and prints a table; exit code 1 if something failed or a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=4_000, help="megabytes (default: 4000)")
    parser.add_argument("--repeat", type=int, default=5, help="rounds (default: 5)")
    given = parser.parse_args(arguments)
    path, result = write_model(given.size), PLACE / "result.safetensors"
    environment = {"PATH": os.environ["PATH"], "HOME": str(PLACE), "PYTHONPATH": str(ROOT / "src")}
    runs: dict[str, list[Run]] = {name: [] for name in COUNTED}
    for _ in range(given.repeat):
        for name, command in commands(path, result).items():
            settle(path)
            run = measure(command, environment, SECONDS)
            for made in PLACE.glob("result.*"):
                made.unlink()
            if run.code:
                print(f"{name} failed: {run.output.strip()}")
                return 1
            runs[name].append(run)
    size = path.stat().st_size
    print(
        f"{size / 1e9:.1f} GB of 64 MiB tensors in one file, medians of {given.repeat}, {os.cpu_count()} processors\n"
    )
    print("| | CPU s | wall s | peak MB |\n| --- | ---: | ---: | ---: |")
    for name, done in runs.items():
        cpu, wall, peak = median(run.cpu for run in done), median(run.wall for run in done), peak_of(done)
        print(f"| {name} | {cpu:.2f} | {wall:.2f} | {peak / 1e6:.0f} |")
    ratios = [
        ours.wall / (copy.wall + digest.wall)
        for copy, digest, ours in zip(runs["cp"], runs["sha256"], runs["weighbridge"], strict=True)
    ]
    against = [ours.wall / torch.wall for ours, torch in zip(runs["weighbridge"], runs["torch"], strict=True)]
    cpu = median(run.cpu for run in runs["weighbridge"]) / median(
        copy.cpu + digest.cpu for copy, digest in zip(runs["cp"], runs["sha256"], strict=True)
    )
    peak = peak_of(runs["weighbridge"])
    reached = median(ratios) <= WALL, peak <= PEAK
    print(f"\nwall {median(ratios):.2f} x (cp + sha256), target {WALL}: {'PASS' if reached[0] else 'FAIL'}")
    print(f"CPU {cpu:.2f} x (cp + sha256); wall {median(against):.2f} x torch")
    print(f"peak {peak / 1e6:.0f} MB, target {PEAK / 1e6:.0f}: {'PASS' if reached[1] else 'FAIL'}")
    print(f"torch's peak is {peak_of(runs['torch']) / peak:.0f} times ours")
    figures = {name: [[run.cpu, run.wall, run.peak] for run in done] for name, done in runs.items()}
    (PLACE / "convert.json").write_text(json.dumps({"size": size, "ratios": ratios, "runs": figures}, indent=2) + "\n")
    return int(not all(reached))


def peak_of(runs: list[Run]) -> int:
    """The highest peak of any process in any run."""
    return max(run.peak for run in runs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
