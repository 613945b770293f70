"""Measures `bom` of a repository of 20 files after it was scanned: what a build waits for.

`python -m bench.bom [--repeat N]` prints the page and writes `.bench/bom.json`. Exit 1 if the target is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from tests.builders.boms import model_with_adapter
from tests.builders.safetensors_files import Tensor, encode

from bench import peers
from bench.measure import Run, measure
from bench.run import OUTPUT

WALL = 0.6
"""Seconds on the clock that it may take."""
FILES = 20
SECONDS = 60


def main() -> None:
    """Measure and say whether the target was reached."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=7)
    repeat = options.parse_args().repeat
    peers.install_weighbridge()
    target = _repository(OUTPUT / "bom-model")
    words = [
        str(peers.WEIGHBRIDGE.bin / "weighbridge"),
        "bom",
        str(target),
        "-o",
        str((OUTPUT / "bom.cdx.json").resolve()),
    ]
    subprocess.run(words, check=True, capture_output=True, env=peers.environment())
    runs: list[Run] = []
    for _ in range(repeat):
        run = measure(words, peers.environment(), SECONDS)
        if run.code:
            sys.exit(f"bom ended with {run.code}: {run.output[-500:]}")
        runs.append(run)
    wall, cpu = (statistics.median(getattr(run, name) for run in runs) for name in ("wall", "cpu"))
    peak = max(run.peak for run in runs)
    (OUTPUT / "bom.json").write_text(json.dumps({"wall": wall, "cpu": cpu, "peak": peak}, indent=2) + "\n")
    print(f"| {FILES} files | CPU s | wall s | peak MB |\n| --- | ---: | ---: | ---: |")
    print(f"| bom | {cpu:.2f} | {wall:.2f} | {peak / 1e6:.0f} |")
    print(f"\nwall {wall:.2f} s (target {WALL}): {'PASS' if wall <= WALL else 'FAIL'}")
    sys.exit(0 if wall <= WALL else 1)


def _repository(folder: Path) -> Path:
    """A model with card, tokenizer and adapter, and shards of one MB each until there are ``FILES`` files."""
    files = dict(model_with_adapter())
    number = 0
    while len(files) < FILES:
        number += 1
        weights = [Tensor(name=f"layer.{number}.weight", shape=(512, 512), data=bytes([number]) * (512 * 512 * 4))]
        files[f"model-{number:05}.safetensors"] = encode(weights)
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder.resolve()


if __name__ == "__main__":
    main()
